// The page's numbers as files: JSON as Google Benchmark writes it, which every tool reads, and CSV.

/** A run as Google Benchmark's JSON, an entry a repetition. */
function asBenchmarkJson(run) {
  const benchmarks = run.rows.flatMap((row) => {
    const { rows } = row.run;
    const count = Math.max(1, rows.repetitions[row.index]);
    const head = { name: row.name, run_name: row.name, run_type: "iteration", repetitions: count };
    if (rows.label.has(row.index)) head.label = rows.label.get(row.index);
    if (row.outcome === "failed") return [{ ...head, error_occurred: true, error_message: row.message }];
    if (row.outcome === "skipped") return [{ ...head, skipped: true, skip_message: row.message }];
    return Array.from({ length: count }, (_, repetition) => {
      const entry = { ...head, repetition_index: repetition, time_unit: "ns" };
      for (const name of Object.keys(run.metrics)) {
        const value = row.run.values[name][row.index];
        const number = Array.isArray(value) ? value[repetition] : value;
        if (number !== null) entry[name] = number;
      }
      return entry;
    });
  });
  return JSON.stringify({ context: run.context, benchmarks }, null, 1);
}

/** A field that a spreadsheet reads as it stands. */
function csvField(text) {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line a row, medians of repetitions; empty where there is no number. */
function asCsv(run, rows) {
  const metrics = Object.keys(run.metrics);
  const lines = rows.map((row) => [row.name, row.outcome, row.message, ...metrics.map((name) => row.value(name) ?? "")]);
  return [["name", "outcome", "message", ...metrics], ...lines].map((line) => line.map((each) => csvField(String(each))).join(",") + "\n").join("");
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
