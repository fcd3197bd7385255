// The page's numbers as files: JSON as Google Benchmark writes it, which every tool reads, and CSV.

/** A run as Google Benchmark's JSON, an entry a repetition. */
function asBenchmarkJson(run) {
  const benchmarks = run.rows.flatMap((row) => {
    const { rows } = row.run;
    const count = Math.max(1, rows.repetitions[row.index]);
    // Of aggregates nothing but the median is known here.
    const kind = row.aggregated
      ? { run_type: "aggregate", aggregate_name: "median", aggregate_unit: "time" }
      : { run_type: "iteration" };
    const head = {
      name: row.aggregated ? `${row.name}_median` : row.name,
      run_name: row.name,
      ...kind,
      repetitions: count,
    };
    if (rows.label.has(row.index)) head.label = rows.label.get(row.index);
    if (row.outcome === "failed") return [{ ...head, error_occurred: true, error_message: row.message }];
    if (row.outcome === "skipped") return [{ ...head, skipped: true, skip_message: row.message }];
    return Array.from({ length: count }, (_, repetition) => {
      const entry = { ...head, repetition_index: repetition, time_unit: "ns" };
      for (const name of Object.keys(run.metrics)) {
        const value = row.run.values[name][row.index];
        const number = Array.isArray(value) ? value[repetition] : value;
        // Defined, not assigned: a counter may be called `__proto__`.
        if (number !== null) Object.defineProperty(entry, name, { value: number, enumerable: true });
      }
      return entry;
    });
  });
  return JSON.stringify({ context: run.context, benchmarks }, null, 1);
}

/** A field as RFC 4180 has it. */
function csvField(text) {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line a row, medians of repetitions; empty where there is no number. */
function asCsv(run, rows) {
  const metrics = Object.keys(run.metrics);
  const lines = rows.map((row) => [
    row.name,
    row.outcome,
    row.message,
    ...metrics.map((name) => row.value(name) ?? ""),
  ]);
  return [["name", "outcome", "message", ...metrics], ...lines]
    .map((line) => line.map((each) => csvField(String(each))).join(",") + "\n")
    .join("");
}

/** Lets the browser save a text. */
function download(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** `runs/base.json` as `base`. */
function baseName(path) {
  return path.replace(/^.*\//, "").replace(/\.json$/, "") || "run";
}
