// The table of all rows: which columns there are, in which order the rows come, and the same as Markdown.

const MANY_ROWS = 200;

/** Further than the metrics that a page always knows; layers have a chart. */
function metricColumns(run) {
  const first = [
    "bytes_per_second",
    "bandwidth_fraction",
    "max_perm_delta",
    "perm_delta_ulp",
    "distinct_results",
    "max_error_ulp",
    "split_delta_ulp",
    "isa_delta_ulp",
    "fallback_rate",
  ];
  const hidden = new Set(["real_time", "cpu_time", "iterations", "orders", "items_per_second"]);
  const names = Object.keys(run.metrics).filter((name) => !hidden.has(name) && !LAYER.test(name));
  if (!names.includes("bytes_per_second") && run.metrics.items_per_second) names.unshift("items_per_second");
  return [...first.filter((name) => names.includes(name)), ...names.filter((name) => !first.includes(name))];
}

/** [{ key, label, unit, title, value(row): number, text or null, text(row) }] */
function columnsOf(report, run) {
  const columns = [
    { key: "name", label: "benchmark", unit: "", title: "", value: (row) => row.name, text: (row) => row.name },
    {
      key: "time",
      label: "time",
      unit: "",
      title: "median of the repetitions; the wall clock's where the name says so",
      value: (row) => row.time,
      text: (row) => duration(row.time),
    },
  ];
  if (report.comparison) {
    const of = new Map(report.comparison.rows.map((row) => [row.name, row]));
    const changed = (row) =>
      of
        .get(row.name)
        ?.counters.filter((each) => each.verdict !== "EQUAL")
        .map((each) => `${each.metric} ${each.verdict.toLowerCase()}`)
        .join(", ") || null;
    columns.push(
      {
        key: "ratio",
        label: "contender / base",
        unit: "",
        title: "ratio of the medians of times",
        value: (row) => of.get(row.name)?.ratio ?? null,
        text: (row) => change(of.get(row.name).ratio),
      },
      {
        key: "interval",
        label: "95 % interval",
        unit: "",
        title: "of the ratio",
        value: (row) => of.get(row.name)?.low ?? null,
        text: (row) => `${change(of.get(row.name).low)} to ${change(of.get(row.name).high)}`,
      },
      {
        key: "verdict",
        label: "verdict",
        unit: "",
        title: "SLOWER and FASTER: between several runs, or in lock step; DIFFERS: between one run each",
        value: (row) => of.get(row.name)?.verdict ?? null,
        text: (row) => of.get(row.name).verdict,
      },
      { key: "counters", label: "exact counters", unit: "", title: "bit for bit", value: changed, text: changed },
    );
  }
  for (const name of metricColumns(run)) {
    const { label, unit, text } = display(name, run.metrics[name]);
    columns.push({
      key: name,
      label,
      unit,
      title: run.metrics[name].meaning ?? "",
      value: (row) => row.value(name),
      text: (row) => text(row.value(name)),
    });
  }
  return columns;
}

/** What a cell says; rows that did not finish say so in place of their time. */
function cellText(column, row) {
  if (column.key === "time" && !row.finished) return row.outcome;
  return column.value(row) === null ? "" : column.text(row);
}

function compared(a, b) {
  if (a === null || b === null) return (a === null) - (b === null);
  return typeof a === "string" ? natural.compare(a, b) : a - b;
}

/** Sorted by a column, `-key` from the largest; what has no value comes last. Rows as they are without one. */
function sortedRows(rows, columns, sort) {
  const column = columns.find(({ key }) => key === (sort ?? "").replace(/^-/, ""));
  if (!column) return rows;
  const sign = sort.startsWith("-") ? -1 : 1;
  const valued = rows.map((row) => ({ row, value: column.value(row) }));
  return valued
    .sort((a, b) =>
      a.value === null || b.value === null ? compared(a.value, b.value) : sign * compared(a.value, b.value),
    )
    .map(({ row }) => row);
}

/** A filter as bench has it: a regular expression found anywhere in a name, after `-` those without. Null if it is none. */
function nameFilter(text) {
  const negative = text.startsWith("-");
  try {
    const wanted = new RegExp(negative ? text.slice(1) : text);
    return (row) => wanted.test(row.name) !== negative;
  } catch {
    return null;
  }
}

function asMarkdown(columns, rows) {
  const escaped = (text) => text.replace(/[\\|`<>&*_~[\]!#]/g, "\\$&").replace(/[\r\n]+/g, " ");
  const line = (cells) => `| ${cells.join(" | ")} |\n`;
  return (
    line(columns.map(({ label, unit }) => escaped(unit ? `${label}, ${unit}` : label))) +
    line(columns.map((column) => (["name", "verdict", "counters"].includes(column.key) ? "---" : "---:"))) +
    rows.map((row) => line(columns.map((column) => escaped(cellText(column, row))))).join("")
  );
}
