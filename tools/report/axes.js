// What charts are drawn against: logarithmic axes with a rail for zeros, their ticks, caches and growth laws.

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
