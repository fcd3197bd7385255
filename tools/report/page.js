// Puts the page together and keeps it in step with the fragment.

const report = readReport(JSON.parse(byId("data").textContent));
const templates = JSON.parse(byId("charts-data").textContent);
let wanted = new Map();
let drawn = 0;

/** Without a fragment, what --view says. */
function readFragment() {
  wanted = parseFragment(location.hash.length > 1 ? location.hash : report.view);
}

/** For whoever waits: how often the page has been brought up to date. */
function sayReady() {
  document.documentElement.dataset.ready = Number(document.documentElement.dataset.ready ?? 0) + 1;
}

/** Choices that charts have nothing to do with. */
const OF_THE_TABLE = new Set(["sort", "filter", "picked", "all"]);

/** Chooses, and says so in the fragment; null takes a choice back. */
function choose(changes) {
  for (const [key, value] of Object.entries(changes))
    if (value === null || value === "") wanted.delete(key);
    else wanted.set(key, String(value));
  // An empty one would be none, and --view be back.
  const fragment = new URLSearchParams([...wanted]).toString() || "view=plain";
  history.replaceState(null, "", `#${fragment}`);
  if (Object.keys(changes).every((key) => OF_THE_TABLE.has(key))) {
    renderTable(makeView(report, wanted));
    sayReady();
  } else render();
}

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

function themeNow() {
  const theme = wanted.get("theme");
  return Object.hasOwn(THEMES, theme ?? "") ? theme : systemIsDark.matches ? "dark" : "light";
}

function picker(name, label, values, value, text = String) {
  const options = values.map((each) => element("option", { value: each, selected: each === value }, text(each)));
  return element(
    "label",
    {},
    element("span", {}, label),
    element("select", { name, onchange: (event) => choose({ [name]: event.target.value }) }, ...options),
  );
}

function renderPickers(view) {
  const pickers = [];
  if (report.runs.length > 1)
    pickers.push(picker("run", "run", ["contender", "base"], view.runIndex === 0 ? "base" : "contender"));
  for (const [key, values] of Object.entries(view.choices))
    if (values.length > 1 || FIRST_PICKED.includes(key)) pickers.push(picker(key, key, values, view.picks[key]));
  if (view.sizes.length > 0) pickers.push(picker("n", "n", view.sizes, view.n, size));
  if (view.measures.length > 0) pickers.push(picker("measure", "delta shown", view.measures, view.measure));
  const focused = document.activeElement?.name;
  fill("pickers", ...pickers);
  if (focused) document.querySelector(`#pickers select[name="${CSS.escape(focused)}"]`)?.focus();
}

function toggleMethod(view, method) {
  const hidden = new Set(view.hidden);
  if (!hidden.delete(method)) hidden.add(method);
  choose({ hide: listed(hidden) });
}

function renderMethods(view) {
  const found = new Set(view.rows.map((row) => row.parts.method));
  const present = report.allMethods.filter((method) => found.has(method));
  const shown = present.length > 1 && present.length <= 30 ? present : [];
  const focused = document.activeElement?.dataset?.method;
  fill(
    "methods",
    ...shown.map((method) =>
      element(
        "label",
        {},
        element("input", {
          type: "checkbox",
          "data-method": method,
          checked: !view.hidden.has(method),
          onchange: () => toggleMethod(view, method),
        }),
        method,
      ),
    ),
  );
  if (focused) document.querySelector(`#methods input[data-method="${CSS.escape(focused)}"]`)?.focus();
  showIf("methods", shown.length > 0);
}

function renderAnswers() {
  const items = answers(report, wanted).map(({ operation, at, parts }) =>
    element(
      "li",
      { "data-operation": operation },
      element("b", {}, operation),
      element("span", { class: "at" }, ` ${at.replace(new RegExp(`^${operation}, `), "")} `),
      ...parts.map((part) => (typeof part === "string" ? part : element("strong", {}, part.strong))),
    ),
  );
  fill("answers", ...items);
  showIf("answers", items.length > 0);
}

/** Vega-Embed's: what can be saved, and nothing that would leave the page. */
const EMBED = {
  renderer: "svg",
  mode: "vega-lite",
  actions: { export: { svg: true, png: true }, source: false, compiled: false, editor: false },
  tooltip: { theme: "custom" },
  logLevel: 1,
};

/** What went wrong, where the reader can see it; the rest of the page goes on. */
function complain(place, error) {
  place.append(element("p", { class: "nothing" }, `This could not be drawn: ${error.message}`));
}

async function renderCharts(view) {
  const mine = ++drawn;
  const shown = byId("charts");
  const width = Math.min(shown.clientWidth, 1400);
  const perChart = width > 900 ? width / 2 - 40 : width - 30;
  const charts = makeCharts(report, view, templates, themeNow(), perChart);
  const figures = charts.map(({ id, title, caption }) =>
    element(
      "figure",
      { "data-chart": id },
      element("figcaption", {}, element("h3", {}, title), element("p", {}, caption)),
      element("div", { class: "plot" }),
    ),
  );
  if (figures.length === 0)
    figures.push(
      element(
        "p",
        { class: "nothing" },
        view.rows.some((row) => row.finished)
          ? "All methods are hidden."
          : "No row of this choice finished; their reasons are below.",
      ),
    );
  if (view.undrawn.size > 0)
    figures.unshift(
      element(
        "p",
        { class: "note" },
        `The charts have the first ${MOST_METHODS} of ${view.undrawn.size + MOST_METHODS} methods; the table has all rows.`,
      ),
    );
  // The old charts stay until all new ones are there: the page does not jump.
  const stage = element("div", { class: "charts stage" }, ...figures);
  shown.append(stage);
  const places = stage.querySelectorAll(".plot");
  const drawings = await Promise.allSettled(
    charts.map(({ spec, id }, i) => vegaEmbed(places[i], spec, { ...EMBED, downloadFileName: `permdelta-${id}` })),
  );
  drawings.forEach(({ reason }, i) => reason && complain(places[i], reason));
  const views = drawings.filter(({ value }) => value).map(({ value }) => value);
  // The marks say nothing by themselves; the caption, the methods' boxes and the table are there for whoever can't see them.
  stage
    .querySelectorAll(".plot > .chart-wrapper svg, .plot > svg")
    .forEach((svg) => svg.setAttribute("aria-label", svg.closest("figure").querySelector("h3").textContent));
  if (mine !== drawn) {
    for (const each of views) each.finalize();
    stage.remove();
    return;
  }
  for (const each of renderCharts.views ?? []) each.finalize();
  renderCharts.views = views;
  shown.replaceChildren(...figures);
  sayReady();
}

function renderTable(view) {
  const columns = columnsOf(report, view.run);
  const text = wanted.get("filter") ?? "";
  const keeps = nameFilter(text);
  byId("filter").setAttribute("aria-invalid", String(keeps === null));
  const scope = wanted.get("picked") === "1" ? view.rows : view.run.rows; // of all sizes, as in the charts
  const rows = sortedRows(scope.filter(keeps ?? (() => true)), columns, wanted.get("sort"));
  const shown = wanted.get("all") === "1" ? rows : rows.slice(0, MANY_ROWS);
  const sort = wanted.get("sort") ?? "";
  const sortBy = (key) => choose({ sort: sort === key ? `-${key}` : sort === `-${key}` ? null : key });
  const head = columns.map(({ key, label, unit, title }) => {
    const direction = sort === key ? "ascending" : sort === `-${key}` ? "descending" : "none";
    const mark = { ascending: " \u25b2", descending: " \u25bc", none: "" }[direction];
    return element(
      "th",
      { scope: "col", "aria-sort": direction, "data-key": key },
      element(
        "button",
        { type: "button", title, onclick: () => sortBy(key) },
        label,
        unit ? element("small", {}, ` ${unit}`) : null,
        mark,
      ),
    );
  });
  const body = shown.map((row) =>
    element(
      "tr",
      { class: row.outcome, title: row.message || null },
      ...columns.map((column, i) => {
        const cell = cellText(column, row);
        return element(
          i === 0 ? "th" : "td",
          { scope: i === 0 ? "row" : null, class: column.key === "verdict" ? cell.toLowerCase() : null },
          cell,
        );
      }),
    ),
  );
  const focused = document.activeElement?.closest?.("th")?.dataset.key;
  fill("rows", element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body));
  if (focused) document.querySelector(`#rows th[data-key="${CSS.escape(focused)}"] button`)?.focus();
  fill(
    "rows-count",
    keeps === null
      ? "This is no regular expression: all rows are shown."
      : `${rows.length} of ${view.run.rows.length} rows` +
          (shown.length < rows.length ? `, the first ${shown.length} shown` : ""),
  );
  byId("show-all").hidden = shown.length === rows.length;
  renderTable.current = { columns, rows, run: view.run };
}

function render() {
  const theme = themeNow();
  document.documentElement.dataset.theme = theme;
  fill("theme", theme === "dark" ? "Light" : "Dark");
  const view = makeView(report, wanted);
  renderAnswers();
  renderPickers(view);
  renderMethods(view);
  renderTable(view);
  renderTroubles(view);
  return renderCharts(view).catch((error) => {
    complain(byId("charts"), error);
    sayReady();
  });
}

async function copyMarkdown() {
  const { columns, rows } = renderTable.current;
  const text = asMarkdown(columns, rows);
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A page that was opened as a file may not have the clipboard's newer interface.
    const area = element("textarea", { class: "offscreen" }, text);
    document.body.append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
  }
  fill("copied", done ? `copied ${rows.length} rows` : "the browser did not let the page copy");
}

function start() {
  const single = report.runs.length === 1;
  const { context } = report.runs.at(-1);
  document.title = report.title;
  fill("title", report.title);
  fill(
    "subtitle",
    [
      single ? report.runs[0].path : `${report.runs[1].path} against ${report.runs[0].path}`,
      counted(report.runs.at(-1).rows.length, "row"),
      [context.cpu_name, context.isa].filter(Boolean).join(", ") || context.host_name,
      context.orders === undefined ? "" : `${context.orders} orders`,
      context.date,
    ]
      .filter(Boolean)
      .join(" \u00b7 "),
  );
  readFragment();
  byId("filter").value = wanted.get("filter") ?? "";
  byId("picked").checked = wanted.get("picked") === "1";
  let typing = 0;
  byId("filter").addEventListener("input", (event) => {
    clearTimeout(typing);
    typing = setTimeout(() => choose({ filter: event.target.value }), 100);
  });
  byId("picked").addEventListener("change", (event) => choose({ picked: event.target.checked ? "1" : null }));
  byId("show-all").addEventListener("click", () => choose({ all: "1" }));
  byId("copy").addEventListener("click", copyMarkdown);
  byId("table-csv").addEventListener("click", () =>
    download(
      `${baseName(renderTable.current.run.path)}-rows.csv`,
      "text/csv",
      asCsv(renderTable.current.run, renderTable.current.rows),
    ),
  );
  byId("theme").addEventListener("click", () => choose({ theme: themeNow() === "dark" ? "light" : "dark" }));
  systemIsDark.addEventListener("change", render);
  addEventListener("hashchange", () => {
    readFragment();
    byId("filter").value = wanted.get("filter") ?? "";
    byId("picked").checked = wanted.get("picked") === "1";
    render();
  });
  let width = innerWidth;
  let waiting = 0;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(render, 150);
  });
  const drawn = render();
  for (const section of [renderWarnings, renderComparison, renderEnvironment, renderReproduction]) {
    try {
      section();
    } catch (error) {
      complain(byId("reproduce"), error);
    }
  }
  return drawn;
}

start();
