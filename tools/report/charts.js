// Which rows a chart draws, and where: a function a chart, null where it has none. Values that the specification asks for by
// `@name` are in `values`; the rows themselves are `points`.

/** `layernorm, fp32, normal` and axes that there is a choice of. */
function subject(view) {
  return Object.entries(view.picks)
    .filter(([, value]) => value !== ABSENT && value !== STRANGERS)
    .map(([key, value]) => (["operation", "type", "distribution"].includes(key) ? value : `${key} ${value}`))
    .join(", ");
}

/** GB/s if the rows have it, else what they have. */
function speedMetric(view) {
  return (
    ["bytes_per_second", "items_per_second"].find((name) => shownRows(view).some((row) => row.value(name) > 0)) ?? null
  );
}

/** A speed to draw: { title, of(row) }; without a rate, runs a second. */
function speedOf(view) {
  const metric = speedMetric(view);
  if (metric === null) return { title: "runs per second", of: (row) => (row.time > 0 ? 1e9 / row.time : null) };
  const { unit } = display(metric, view.run.metrics[metric]);
  return {
    title: metric === "bytes_per_second" ? `${unit} read and written` : `elements, ${unit}`,
    of: (row) => (row.value(metric) === null ? null : row.value(metric) / 1e9),
  };
}

function tooltipOf(view, row, ...metrics) {
  const lines = { benchmark: row.name, method: row.parts.method };
  if (row.time !== null) lines.time = duration(row.time);
  for (const name of metrics.filter((each) => each && row.value(each) !== null)) {
    const { label, unit, text } = display(name, view.run.metrics[name]);
    lines[label] = `${text(row.value(name))} ${unit}`.trim();
  }
  return lines;
}

function point(view, row, more) {
  return {
    method: row.parts.method,
    n: row.n,
    tooltip: tooltipOf(view, row, "bytes_per_second", ...MEASURES),
    ...more,
  };
}

/** A logarithmic axis with room at its ends, a share of its length each. */
function speedAxis(rows, speed, before, behind) {
  const all = rows.map(speed.of);
  const [slowest, fastest] = [least(all), most(all)];
  const length = Math.max(Math.log(fastest / slowest), Math.log(2));
  const [speedLow, speedHigh] = [slowest / Math.exp(before * length), fastest * Math.exp(behind * length)];
  return { speedLow, speedHigh, speedTicks: logTicks(speedLow, speedHigh), speedTitle: speed.title };
}

function throughput(report, view) {
  const speed = speedOf(view);
  const rows = shownRows(view).filter((row) => row.n > 0 && speed.of(row) > 0);
  if (rows.length === 0) return null;
  return {
    title: "Throughput against n",
    caption:
      "Higher is faster. Dashed lines are peers' and strangers'; vertical lines are where a row's data is as large as a cache.",
    values: {
      points: rows.map((row) => point(view, row, { y: speed.of(row) })),
      caches: cacheMarks(rows, view.run.context),
      ...speedAxis(rows, speed, 0.08, 0.08),
    },
  };
}

/** `perm delta, ulp` */
function axisTitle(metric, about) {
  const { label, unit } = display(metric, about);
  return unit ? `${label}, ${unit}` : label;
}

function methodsIn(rows) {
  return [...new Set(rows.map((row) => row.parts.method))];
}

const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1).replaceAll("`", "");

/** Rows that have a size and the measure that is shown. */
function measuredRows(view) {
  return shownRows(view).filter(
    (row) => row.n > 0 && view.measure && row.value(view.measure) >= 0 && row.value(view.measure) !== null,
  );
}

function delta(report, view) {
  const rows = measuredRows(view);
  if (rows.length === 0) return null;
  const about = view.run.metrics[view.measure];
  const { rail, points, values } = railed(
    rows.map((row) => point(view, row, { delta: row.value(view.measure) })),
    "delta",
    methodsIn(rows),
  );
  const sizes = [...new Set(rows.map((row) => row.n))].sort((a, b) => a - b);
  const laws = guides(view, sizes, rail);
  return {
    title: `${capitalised(display(view.measure, about).label)} against n`,
    caption: [
      `${capitalised(about.meaning || view.measure)}.`,
      rail.hasZeros ? "The band at the bottom is an exact zero." : "",
      laws.length > 0 ? "Dotted: growth laws of errors, at results of size 1." : "",
    ]
      .filter(Boolean)
      .join(" "),
    values: { ...values, points, guides: laws, yTitle: axisTitle(view.measure, about) },
  };
}

/** Those beside which no other one is at least as good in both and better in one. */
function paretoFront(points) {
  const front = [];
  let least = Infinity;
  for (const each of [...points].sort((a, b) => b.speed - a.speed || a.delta - b.delta))
    if (each.delta < least) {
      front.push(each);
      least = each.delta;
    }
  return front;
}

/** Points that are too close for a name each have one label together: [{ speed, y, text }] */
function labelled(points, { low, high }) {
  const span = (values) => Math.log(most(values) / least(values)) || 1;
  const width = span(points.map((each) => each.speed));
  const height = Math.log(high / low);
  const labels = [];
  for (const { speed, y, method } of points) {
    const near = labels.find(
      (each) =>
        Math.abs(Math.log(each.speed / speed)) < 0.12 * width && Math.abs(Math.log(each.y / y)) < 0.045 * height,
    );
    if (near) near.text += `, ${method}`;
    else labels.push({ speed, y, text: method });
  }
  return labels;
}

function scatter(report, view) {
  const speed = speedOf(view);
  const rows = measuredRows(view).filter((row) => row.n === view.n && speed.of(row) > 0);
  if (rows.length === 0) return null;
  const { points, values } = railed(
    rows.map((row) => point(view, row, { speed: speed.of(row), delta: row.value(view.measure) })),
    "delta",
    methodsIn(rows),
  );
  return {
    title: `Speed and ${display(view.measure, view.run.metrics[view.measure]).label} at n = ${size(view.n)}`,
    caption:
      "Right is faster, down is better. Above and left of the line a method is no better than one on it, and worse in one (Pareto's front).",
    values: {
      ...values,
      points,
      names: labelled(points, values),
      front: paretoFront(points),
      ...speedAxis(rows, speed, 0.1, 0.3),
      yTitle: axisTitle(view.measure, view.run.metrics[view.measure]),
    },
  };
}

/** Bars of the largest value over all sizes, of all types and distributions: alike but for the metric. */
function largest(view, metric) {
  const same = (row) =>
    Object.entries(view.picks).every(
      ([key, value]) => key === "type" || key === "distribution" || partOf(row, key) === value,
    );
  const found = new Map();
  for (const row of view.run.rows) {
    if (
      !isShown(view, row) ||
      row.parts.distribution === undefined ||
      !same(row) ||
      !(row.value(metric) >= 0) ||
      row.value(metric) === null
    )
      continue;
    const key = JSON.stringify([row.parts.type, row.parts.distribution, row.parts.method]);
    if (!found.has(key) || row.value(metric) > found.get(key).value(metric)) found.set(key, row);
  }
  if (found.size === 0) return null;
  const points = [...found.values()].map((row) => ({
    type: row.parts.type,
    distribution: row.parts.distribution,
    method: row.parts.method,
    delta: row.value(metric),
    tooltip: tooltipOf(view, row, metric),
  }));
  const { floor, high } = railFor(
    points.map((each) => each.delta),
    [],
  );
  const values = {
    floor,
    high,
    ticks: logTicks(floor, high),
    points,
    yTitle: axisTitle(metric, view.run.metrics[metric]),
    types: [...new Set(points.map((each) => each.type))],
    distributions: [...new Set(points.map((each) => each.distribution))],
  };
  return { label: display(metric, view.run.metrics[metric]).label, values };
}

function summary(report, view) {
  const chart = view.measure && largest(view, view.measure);
  return (
    chart && {
      title: `Largest ${chart.label} by distribution and type`,
      caption: "Over all sizes. A 0 stands in place of a bar.",
      values: chart.values,
    }
  );
}

function split(report, view) {
  const chart = largest(view, "split_delta_ulp");
  return (
    chart && {
      title: "Delta between splits",
      caption: "Largest change of the result over 1 to 64 contiguous parts, as threads make them; over all sizes.",
      values: chart.values,
    }
  );
}

function isa(report, view) {
  const chart = largest(view, "isa_delta_ulp");
  return (
    chart && {
      title: "Delta between instruction sets",
      caption: "Largest difference between the results of all instruction sets of the machine, over all sizes.",
      values: chart.values,
    }
  );
}

const LAYER = /^layer_(\d+)_delta$/;

function network(report, view) {
  const layers = Object.keys(view.run.metrics).filter((name) => LAYER.test(name));
  const wanted = (row) =>
    ["type", "distribution", "isa"].every(
      (key) => row.parts[key] === undefined || view.picks[key] === undefined || row.parts[key] === view.picks[key],
    );
  const rows = view.run.rows.filter(
    (row) => isShown(view, row) && wanted(row) && layers.some((name) => row.value(name) !== null),
  );
  const found = rows.flatMap((row) =>
    layers
      .filter((name) => row.value(name) !== null && row.value(name) >= 0)
      .map((name) => ({
        method: row.parts.method,
        layer: Number(LAYER.exec(name)[1]),
        series: row.name,
        delta: row.value(name),
        tooltip: tooltipOf(view, row, name),
      })),
  );
  if (found.length === 0) return null;
  const { points, values } = railed(found, "delta", methodsIn(rows));
  return {
    title: "Growth through a deep network",
    caption:
      "Largest change of a feature after each layer, in the unit of the result; of the picked type and distribution.",
    values: { ...values, points, yTitle: "largest change of a feature" },
  };
}

/** Rows without a size to draw them against. */
function times(report, view) {
  const rows = shownRows(view).filter((row) => row.n === null && row.time > 0);
  if (rows.length === 0) return null;
  const shown = [...rows].sort((a, b) => a.time - b.time).slice(0, 40);
  return {
    title: "Time",
    caption:
      shown.length < rows.length
        ? `The fastest ${shown.length} of ${rows.length}; all are in the table.`
        : "Shorter is faster.",
    values: {
      points: shown.map((row) => ({
        method: row.parts.method,
        time: row.time,
        text: duration(row.time),
        tooltip: tooltipOf(view, row),
      })),
    },
  };
}

const SHOWN_RATIOS = 40;
const RATIO_TICKS = [
  0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.3, 1.5, 1.7, 2, 2.5, 3, 4, 5, 7, 10,
];

function ratioTicks(low, high) {
  const ticks =
    high > 10 || low < 0.1 ? logTicks(low, high) : RATIO_TICKS.filter((tick) => tick >= low && tick <= high);
  return ticks.includes(1) ? ticks : [...ticks, 1].sort((a, b) => a - b);
}

function ratio(report, view) {
  if (!report.comparison) return null;
  const picked = new Set(
    report.runs[0].rows
      .filter(
        (row) =>
          !view.hidden.has(row.parts.method) &&
          Object.entries(view.picks).every(([key, value]) => partOf(row, key) === value),
      )
      .map((row) => row.name),
  );
  const differs = (row) => row.verdict === "DIFFERS";
  const isCalled = (row) => row.verdict === "SLOWER" || row.verdict === "FASTER";
  const rows = report.comparison.rows.filter((row) => row.ratio > 0 && (isCalled(row) || picked.has(row.name)));
  if (rows.length === 0) return null;
  const distance = (row) => Math.abs(Math.log(row.ratio));
  const shown = [...rows]
    .sort((a, b) => isCalled(b) - isCalled(a) || differs(b) - differs(a) || distance(b) - distance(a))
    .slice(0, Math.max(SHOWN_RATIOS, rows.filter(isCalled).length))
    .sort((a, b) => b.ratio - a.ratio);
  return {
    title: "Time, contender over base",
    caption:
      `Medians with 95 % intervals; right of 1 is slower. The band is noise: ${significant(report.comparison.noise * 100, 2)} % either way.` +
      (shown.length < rows.length
        ? ` The ${shown.length} of ${rows.length} rows that are SLOWER or FASTER or changed most; all are in the table.`
        : ""),
    values: {
      points: shown.map((row) => ({
        name: row.name,
        ratio: row.ratio,
        low: row.low ?? row.ratio,
        high: row.high ?? row.ratio,
        verdict: row.verdict,
        tooltip: {
          benchmark: row.name,
          ratio: change(row.ratio),
          "95 % interval": row.low === null ? "none" : `${change(row.low)} to ${change(row.high)}`,
          verdict: row.verdict,
        },
      })),
      noise: [{ low: 1 / (1 + report.comparison.noise), high: 1 + report.comparison.noise }],
      ratioTicks: ratioTicks(
        least(shown.map((row) => row.low ?? row.ratio)),
        most(shown.map((row) => row.high ?? row.ratio)),
      ),
    },
  };
}
