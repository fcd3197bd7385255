// The run(s) that the page is about, from the JSON that the program has put into it.
//
// A run is columns: names, outcomes, for each key of the names a dictionary and codes, and for each
// metric a value a row. A value is a number, null, or an array of one number or null a repetition.

/** The middle of some numbers, of an even count the mean of the two; null of none. */
function median(numbers) {
  if (numbers.length === 0) return null;
  const sorted = Float64Array.from(numbers).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** The smallest and the largest of however many numbers. */
const least = (numbers) => numbers.reduce((best, each) => Math.min(best, each), Infinity);
const most = (numbers) => numbers.reduce((best, each) => Math.max(best, each), -Infinity);

const OUTCOMES = ["finished", "failed", "skipped"];
const STRANGERS = "(other names)";

/** What a stranger's name says: `BM_sum/4096` is the method `BM_sum` at n = 4096. */
function strangerParts(name) {
  const found = /^(.+)\/(\d+)$/.exec(name);
  return { operation: STRANGERS, method: found ? found[1] : name, n: found ? Number(found[2]) : null };
}

/**
 * One benchmark of one run. `parts` are operation, method, type, distribution and further axes; `n` is a number or null.
 */
class Row {
  constructor(run, index) {
    this.run = run;
    this.index = index;
    this.name = run.rows.name[index];
    this.outcome = OUTCOMES[run.rows.outcome[index]];
    this.message = run.rows.message.get(index) ?? "";
    this.aggregated = run.rows.aggregated.has(index);
    this.parts = Object.create(null);
    for (const [key, { values, of }] of Object.entries(run.parts))
      if (of[index] >= 0) this.parts[key] = values[of[index]];
    if (this.parts.operation === undefined) {
      const { n, ...parts } = strangerParts(this.parts.name);
      delete this.parts.name;
      Object.assign(this.parts, parts);
      this.n = n;
    } else {
      this.n = Number(this.parts.n);
      delete this.parts.n;
    }
  }

  samples(metric) {
    const value = this.run.values[metric]?.[this.index] ?? null;
    return (Array.isArray(value) ? value : [value]).filter((each) => each !== null);
  }

  /**
   * Null if there is none. Of repetitions the median; but an exact counter is the same in all of them, so where it is not, its
   * worst is what there is to say.
   */
  value(metric) {
    const samples = this.samples(metric);
    if (samples.length < 2 || !this.run.metrics[metric].exact) return median(samples);
    return this.run.metrics[metric].better === "higher" ? least(samples) : most(samples);
  }

  /** The exact counters that repetitions differ in. */
  get irreproducible() {
    return Object.keys(this.run.metrics).filter(
      (name) => this.run.metrics[name].exact && new Set(this.samples(name)).size > 1,
    );
  }

  /** Nanoseconds by the clock that the name stands for. */
  get time() {
    return this.value(this.parts.clock ? "real_time" : "cpu_time") ?? this.value("real_time");
  }

  get finished() {
    return this.outcome === "finished";
  }
}

/** { path, context, warnings, metrics: {name: {unit, better, exact, meaning}}, rows: [Row] } */
function readRun(encoded) {
  const values = Object.create(null);
  const metrics = Object.create(null);
  encoded.metrics.forEach(({ name, ...about }, i) => {
    metrics[name] = about;
    values[name] = encoded.values[i];
  });
  const rows = {
    ...encoded.rows,
    message: new Map(encoded.rows.message),
    label: new Map(encoded.rows.label),
    aggregated: new Set(encoded.rows.aggregated),
  };
  const columns = { rows, parts: encoded.parts, values, metrics };
  return {
    path: encoded.path,
    context: encoded.context,
    warnings: encoded.warnings,
    metrics,
    rows: encoded.rows.name.map((_, index) => new Row(columns, index)),
  };
}

/** The order of methods in legends, and hence their colours: ours as the catalog has them, then others by name. */
function methodsOf(report) {
  const found = new Set(report.runs.flatMap((run) => run.rows.map((row) => row.parts.method)));
  const ours = report.methods.filter((method) => found.has(method));
  return [...ours, ...[...found].filter((method) => !report.methods.includes(method)).sort()];
}

/** Numbers in texts by their value: `rows:16` before `rows:1024`. */
const natural = new Intl.Collator("en", { numeric: true });

/**
 * As one reads them: by operation, type, distribution, size, further axes and method, whatever order they ran in. Names that the
 * catalog has come in its order, others behind them as they were found.
 */
function inOrder(rows, report) {
  const ranks = (key, known) => {
    const found = [...new Set([...known, ...rows.map((row) => row.parts[key])])];
    return new Map(found.map((value, place) => [value, place]));
  };
  const known = { operation: report.operations, type: report.types, distribution: [], method: report.allMethods };
  const places = Object.fromEntries(Object.entries(known).map(([key, values]) => [key, ranks(key, values)]));
  const axes = (row) => row.name.split("/").slice(5).join("/");
  const difference = (key, a, b) => places[key].get(a.parts[key]) - places[key].get(b.parts[key]);
  return [...rows].sort(
    (a, b) =>
      difference("operation", a, b) ||
      difference("type", a, b) ||
      difference("distribution", a, b) ||
      (a.n ?? 0) - (b.n ?? 0) ||
      natural.compare(axes(a), axes(b)) ||
      difference("method", a, b) ||
      a.index - b.index,
  );
}

/** The whole of it; `runs` has the base first, where there are two. */
function readReport(encoded) {
  const report = { ...encoded, runs: encoded.runs.map(readRun) };
  report.allMethods = methodsOf(report);
  for (const run of report.runs) run.rows = inOrder(run.rows, report);
  return report;
}
