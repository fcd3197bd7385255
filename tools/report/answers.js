// What the page says in words: which kernel is the fastest, which the fastest that does not move, and what that costs.

function fastest(rows) {
  return rows.reduce((best, row) => (row.time > 0 && (best === null || row.time < best.time) ? row : best), null);
}

/** {method: how many of its rows finished} of those whose result moved in none, whatever the size and the distribution. */
function steadyMethods(run, rows) {
  const counts = new Map(rows.map((row) => [row.parts.method, 0]));
  const [{ parts: first }] = rows;
  for (const row of run.rows) {
    if (!row.finished || row.parts.operation !== first.operation || row.parts.type !== first.type) continue;
    if (row.value("max_perm_delta") !== 0) counts.delete(row.parts.method);
    else if (counts.has(row.parts.method)) counts.set(row.parts.method, counts.get(row.parts.method) + 1);
  }
  return counts;
}

function speedText(row) {
  const rate = row.value("bytes_per_second");
  return duration(row.time) + (rate === null ? "" : ` (${significant(rate / 1e9)} GB/s)`);
}

/** Of medians of which nobody knows how much they scatter. */
const AS_FAST = 1.02;

function costText(row, best) {
  const ratio = row.time / best.time;
  return ratio < AS_FAST ? "as fast, within two percent" : `${change(ratio).replace("+", "")} more time`;
}

/**
 * A sentence or two for each operation: [{ operation, at, parts: [text or {strong: text}] }], at what is picked, as far as the
 * operation has it.
 */
function answers(report, wanted) {
  const chosen = makeView(report, wanted);
  return (chosen.choices.operation ?? []).flatMap((operation) => {
    if (operation === STRANGERS) return []; // nobody knows that they do the same thing
    const view = makeView(
      report,
      new Map([...Object.entries(chosen.picks), ["n", String(chosen.n)], ...wanted, ["operation", operation]]),
    );
    const rows = view.rows.filter((row) => row.finished && row.n === view.n);
    const best = fastest(rows);
    const at = [subject(view), view.n === null ? "" : `n = ${size(view.n)}`].filter(Boolean).join(", ");
    if (best === null) return [{ operation, at, parts: ["no row has a time"] }];
    const equals = rows
      .filter((row) => row !== best && row.time > 0 && row.time < AS_FAST * best.time)
      .map((row) => row.parts.method);
    const parts = [
      "the fastest is ",
      { strong: best.parts.method },
      `, ${speedText(best)}`,
      equals.length > 0 ? ` (${equals.join(", ")} within two percent)` : "",
    ];
    const moved = best.value("max_perm_delta");
    const steady = steadyMethods(view.run, rows);
    const steadiest = fastest(rows.filter((row) => steady.has(row.parts.method)));
    const proof = (row) => `0 in all ${counted(steady.get(row.parts.method), "row")} of its sizes and distributions`;
    if (moved === null) parts.push(".");
    else if (steadiest === best) parts.push(`, and its result never moves (${proof(best)}).`);
    else {
      parts.push(
        moved === 0
          ? ", which did not move here, but does elsewhere. "
          : `, which moves by up to ${scientific(moved)}. `,
      );
      if (steadiest === null) parts.push("None is without a change at all sizes and distributions.");
      else
        parts.push(
          `The fastest that never moves (${proof(steadiest)}) is `,
          { strong: steadiest.parts.method },
          `, ${speedText(steadiest)}: ${costText(steadiest, best)}.`,
        );
    }
    return [{ operation, at, parts }];
  });
}

const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** What became of the rows of two runs: a sentence. */
function comparisonText({ rows, unpaired, geometric_mean: mean, other_study: other }) {
  if (rows.length === 0) return "No row is in both runs.";
  const verdicts = ["SLOWER", "FASTER", "DIFFERS", "UNCLEAR", "UNTESTED", "SAME"].map((verdict) => [
    verdict.toLowerCase(),
    rows.filter((row) => row.verdict === verdict).length,
  ]);
  const having = (verdict) => rows.filter((row) => row.counters.some((each) => each.verdict === verdict)).length;
  const changes = ["WORSE", "BETTER", "CHANGED"].map((verdict) => [verdict.toLowerCase(), having(verdict)]);
  const told = (counts) =>
    counts
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `${count} ${what}`)
      .join(", ");
  const untested = rows.filter((row) => row.verdict === "UNTESTED").length;
  return [
    `${counted(rows.length, "row")} compared. Times: ${told(verdicts)}.`,
    untested === 0 ? "" : "UNTESTED: a verdict takes four repetitions, or runs, on each side.",
    rows.some((row) => row.verdict === "DIFFERS")
      ? "DIFFERS: one run each, so the ratio includes what changes between runs; `permdelta ab` removes most of it."
      : "",
    other !== ""
      ? `Exact counters were not compared: ${other}.`
      : told(changes) === ""
        ? "All exact counters are equal."
        : `Rows by their exact counters: ${told(changes)}.`,
    mean === null
      ? ""
      : `Geometric mean of ${counted(rows.filter((row) => row.ratio > 0).length, "ratio")} of times: ${mean.toFixed(3)}.`,
    unpaired.length === 0
      ? ""
      : `${counted(unpaired.length, "row")} of one side alone${unpaired.some((row) => row.lost) ? `, of which the contender has lost ${unpaired.filter((row) => row.lost).length}` : ""}.`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** As a shell takes it. */
function quoted(text) {
  return /^[\w.,:=/-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * The commands that ask bench for the rows of a run, and for others where the rows are not all combinations of their parts; none of
 * a stranger's. One for each number of rows at a time, which not all sizes need have, and one for the network.
 */
function reproductions(run, output) {
  const { context } = run;
  const distinct = (values) => [...new Set(values.filter((each) => each !== undefined))];
  const parts = (rows, key) => distinct(rows.map((row) => row.parts[key]));
  const flag = (name, values) => (values.length === 0 ? [] : [`--${name}=${values.join(",")}`]);
  const drawn = new Set(
    String(context.distributions ?? "normal fixed pareto lognormal cancel")
      .split(/[ ,]+/)
      .filter(Boolean),
  );
  const command = (rows, axes) => {
    const files = parts(rows, "distribution").filter((each) => !drawn.has(each));
    const repetitions = most(rows.map((row) => row.run.rows.repetitions[row.index]));
    const words = [
      "./bench",
      `--benchmark_filter=^(${parts(rows, "operation").join("|")})/(${parts(rows, "method").join("|")})/`,
      ...flag("types", parts(rows, "type")),
      ...axes,
      ...flag(
        "distributions",
        parts(rows, "distribution").filter((each) => drawn.has(each)),
      ),
      ...files.map((each) => `--input=${each}.npy`),
      ...flag("workers", parts(rows, "workers")),
      ...(parts(rows, "isa").length > 0 ? ["--isa=all"] : []),
      ...(rows.some((row) => row.parts.layers !== undefined) ? [] : flag("orders", distinct([context.orders]))),
      ...flag("seed", distinct([context.seed])),
      ...(repetitions > 1 ? [`--benchmark_repetitions=${repetitions}`] : []),
      ...(rows.some((row) => row.aggregated) ? ["--benchmark_report_aggregates_only"] : []),
      `--benchmark_out=${output}`,
    ];
    return words.map(quoted).join(" ");
  };
  const ours = run.rows.filter((row) => row.parts.operation !== STRANGERS);
  const isNetwork = (row) => row.parts.layers !== undefined;
  const sizes = (rows) =>
    distinct(rows.filter((row) => drawn.has(row.parts.distribution)).map((row) => row.n)).sort((a, b) => a - b);
  const groups = new Map();
  for (const row of ours) {
    const axes = isNetwork(row)
      ? [`--network_shape=${row.parts.rows}x${row.n}x${row.parts.layers}`]
      : drawn.has(row.parts.distribution)
        ? flag("rows", distinct([row.parts.rows]))
        : [];
    const key = isNetwork(row) ? axes[0] : `rows ${drawn.has(row.parts.distribution) ? row.parts.rows : ""}`;
    if (!groups.has(key)) groups.set(key, { rows: [], axes });
    groups.get(key).rows.push(row);
  }
  return [...groups.values()].map(({ rows, axes }) =>
    command(rows, isNetwork(rows[0]) ? axes : [...flag("sizes", sizes(rows)), ...axes]),
  );
}
