// What the reader has chosen: pickers, filter and sorting. All of it is in the URL's fragment, so that a view can be linked.

/** Keys of names that have no picker: methods are lines of the charts, suffixes of repetitions say nothing of the kernel. */
const NOT_PICKED = new Set([
  "method",
  "name",
  "min_time",
  "min_warmup_time",
  "iterations",
  "repeats",
  "clock",
  "cpu_clock",
]);
const FIRST_PICKED = ["operation", "type", "distribution", "isa", "workers"];

/** Spelled so where a row's name lacks the part. */
const ABSENT = "(not in the name)";

function partOf(row, key) {
  return row.parts[key] ?? ABSENT;
}

/** How many rows have each value, in the order of rows. */
function countBy(rows, key) {
  const counts = new Map();
  for (const row of rows) {
    const value = typeof key === "function" ? key(row) : partOf(row, key);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/** The first of those that as many rows have as any other. */
function mostFrequent(counts) {
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

/** The largest size that most rows have; null if no row has any. */
function usualSize(rows) {
  const counts = [...countBy(rows, (row) => row.n)].filter(([n]) => n !== null);
  const often = most(counts.map(([, count]) => count));
  return counts.length === 0 ? null : most(counts.filter(([, count]) => count === often).map(([n]) => n));
}

/** The metrics that charts show against speed and size, of which the first is the usual one. */
const MEASURES = [
  "max_perm_delta",
  "perm_delta_ulp",
  "max_error_ulp",
  "split_delta_ulp",
  "isa_delta_ulp",
  "distinct_results",
];

function parseFragment(fragment) {
  return new Map(new URLSearchParams(fragment.replace(/^#/, "")));
}

/** Methods in a fragment: apart by spaces, which some names have themselves. */
const listed = (methods) => [...methods].map(encodeURIComponent).join(" ");

function unlisted(text) {
  try {
    return (text ?? "").split(" ").filter(Boolean).map(decodeURIComponent);
  } catch {
    return [];
  }
}

/** As many as a chart can tell apart, and more. */
const MOST_METHODS = 40;

/**
 * A view of a report: { run, picks: {key: value}, choices: {key: [values]}, n, sizes, measure,
 * measures, hidden: Set of methods, undrawn: those there is no room for, rows: the rows picked, finished or not }.
 *
 * `wanted` is the fragment's Map. What it does not say, or says wrong, is what most rows have.
 * Later pickers have the choices that earlier ones leave, so there is always a row.
 */
function makeView(report, wanted) {
  const runIndex = report.runs.length > 1 && wanted.get("run") === "base" ? 0 : report.runs.length - 1;
  const run = report.runs[runIndex];
  const view = {
    run,
    runIndex,
    picks: Object.create(null),
    choices: Object.create(null),
    hidden: new Set(),
    undrawn: new Set(),
  };
  const found = new Set(run.rows.flatMap((row) => Object.keys(row.parts)));
  const keys = [
    ...FIRST_PICKED.filter((key) => found.has(key)),
    ...[...found].filter((key) => !FIRST_PICKED.includes(key)),
  ];

  let rows = run.rows;
  for (const key of keys.filter((each) => !NOT_PICKED.has(each))) {
    if (rows.length === 0) break;
    const finished = rows.filter((row) => row.finished);
    const counts = countBy(rows, key);
    const preferred = countBy(finished.length > 0 ? finished : rows, key);
    view.choices[key] = [...counts.keys()];
    view.picks[key] = counts.has(wanted.get(key)) ? wanted.get(key) : mostFrequent(preferred);
    rows = rows.filter((row) => partOf(row, key) === view.picks[key]);
  }
  view.rows = rows;

  view.sizes = [...new Set(rows.map((row) => row.n))].filter((n) => n !== null).sort((a, b) => a - b);
  const n = Number(wanted.get("n"));
  view.n = view.sizes.includes(n) ? n : usualSize(rows);
  view.measures = MEASURES.filter((name) => run.metrics[name]);
  view.measure = view.measures.includes(wanted.get("measure")) ? wanted.get("measure") : (view.measures[0] ?? null);
  const present = new Set(rows.map((row) => row.parts.method));
  for (const method of unlisted(wanted.get("hide"))) if (present.has(method)) view.hidden.add(method);
  const visible = report.allMethods.filter((method) => present.has(method) && !view.hidden.has(method));
  view.undrawn = new Set(visible.slice(MOST_METHODS));
  return view;
}

/** Whether charts draw it: finished, its method not hidden. */
function isShown(view, row) {
  return row.finished && !view.hidden.has(row.parts.method) && !view.undrawn.has(row.parts.method);
}

/** The rows of a view that charts draw. */
function shownRows(view) {
  return view.rows.filter((row) => isShown(view, row));
}
