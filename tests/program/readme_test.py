#!/usr/bin/env python3
"""The README against the program: its tables are the program's own and those of the runs it names, and so is its output.

readme_test.py BENCH REPOSITORY
"""

import itertools
import json
import pathlib
import re
import subprocess
import sys
import unittest

BENCH = None
REPOSITORY = None


def bench(*arguments):
    return subprocess.run([BENCH, *arguments], capture_output=True, text=True, check=False, timeout=120)


PEERS = ["eigen", "onednn", "openblas", "std_accumulate", "std_reduce"]
OPERATIONS = ["sum", "mean", "layernorm", "rmsnorm", "softmax"]
METHODS = ["lane_split", "exact", "kahan", "pairwise", "sequential", *PEERS]


def of_peers(name):
    return name.split("/")[1] in PEERS


def power(n):
    return f"2^{n.bit_length() - 1}" if n >= 1 << 20 and n & (n - 1) == 0 else str(n)


def scientific(value):
    return "0" if value == 0 else f"{value:.2e}"


def ratio_table(run, baseline, contender):
    """Markdown: the medians' cpu time, contender over baseline; a line an operation and type, a column a size."""
    medians = {row["run_name"]: row["cpu_time"] for row in run["benchmarks"] if row.get("aggregate_name") == "median"}
    lines = {}
    for name, time in medians.items():
        operation, method, element, source, size, *axes = name.split("/")
        if method == contender:
            other = medians["/".join([operation, baseline, element, source, size, *axes])]
            lines.setdefault((operation, element, source), {})[int(size[2:])] = time / other
    sizes = sorted({n for line in lines.values() for n in line})
    table = ["| | " + " | ".join(f"n = {power(n)}" for n in sizes) + " |", "|---|" + "---|" * len(sizes)]
    axes = ["sum", "mean", "layernorm"], ["fp64", "fp32", "fp16"], ["normal", "lognormal"]
    for (operation, element, source), line in sorted(lines.items(), key=lambda item: [
            axis.index(value) for axis, value in zip(axes, item[0])]):
        cells = [f"{line[n]:.2f}" if n in line else "" for n in sizes]
        table.append(f"| `{operation}`, {element}, {source} | " + " | ".join(cells) + " |")
    return table


def three_digits(nanoseconds):
    for unit, scale in (("ms", 1e6), ("us", 1e3), ("ns", 1)):
        if nanoseconds >= scale or unit == "ns":
            digits = 2 - min(2, len(str(int(nanoseconds / scale))) - 1)
            return f"{nanoseconds / scale:.{digits}f} {unit}"


def time_table(run, operation, element):
    """Markdown: the medians' cpu time of a row, in the order of METHODS; a line a method, a column a shape."""
    found = {}
    for row in run["benchmarks"]:
        parts = row["run_name"].split("/")
        if row.get("aggregate_name") != "median" or (parts[0], parts[2]) != (operation, element):
            continue
        axes = dict(part.split(":") for part in parts[4:])
        shape = int(axes.get("rows", 1)), int(axes["n"])
        scale = {"ns": 1, "us": 1e3, "ms": 1e6}[row["time_unit"]]
        found.setdefault(parts[1], {})[shape] = row["cpu_time"] * scale / shape[0]
    shapes = sorted({shape for times in found.values() for shape in times})
    heads = [f"n = {power(n)}" if rows == 1 else f"{rows} x {n}" for rows, n in shapes]
    table = ["| | " + " | ".join(heads) + " |", "|---|" + "---|" * len(shapes)]
    for method in METHODS:
        if times := found.get(method):
            table.append(f"| `{method}` | " + " | ".join(three_digits(times[shape]) if shape in times else "" for shape in shapes) + " |")
    return table


LAYERS = [1, 2, 5, 10, 15, 20]


def layer_table(run):
    """Markdown: the largest changes after some layers; a line a method and distribution."""
    table = ["| | " + " | ".join(f"layer {layer}" for layer in LAYERS) + " |", "|---|" + "---|" * len(LAYERS)]
    rows = sorted(run["benchmarks"], key=lambda row: METHODS.index(row["name"].split("/")[1]))
    for source in dict.fromkeys(row["name"].split("/")[3] for row in run["benchmarks"]):
        for row in rows:
            _, method, _, distribution, *_ = row["name"].split("/")
            if distribution == source:
                cells = [scientific(row[f"layer_{layer:02}_delta"]) for layer in LAYERS]
                table.append(f"| `{method}`, {source} | " + " | ".join(cells) + " |")
    return table


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = (REPOSITORY / "README.md").read_text()
        cls.kept = json.loads((REPOSITORY / "docs" / "readme_run.json").read_text())
        cls.rows = {row["name"]: row for row in cls.kept["benchmarks"]}

    def table(self, heading):
        section = self.text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
        lines = section.splitlines()
        begin = next(i for i, line in enumerate(lines) if line.startswith("|"))
        lines = list(itertools.takewhile(lambda line: line.startswith("|"), lines[begin:]))[2:]
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]

    def test_commands_are_the_first_thing(self):
        first = self.text.split("```sh\n")[1].split("```")[0].split("\n")
        self.assertEqual(first[:2], ["tools/bench.sh --benchmark_filter=layernorm", "tools/test.sh"])
        for line in first[:2]:
            self.assertTrue((REPOSITORY / line.split()[0]).stat().st_mode & 0o111)

    def test_counters(self):
        named = {name.strip("` ") for row in self.table("Counters") for name in row[0].split(",")}
        schema = {"name", "family_index", "per_family_instance_index", "run_name", "run_type", "repetitions",
                  "repetition_index", "threads", "iterations", "real_time", "cpu_time", "time_unit"}
        for row in self.rows.values():
            absent = set() if "/exact/" in row["name"] else {"fallback_rate"}
            if of_peers(row["name"]):
                absent |= {"split_delta_ulp", "isa_delta_ulp"}
            self.assertEqual(set(row) - schema, named - absent)

    def test_operations(self):
        kernels = {line.split("/")[0] for line in bench("--list_kernels").stdout.splitlines()[1:]}
        self.assertEqual([row[0].strip("`") for row in self.table("Operations")], sorted(kernels, key=OPERATIONS.index))

    def test_methods_and_their_bounds(self):
        kernels = [line.split() for line in bench("--list_kernels", "--isa=all").stdout.splitlines()[1:]]
        methods = {kernel[0].split("/")[1] for kernel in kernels}
        table = {row[0].strip("`"): row[-1] for row in self.table("Methods")}
        self.assertEqual(set(table), methods)
        isa = max((kernel[1] for kernel in kernels), key=lambda isa: isa == "avx512")
        bounds = {kernel[0].split("/")[1]: kernel[3] for kernel in kernels
                  if kernel[0].startswith("sum/") and kernel[0].endswith("/fp32") and kernel[1] == isa}
        self.assertEqual(set(bounds), methods)
        for method, bound in bounds.items():
            if isa == "avx512" or method != "lane_split":  # whose lanes are those of the set, and the table's are AVX-512's
                self.assertEqual(table[method], f"{bound} u", method)

    def test_what_exact_costs(self):
        kept = json.loads((REPOSITORY / "docs" / "exact_run.json").read_text())
        section = self.text.split("<!-- ratios: docs/exact_run.json -->")[1].split("\n## ")[0]
        table = ratio_table(kept, baseline="lane_split", contender="exact")
        self.assertGreaterEqual(len(table), 5)
        self.assertIn("\n".join(table), section, "\n" + "\n".join(table))

    def test_how_fast(self):
        kept = json.loads((REPOSITORY / "docs" / "speed_run.json").read_text())
        section = self.text.split("<!-- times: docs/speed_run.json -->")[1].split("\n## ")[0]
        for operation, element in (("sum", "fp32"), ("sum", "fp64"), ("sum", "fp16"), ("layernorm", "fp32")):
            table = time_table(kept, operation, element)
            self.assertGreaterEqual(len(table), 7)
            self.assertIn("\n".join(table), section, "\n" + "\n".join(table))

    def test_in_a_deep_network(self):
        kept = json.loads((REPOSITORY / "docs" / "network_run.json").read_text())
        section = self.text.split("<!-- layers: docs/network_run.json -->")[1].split("\n## ")[0]
        table = layer_table(kept)
        self.assertGreaterEqual(len(table), 2 + 2 * 5)
        self.assertIn("\n".join(table), section, "\n" + "\n".join(table))
        for row in kept["benchmarks"]:
            layers = [row[f"layer_{layer:02}_delta"] for layer in range(1, 21)]
            self.assertEqual(max(layers) == 0, "/exact/" in row["name"], row["name"])

    def test_distributions(self):
        said = bench("--distributions=none").stderr
        self.assertEqual([row[0].strip("`") for row in self.table("Inputs")],
                         said.split("allowed: ")[1].strip().split(", "))

    def test_flags(self):
        helped = set(re.findall(r"^ +(?:-\w,)?(--[a-z_]+)", bench("--help").stdout, re.M))
        ours = {flag for flag in helped if not flag.startswith("--benchmark_")} - {"--help", "--version"}
        self.assertEqual({row[0].strip("`") for row in self.table("Flags")}, ours)
        for flag in set(re.findall(r"`(--benchmark_\w+)", self.text)):
            self.assertIn(flag, helped | {"--benchmark_list_tests"})

    def test_outputs_are_the_kept_runs(self):
        outputs = re.findall(r"<!-- output: (docs/\w+\.json) -->\n```text\n(.*?)```", self.text, re.S)
        self.assertEqual([path for path, _ in outputs], ["docs/readme_run.json", "docs/own_kernel_run.json"])
        for path, output in outputs:
            kept = json.loads((REPOSITORY / path).read_text())
            self.check_output(output, {row["name"]: row for row in kept["benchmarks"]})

    def check_output(self, output, rows):
        lines = [line.split() for line in output.splitlines() if re.match(r"\w+/", line)]
        self.assertEqual([line[0] for line in lines], list(rows))
        for name, time, unit, gigabytes, delta, ulps, distinct, error in lines:
            row = rows[name]
            self.assertAlmostEqual(float(gigabytes) * 1e9 / row["bytes_per_second"], 1, delta=1e-2)
            self.assertAlmostEqual(float(ulps), row["perm_delta_ulp"], delta=row["perm_delta_ulp"] / 100)
            self.assertAlmostEqual(float(error), row["max_error_ulp"], delta=row["max_error_ulp"] / 100)
            self.assertEqual(delta, scientific(row["max_perm_delta"]), name)
            self.assertEqual(int(distinct), row["distinct_results"], name)
            scale = {"ns": 1, "us": 1e3, "ms": 1e6}[unit]
            self.assertAlmostEqual(float(time) * scale / row["cpu_time"], 1, delta=1e-3)

    def test_excerpts_are_of_the_examples(self):
        excerpts = re.findall(r"<!-- excerpt: (\S+) -->\n```cpp\n(.*?)```", self.text, re.S)
        self.assertEqual(len(excerpts), 1)
        for path, excerpt in excerpts:
            source = iter((REPOSITORY / path).read_text().splitlines())
            for line in excerpt.splitlines():
                self.assertIn(line, source)  # which goes on after it


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    REPOSITORY = pathlib.Path(sys.argv.pop(2))
    BENCH = sys.argv.pop(1)
    unittest.main()
