// Numbers for people: errors in scientific notation, an exact zero as `0`, times in the fitting unit.

/** Three digits: `0.123`, `65.3`, `1188`; what is smaller than three decimals can show as `7.90e-05`. */
function significant(value, digits = 3) {
  if (value !== 0 && Math.abs(value) < 1e-3) return scientific(value);
  const whole = Math.floor(Math.log10(Math.abs(value))) + 1;
  return value === 0 ? "0" : value.toFixed(Math.max(0, Math.min(3, digits - whole)));
}

/** Nanoseconds as `510.2 ns`, `1.176 us`, `27.80 ms`. */
function duration(nanoseconds) {
  for (const [unit, size] of [
    ["ns", 1],
    ["us", 1e3],
    ["ms", 1e6],
  ])
    if (nanoseconds < 999.95 * size) return `${significant(nanoseconds / size, 4)} ${unit}`;
  return `${significant(nanoseconds / 1e9, 4)} s`;
}

/** `4.77e-07`, as C prints it; `0` is exact. */
function scientific(value) {
  if (value === 0) return "0";
  const [digits, exponent] = value.toExponential(2).split("e");
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

/** Whole numbers whole, as long as they fit; else three digits. */
function compact(value) {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6 ? String(Number(value.toPrecision(3))) : scientific(value);
}

/** Sizes: `4096`, `64 Ki`, `16 Mi`. */
function size(n) {
  for (const [unit, power] of [
    [" Gi", 30],
    [" Mi", 20],
    [" Ki", 10],
  ])
    if (n >= 10000 && n % 2 ** power === 0) return `${n / 2 ** power}${unit}`;
  return String(n);
}

/** `+11 %`, `-3.4 %`: what a ratio is away from one. */
function change(ratio) {
  const percent = (ratio - 1) * 100;
  return `${percent < 0 ? "-" : "+"}${significant(Math.abs(percent), 2)} %`;
}

/** How a metric is shown, with its unit: { label, unit, text(value) }. */
function display(name, about) {
  if (about.unit === "ns") return { label: name.replace("_", " "), unit: "", text: duration };
  if (about.unit === "B/s") return { label: "throughput", unit: "GB/s", text: (value) => significant(value / 1e9) };
  if (name === "items_per_second")
    return { label: "elements", unit: "10^9/s", text: (value) => significant(value / 1e9) };
  const label = name.replace(/_ulp$/, "").replaceAll("_", " ");
  const unit = { count: "", share: "", "unit of the result": "" }[about.unit] ?? about.unit;
  if (about.unit === "unit of the result") return { label, unit, text: scientific };
  return { label, unit, text: compact };
}
