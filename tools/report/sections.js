// The sections of the page that stay as they are, whatever is picked, and the list of rows that did not finish.

function renderTroubles(view) {
  const rows = view.run.rows.filter((row) => !row.finished);
  fill(
    "troubles-list",
    ...rows
      .slice(0, 500)
      .map((row) =>
        element("li", {}, element("code", {}, row.name), ` ${row.outcome}: ${row.message || "no reason given"}`),
      ),
  );
  if (rows.length > 500) byId("troubles-list").append(element("li", {}, `and ${rows.length - 500} more`));
  showIf("troubles", rows.length > 0);
}

/** What is odd about the runs: a counter that is exact and not the same in all repetitions above all. */
function renderWarnings() {
  const lines = report.runs.flatMap((run) => {
    const moving = run.rows.filter((row) => row.irreproducible.length > 0);
    const names = [...new Set(moving.flatMap((row) => row.irreproducible))];
    const line = `${run.path}: ${counted(moving.length, "row")} whose repetitions differ in ${names.join(", ")}, which should be the same in all of them; the worst is shown. The first: ${moving[0]?.name}`;
    return [...run.warnings, ...(moving.length > 0 ? [line] : [])];
  });
  fill("warnings", ...lines.map((each) => element("li", {}, each)));
  showIf("warnings", lines.length > 0);
}

function contextText(key, value) {
  if (value === undefined) return "";
  if (key === "caches" && Array.isArray(value) && cachesOf({ caches: value }).length === value.length)
    return value
      .map(({ type, level, size: held }) => `L${level} ${String(type).toLowerCase()} ${cacheSize(held)}`)
      .join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function renderEnvironment() {
  const keys = [...new Set(report.runs.flatMap((run) => Object.keys(run.context)))];
  const differing = new Set((report.comparison?.differences ?? []).map(({ key }) => key));
  const rows = keys.map((key) => {
    const differs = differing.has(key);
    return element(
      "tr",
      { class: differs ? "different" : null, "data-key": key },
      element("th", { scope: "row" }, differs ? `\u2260 ${key}` : key),
      ...report.runs.map((run) => element("td", {}, contextText(key, run.context[key]))),
    );
  });
  const heads = ["", ...report.runs.map((run) => run.path)];
  fill(
    "environment-table",
    element("thead", {}, element("tr", {}, ...heads.map((each) => element("th", { scope: "col" }, each)))),
    element("tbody", {}, ...rows),
  );
  fill(
    "environment-note",
    report.runs.length < 2
      ? ""
      : differing.size === 0
        ? "Nothing that numbers depend on differs."
        : `What differs of what numbers may depend on: ${[...differing].join(", ")}. A change may be theirs.`,
  );
}

function renderComparison() {
  showIf("comparison", report.comparison !== null);
  if (!report.comparison) return;
  const { unpaired, rows } = report.comparison;
  fill("comparison-text", comparisonText(report.comparison));
  const isWorse = (row) => row.counters.some((each) => each.verdict === "WORSE") || row.lost.length > 0;
  const movesNow = (row) => row.counters.some((each) => each.verdict === "WORSE" && each.base === 0);
  // What did not move and does now is the worst there is, then other results, then times.
  const gravity = (row) => (movesNow(row) ? 0 : isWorse(row) ? 1 : 2);
  const isSlower = (row) => row.verdict === "SLOWER" || (row.verdict === "DIFFERS" && row.ratio > 1);
  const worse = rows.filter((row) => isWorse(row) || isSlower(row)).sort((a, b) => gravity(a) - gravity(b));
  const textOf = (metric, value) => display(metric, report.runs[0].metrics[metric]).text(value);
  const reasons = (row) =>
    [
      ...row.counters
        .filter((each) => each.verdict === "WORSE")
        .map((each) => `${each.metric} ${textOf(each.metric, each.base)} to ${textOf(each.metric, each.contender)}`),
      ...row.lost.map((name) => `${name} is no longer there`),
      isSlower(row) ? `${change(row.ratio)} time${row.verdict === "DIFFERS" ? " between these two runs" : ""}` : null,
    ]
      .filter(Boolean)
      .join("; ");
  fill(
    "worse-list",
    ...worse
      .slice(0, 100)
      .map((row) =>
        element(
          "li",
          { class: gravity(row) === 0 ? "grave" : null },
          element("code", {}, row.name),
          ` ${reasons(row)}`,
        ),
      ),
  );
  if (worse.length > 100)
    byId("worse-list").append(element("li", {}, `and ${worse.length - 100} more; sort the table by its verdicts`));
  fill(
    "unpaired-list",
    ...unpaired.slice(0, 100).map((row) => element("li", {}, element("code", {}, row.name), ` ${row.reason}`)),
  );
  if (unpaired.length > 100) byId("unpaired-list").append(element("li", {}, `and ${unpaired.length - 100} more`));
  showIf("unpaired", unpaired.length > 0);
  byId("unpaired").open = unpaired.some((row) => row.lost);
}

function renderReproduction() {
  const outputs = report.runs.length > 1 ? ["base.json", "contender.json"] : ["run.json"];
  const commands = report.runs
    .map((run, side) => ({ path: run.path, lines: reproductions(run, outputs[side]) }))
    .filter(({ lines }) => lines.length > 0);
  fill(
    "commands",
    ...commands.flatMap(({ path, lines }) => [
      element("p", {}, `To ask for the rows of ${path} again, and for all combinations of their parts:`),
      ...lines.map((line) => element("pre", {}, element("code", {}, line))),
    ]),
  );
  const sides = report.runs.length > 1 ? ["base-", "contender-"] : [""];
  fill(
    "downloads",
    ...report.runs.flatMap((run, side) => {
      const name = `${sides[side]}${baseName(run.path)}`;
      return [
        element(
          "button",
          { type: "button", onclick: () => download(`${name}.json`, "application/json", asBenchmarkJson(run)) },
          `${name}.json`,
        ),
        element(
          "button",
          { type: "button", onclick: () => download(`${name}.csv`, "text/csv", asCsv(run, run.rows)) },
          `${name}.csv`,
        ),
      ];
    }),
  );
}
