// Which rows a chart draws, and where: a chart's looks are the Vega-Lite specification of the same name in charts/.
//
// A specification has strings that begin with `@`: each stands for a value that is known only here, or for a part that several
// charts share (charts/shared.json).

/** `template` with every "@key" replaced by values[key], or else by what shared[key] is then. */
function filled(template, values, shared) {
  if (typeof template === "string" && template.startsWith("@")) {
    const key = template.slice(1);
    if (key in values) return values[key];
    if (key in shared) return filled(shared[key], values, shared);
    throw new Error(`no value for ${template}`);
  }
  if (Array.isArray(template)) return template.map((each) => filled(each, values, shared));
  if (template !== null && typeof template === "object")
    return Object.fromEntries(Object.entries(template).map(([key, each]) => [key, filled(each, values, shared)]));
  return template;
}

/**
 * Where zeros go on a logarithmic axis: on a rail of their own below the smallest number there is, a lane a method, so that those
 * that never move can all be seen. { floor, low, high, middle, place(method) }
 */
function railFor(numbers, methods) {
  const positive = numbers.filter((each) => each > 0);
  const hasZeros = positive.length < numbers.length;
  const first = positive.length > 0 ? Math.log10(least(positive)) : -9;
  const last = positive.length > 0 ? Math.log10(most(positive)) : -6;
  // A count's smallest is 1, and stands on the axis with room for its bar; others have a power of ten below them.
  const isCount = !hasZeros && positive.every(Number.isInteger);
  const floor = isCount ? first - 0.15 : Math.floor(first - 1e-3);
  const high = last + Math.max(0.15, 0.05 * (last - floor));
  const decades = hasZeros ? 0.16 * (high - floor) : 0;
  const lanes = new Map(methods.map((method, place) => [method, (place + 1) / (methods.length + 1)]));
  return {
    hasZeros,
    floor: powerOfTen(floor),
    low: powerOfTen(floor - decades),
    high: powerOfTen(high),
    middle: powerOfTen(floor - decades / 2),
    place: (method) => powerOfTen(floor - decades * (0.15 + 0.7 * lanes.get(method))),
  };
}

/** As a double that has neighbours: no scale has room for infinity, nor for zero. */
function powerOfTen(exponent) {
  return 10 ** Math.max(-307, Math.min(307, exponent));
}

/** Ticks of a logarithmic axis: powers of ten, thinned, or their multiples where those are few. */
function logTicks(low, high) {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const step = Math.max(1, Math.ceil((last - first) / 10));
  const decades = Math.log10(high / low);
  const multiples = decades <= 1 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : decades <= 3 ? [1, 2, 5] : [1];
  const ticks = [];
  // By their spelling: 10 ** -7 is not the double closest to 1e-7.
  for (let power = first; power <= last; power += step)
    for (const each of multiples) ticks.push(Number(`${each}e${power}`));
  return ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
}

/** What charts with a rail need: the rail itself as data, and a function that puts points on it. */
function railed(points, field, methods) {
  const rail = railFor(
    points.map((point) => point[field]),
    methods,
  );
  const { hasZeros, floor, low, high, middle } = rail;
  return {
    rail,
    points: points.map((point) => ({ ...point, y: point[field] === 0 ? rail.place(point.method) : point[field] })),
    values: {
      floor,
      low,
      high,
      ticks: [...(hasZeros ? [middle] : []), ...logTicks(floor, high)],
      rail: hasZeros ? [{ floor, low }] : [],
    },
  };
}

/** n at which the data of a row, read and written, is as large as a cache of one core: [{ n, text }] */
function cacheMarks(rows, context) {
  const known = rows.find((row) => row.value("bytes_per_second") && row.value("items_per_second"));
  if (!known) return [];
  const bytes = known.value("bytes_per_second") / known.value("items_per_second");
  const sizes = rows.map((row) => row.n);
  return cachesOf(context)
    .filter(({ type }) => type !== "Instruction")
    .map(({ level, size: held }) => ({ n: held / bytes, text: `L${level} ${cacheSize(held)}` }))
    .filter(({ n }) => n >= least(sizes) && n <= most(sizes));
}

/** What the context says of caches, as far as it can be understood. */
function cachesOf(context) {
  const all = Array.isArray(context.caches) ? context.caches : [];
  return all.filter((each) => each !== null && typeof each === "object" && typeof each.size === "number");
}

function cacheSize(bytes) {
  return bytes >= 2 ** 20 ? `${bytes / 2 ** 20} MiB` : `${bytes / 2 ** 10} KiB`;
}

/** Half a unit in the last place at 1: what one rounding costs at most. */
const UNIT_ROUNDOFF = { fp64: 2 ** -53, fp32: 2 ** -24, fp16: 2 ** -11, bf16: 2 ** -8 };

/** Lines that errors are compared with, at results of size one: in the unit of the measure. */
function guides(view, sizes, rail) {
  const eps = 2 * UNIT_ROUNDOFF[view.picks.type];
  const unit = view.run.metrics[view.measure].unit;
  const scale = unit === "ulp" ? 1 : unit === "unit of the result" ? eps : NaN;
  if (!(scale > 0) || sizes.length < 2) return [];
  const name = unit === "ulp" ? "ulp" : "eps";
  const laws = [
    [`n ${name}`, (n) => n],
    [`sqrt(n) ${name}`, Math.sqrt],
    [`log2(n) ${name}`, Math.log2],
  ];
  return laws.flatMap(([law, of]) => {
    const inside = sizes
      .map((n) => ({ law, n, y: of(n) * scale }))
      .filter(({ y }) => y >= rail.floor && y <= rail.high);
    return inside.map((point, i) => ({ ...point, text: i === inside.length - 1 ? law : "" }));
  });
}

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

/** A speed to draw: { name, title, of(row) }; without a rate, runs a second. */
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
  const rows = report.comparison.rows.filter((row) => picked.has(row.name) && row.ratio > 0);
  if (rows.length === 0) return null;
  const distance = (row) => Math.abs(Math.log(row.ratio));
  const shown = [...rows]
    .sort((a, b) => distance(b) - distance(a))
    .slice(0, SHOWN_RATIOS)
    .sort((a, b) => b.ratio - a.ratio);
  return {
    title: "Time, contender over base",
    caption:
      `Medians with 95 % intervals; right of 1 is slower. The band is noise: ${significant(report.comparison.noise * 100, 2)} % either way.` +
      (shown.length < rows.length
        ? ` The ${shown.length} of ${rows.length} rows that changed most; all are in the table.`
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

/** Vega keeps some values as keys of plain objects, where a method called `constructor` would be something else. */
function safeName(name) {
  return name in Object.prototype ? `${name}\u200b` : name;
}

/** What a chart draws, with names that Vega can take wherever points have names. */
function withSafeNames(values) {
  const renamed = (each) => {
    if (typeof each === "string") return safeName(each);
    const names = Object.entries(each).filter(([key]) => ["method", "type", "distribution", "name"].includes(key));
    return { ...each, ...Object.fromEntries(names.map(([key, name]) => [key, safeName(name)])) };
  };
  const drawn = ["points", "front", "types", "distributions"];
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, drawn.includes(key) ? value.map(renamed) : value]),
  );
}

/** With one size there is nothing to draw against n: the scatter shows the same points. */
function isAgainstNothing(id, charts, view) {
  return (id === "throughput" || id === "delta") && view.sizes.length === 1 && charts.scatter !== null;
}

/** Charts that look like another one. */
const SPECIFICATION = { split: "summary", isa: "summary" };

/** Of the summary: one a type, side by side. Names of distributions lie aslant where they would run into each other. */
function panels(width, types, distributions) {
  const panelWidth = Math.max(80, Math.floor((width - 70) / Math.max(1, types.length)) - 14);
  const letters = most(distributions.map((each) => each.length));
  return { panelWidth, labelAngle: panelWidth < 8 * (letters + 1) * distributions.length ? -40 : 0 };
}

const CHARTS = { ratio, throughput, delta, scatter, summary, split, isa, network, times };

/**
 * The charts that there are rows for: [{ id, title, caption, spec }].
 *
 * `templates` are the specifications by id, `theme` light or dark, `width` that of a page in pixels or null for a file's.
 */
function makeCharts(report, view, templates, theme, width) {
  const style = styleOf(report, theme);
  const colours = THEMES[theme];
  const charts = Object.fromEntries(Object.entries(CHARTS).map(([id, make]) => [id, make(report, view)]));
  return Object.entries(charts).flatMap(([id, chart]) => {
    if (chart === null || isAgainstNothing(id, charts, view)) return [];
    const drawn = new Set(chart.values.points.map((each) => each.method));
    const places = style.methods.map((_, place) => place).filter((place) => drawn.has(style.methods[place]));
    const only = (values) => places.map((place) => values[place]);
    const values = {
      ...colours,
      ...withSafeNames(chart.values),
      methods: only(style.methods).map(safeName),
      colours: only(style.colours),
      shapes: only(style.shapes),
      dashes: only(style.dashes),
      width: width === null ? 620 : "container",
      columns: Math.max(2, Math.floor((width ?? 620) / 130)),
      labelLimit: Math.max(120, Math.floor((width ?? 620) * 0.45)),
      description: `${chart.title}: ${subject(view)}. ${chart.caption}`,
      ...panels(width ?? 620, chart.values.types ?? [], chart.values.distributions ?? []),
      title: width === null ? { text: chart.title, subtitle: subject(view), subtitleColor: colours.muted } : null,
    };
    return [
      {
        id,
        title: chart.title,
        caption: chart.caption,
        spec: { ...filled(templates[SPECIFICATION[id] ?? id], values, templates.shared), config: configOf(theme) },
      },
    ];
  });
}
