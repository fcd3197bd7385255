// What the page says in words: which kernel is the fastest, which the fastest that does not move, and what that costs.

function fastest(rows) {
  return rows.reduce((best, row) => (row.time !== null && (best === null || row.time < best.time) ? row : best), null);
}

/** Methods whose result moved in no row of the operation and the type, whatever the size and the distribution. */
function steadyMethods(run, rows) {
  const methods = new Set(rows.map((row) => row.parts.method));
  const alike = run.rows.filter((row) => row.finished && row.parts.operation === rows[0].parts.operation && row.parts.type === rows[0].parts.type);
  for (const row of alike) if (row.value("max_perm_delta") !== 0) methods.delete(row.parts.method);
  return methods;
}

function speedText(row) {
  const rate = row.value("bytes_per_second");
  return duration(row.time) + (rate === null ? "" : ` (${significant(rate / 1e9)} GB/s)`);
}

/**
 * A sentence or two for each operation: [{ operation, at, parts: [text or {strong: text}] }], at what is picked, as far as the
 * operation has it.
 */
function answers(report, wanted) {
  const chosen = makeView(report, wanted);
  return (chosen.choices.operation ?? []).flatMap((operation) => {
    const view = makeView(report, new Map([...wanted, ["operation", operation]]));
    const rows = view.rows.filter((row) => row.finished && row.n === view.n);
    const best = fastest(rows);
    if (best === null) return [{ operation, at: subject(view), parts: ["no row finished"] }];
    const at = subject(view) + (view.n === null ? "" : `${subject(view) ? ", " : ""}n = ${size(view.n)}`);
    const parts = ["the fastest is ", { strong: best.parts.method }, `, ${speedText(best)}`];
    const moved = best.value("max_perm_delta");
    const steady = steadyMethods(view.run, rows);
    const steadiest = fastest(rows.filter((row) => steady.has(row.parts.method)));
    if (moved === null) parts.push(". ");
    else if (steadiest === best) parts.push(", and its result does not move. ");
    else {
      parts.push(moved === 0 ? ", which did not move here, but does elsewhere. " : `, which moves by up to ${scientific(moved)}. `);
      if (steadiest === null) parts.push("None here never moves.");
      else parts.push("The fastest that never moves is ", { strong: steadiest.parts.method }, `, ${speedText(steadiest)}: ${change(steadiest.time / best.time).replace("+", "")} more time.`);
    }
    return [{ operation, at, parts }];
  });
}

const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** What became of the rows of two runs: a sentence. */
function comparisonText({ rows, unpaired, geometric_mean: mean }) {
  const count = (verdict) => rows.filter((row) => row.verdict === verdict).length;
  const worse = rows.filter((row) => row.counters.some((each) => each.verdict === "WORSE")).length;
  const better = rows.filter((row) => row.counters.some((each) => each.verdict === "BETTER")).length;
  const times = ["SLOWER", "FASTER", "SAME", "UNCLEAR"].map((verdict) => `${count(verdict)} ${verdict.toLowerCase()}`).join(", ");
  return `${counted(rows.length, "row")} compared: ${times}; ` +
    (worse + better === 0 ? "no exact counter is worse or better" : `exact counters are worse in ${counted(worse, "row")}, better in ${better}`) +
    (mean === null ? "." : `. Geometric mean of the ratios of times: ${mean.toFixed(3)}.`) +
    (unpaired.length === 0 ? "" : ` ${counted(unpaired.length, "row")} of one side alone.`);
}

/** The command that asks bench for the rows of a run; null of a stranger's run. */
function reproduction(run) {
  const ours = run.rows.filter((row) => row.parts.operation !== STRANGERS);
  if (ours.length === 0) return null;
  const { context } = run;
  const values = (key, rows = ours) => [...new Set(rows.map((row) => row.parts[key]).filter((each) => each !== undefined))];
  const drawn = new Set(String(context.distributions ?? "").split(/[ ,]+/));
  const flat = ours.filter((row) => row.parts.operation !== "network" && drawn.has(row.parts.distribution));
  const flag = (name, list) => (list.length === 0 ? [] : [`--${name}=${list.join(",")}`]);
  const quoted = (text) => (/^[\w.,:=/-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const inputs = values("distribution").filter((each) => drawn.size > 0 && !drawn.has(each));
  const repetitions = Math.max(...ours.map((row) => row.run.rows.repetitions[row.index]));
  const filter = `^(${values("operation").join("|")})/(${values("method").join("|")})/`;
  return [
    "./bench", `--benchmark_filter=${filter}`, ...flag("types", values("type")), ...flag("sizes", [...new Set(flat.map((row) => row.n))].sort((a, b) => a - b)),
    ...flag("distributions", [...drawn].filter(Boolean)), ...inputs.map((each) => `--input=${each}.npy`),
    ...flag("rows", values("rows", flat)), ...flag("workers", values("workers")), ...(values("isa").length > 0 ? ["--isa=all"] : []),
    ...flag("orders", [context.orders].filter((each) => each !== undefined)), ...flag("seed", [context.seed].filter((each) => each !== undefined)),
    ...(repetitions > 1 ? [`--benchmark_repetitions=${repetitions}`] : []), "--benchmark_out=run.json",
  ].map(quoted).join(" ");
}
