// The charts of a view as SVG files, by Node.js: names and texts on standard output, a zero behind each, or `error` and why
// there are none.

/** The first thing that a view's text asks for and that the run does not have. */
function mistake(report, wanted, view) {
  const texts = {
    ...view.picks,
    n: String(view.n),
    measure: view.measure,
    hide: listed(view.hidden),
    run: ["base", "contender"][view.runIndex],
    theme: wanted.get("theme"),
  };
  if (wanted.has("theme") && !Object.hasOwn(THEMES, wanted.get("theme"))) texts.theme = "light or dark";
  for (const [key, value] of wanted) {
    if (!(key in texts))
      return `'${key}' is nothing that a chart depends on; allowed: ${Object.keys(texts).join(", ")}`;
    if (texts[key] === value) continue;
    const choices = key === "n" ? view.sizes : key === "measure" ? view.measures : (view.choices[key] ?? [texts[key]]);
    return `there is no ${key} '${value}'; allowed: ${choices.join(", ")}`;
  }
  return null;
}

async function drawn() {
  const report = readReport(JSON.parse(encodedReport));
  const wanted = parseFragment(report.view);
  const shown = makeView(report, wanted);
  const error = mistake(report, wanted, shown);
  if (error !== null) return { error };
  const files = {};
  for (const { id, spec } of makeCharts(report, shown, templates, wanted.get("theme") ?? "light", null)) {
    const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: "none" });
    files[id] = `${await view.toSVG()}\n`;
    view.finalize();
  }
  return files;
}

drawn().then(
  (files) => process.stdout.write(Object.entries(files).flat().map((text) => `${text}\0`).join("")),
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
