// Colours. Okabe and Ito's palette, which colour-blind readers can tell apart, a lighter one for dark pages and with
// its light colours darker for lines on white. The first ten methods have a shape of their own besides, and peers are dashed.

const THEMES = {
  light: {
    ink: "#1b1f24",
    muted: "#5a6472",
    grid: "#e3e6ea",
    band: "#eef1f4",
    paper: "#ffffff",
    better: "#0072B2",
    worse: "#C23B00",
    neutral: "#7b8591",
    ours: ["#000000", "#B8578D", "#008A64", "#0072B2", "#D55E00"],
    others: ["#2E8BC0", "#B87700", "#7d838c", "#8A7D00", "#555a61"],
  },
  dark: {
    ink: "#e8eaed",
    muted: "#a3acb8",
    grid: "#30363d",
    band: "#22272e",
    paper: "#15181c",
    better: "#58B0F0",
    worse: "#FF8A50",
    neutral: "#8a94a0",
    ours: ["#f5f5f5", "#E59CC6", "#2CC79A", "#58B0F0", "#FF8A50"],
    others: ["#9AD4F5", "#F2BE4A", "#b3b8c0", "#D9CC3C", "#8f959e"],
  },
};

const STAR = "M0,-1.2L0.29,-0.4L1.14,-0.37L0.47,0.15L0.71,0.97L0,0.5L-0.71,0.97L-0.47,0.15L-1.14,-0.37L-0.29,-0.4Z";
const HEXAGON = "M-0.5,-0.87L0.5,-0.87L1,0L0.5,0.87L-0.5,0.87L-1,0Z";
const SHAPES = [
  "triangle-down",
  "diamond",
  "triangle-up",
  "circle",
  "square",
  "cross",
  "triangle-left",
  "triangle-right",
  STAR,
  HEXAGON,
];

/** { methods, colours, shapes, dashes }, one of each a method, the same in every chart of a report. */
function styleOf(report, theme) {
  const { ours, others } = THEMES[theme];
  let strangers = 0;
  const style = { methods: report.allMethods, colours: [], shapes: [], dashes: [] };
  const known = new Map(report.methods.map((method, place) => [method, place]));
  for (const method of report.allMethods) {
    const place = known.get(method) ?? -1;
    const isOurs = place >= 0 && place < ours.length;
    const other = isOurs ? 0 : strangers++;
    style.colours.push(isOurs ? ours[place] : others[other % others.length]);
    style.shapes.push(isOurs ? SHAPES[place] : SHAPES[(5 + other) % SHAPES.length]);
    style.dashes.push(isOurs ? [1, 0] : [5, 3]);
  }
  return style;
}

/** Vega-Lite's `config`. */
function configOf(theme) {
  const { ink, muted, grid, paper, band } = THEMES[theme];
  const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
  return {
    background: paper,
    font,
    view: { stroke: null },
    axis: {
      labelColor: muted,
      titleColor: ink,
      gridColor: grid,
      domainColor: muted,
      tickColor: muted,
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: "normal",
    },
    legend: {
      labelColor: ink,
      titleColor: muted,
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: "normal",
      orient: "bottom",
      symbolSize: 80,
      symbolStrokeWidth: 2,
    },
    header: { labelColor: ink, labelFontSize: 12, titleColor: muted },
    title: { color: ink, fontSize: 14, anchor: "start" },
    text: { color: muted, fontSize: 11 },
    rule: { color: muted },
    rect: { color: band },
    // A mark would be described by all of its tooltip; the table has the numbers, and a chart its description.
    mark: { aria: false },
    style: { "guide-label": { font }, "guide-title": { font } },
  };
}
