// From charts to Vega-Lite: a chart's looks are the specification of its name in charts/.
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
