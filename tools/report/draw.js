// The charts of a view as SVG files, by Node.js: {name: text} on standard output.

async function drawn() {
  const report = readReport(encodedReport);
  const wanted = parseFragment(report.view);
  const theme = wanted.get("theme") === "dark" ? "dark" : "light";
  const files = {};
  for (const { id, spec } of makeCharts(report, makeView(report, wanted), templates, theme, null)) {
    const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: "none" });
    files[id] = `${await view.toSVG()}\n`;
    view.finalize();
  }
  return files;
}

drawn().then((files) => process.stdout.write(JSON.stringify(files)));
