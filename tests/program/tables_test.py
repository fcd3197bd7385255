#!/usr/bin/env python3
"""`permdelta tables` as a user runs it, every cell against a pivot of the same files made here, in all formats; bad input.

tables_test.py PERMDELTA BENCH REPOSITORY [unittest arguments]
"""

import csv
import io
import json
import math
import os
import pathlib
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import unittest

PERMDELTA = None
BENCH = None
REPOSITORY = None

ORDERS = [["sum", "mean", "layernorm", "rmsnorm", "softmax"],
          ["sequential", "pairwise", "kahan", "lane_split", "exact"],
          ["fp64", "fp32", "fp16", "bf16"],
          ["normal", "fixed", "pareto", "lognormal", "cancel"]]
ISAS = ["sse2", "avx2", "avx512", "neon64"]
COUNTERS = ["max_perm_delta", "perm_delta_ulp", "distinct_results", "max_error_ulp", "split_delta_ulp", "isa_delta_ulp"]


def tables(*arguments, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "timeout": 300, **options}
    return subprocess.run([PERMDELTA, "tables", *map(str, arguments)], check=False, **options)


# The files, read by another reader.

class Row:
    def __init__(self, name):
        self.operation, self.method, self.type, self.source, n, *self.axes = name.split("/")
        self.n = int(n[2:])
        self.clock = "real_time" if "real_time" in self.axes else "cpu_time"
        self.outcome, self.values = None, {}

    def value(self, metric):
        return statistics.median(self.values[metric]) if self.values.get(metric) else None


def rows_of(path):
    rows = {}
    scales = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
    entries = json.loads(pathlib.Path(path).read_text())["benchmarks"]
    measured = any(entry["run_type"] == "iteration" for entry in entries)
    for entry in entries:
        if entry.get("aggregate_name", "") != ("" if measured else "median"):
            continue
        row = rows.setdefault(entry["run_name"], Row(entry["run_name"]))
        if entry.get("error_occurred"):
            row.outcome = "error"
            continue
        for key, value in entry.items():
            if isinstance(value, (int, float)):
                row.values.setdefault(key, []).append(value * (scales[entry["time_unit"]] if key.endswith("_time") else 1))
    return list(rows.values())


# The numbers, written by another hand.

def significant(value, digits):
    if value == 0:
        return "0"
    return f"{value:.{min(max(digits - 1 - math.floor(math.log10(abs(value))), 0), 3)}f}"


def duration(value):
    for unit in ("ns", "us", "ms"):
        if value < 999.95:
            return f"{significant(value, 4)} {unit}"
        value /= 1000
    return f"{significant(value, 4)} s"


def scientific(value):
    return "0" if value == 0 else f"{value:.2e}"


def compact(value):
    return f"{value:.0f}" if value == math.floor(value) and abs(value) < 1e5 else f"{value:.3g}"


SHOWN = {"max_perm_delta": scientific, "perm_delta_ulp": compact, "distinct_results": "{:.6g}".format, "max_error_ulp": compact,
         "split_delta_ulp": compact, "isa_delta_ulp": compact, "bytes_per_second": scientific, "cpu_time": duration,
         "real_time": duration}
UNITS = {"max_perm_delta": ", unit of the result", "perm_delta_ulp": ", ulp", "distinct_results": ", count",
         "bytes_per_second": ", B/s"}


# What there should be: for a person {title: [[cell, ...], ...]}, heads first; for a machine [{column: text or number}, ...].

def rank(value, known):
    return (known.index(value), "") if value in known else (len(known), value)


def axis_rank(axes):
    ranks = []
    for axis in axes:
        key, _, value = axis.partition(":")
        ranks.append((ISAS.index(value), "") if key == "isa" else (len(value) if value.isdigit() else 1 << 30, axis))
    return ranks


def name_rank(row):
    return [rank(part, known) for part, known in zip((row.operation, row.method, row.type, row.source), ORDERS)]


def grouped(rows, key, order):
    groups = {}
    for row in sorted(rows, key=order):
        groups.setdefault(key(row), []).append(row)
    return groups


def tail(axes):
    return "".join("/" + axis for axis in axes)


def pivot(rows, metric, titled, keys_of, line_of, line_head, order):
    """Tables with a column a type: as texts for a person by title, and as rows for a machine."""
    types = sorted({row.type for row in rows}, key=lambda t: rank(t, ORDERS[2]))
    shown, machine = {}, []
    for keys, members in grouped(rows, keys_of, order).items():
        table = [[line_head, *types]]
        for line, cells in grouped(members, line_of, order).items():
            texts, numbers = [str(line)], {}
            for element in types:
                here = [row for row in cells if row.type == element]
                values = [row.value(metric) for row in here if row.value(metric) is not None]
                errors = sum(row.outcome == "error" for row in here)
                note = f" ({errors} error)" if errors and values else ""
                texts.append(SHOWN[metric](max(values)) + note if values else "error" if errors else "-")
                numbers[element] = max(values) if values else "error" if errors else ""
            table.append(texts)
            machine.append({**dict(zip(*keys)), line_head: str(line), **numbers})
        shown[titled(dict(zip(*keys))) + f": {metric}{UNITS.get(metric, '')}"] = table
    return shown, machine


def by_size(rows, metric):
    heads = ("operation", "method", "distribution", "axes")
    return pivot(rows, metric, lambda k: f"{k['operation']}/{k['method']}/*/{k['distribution']}/n:*{k['axes']}",
                 lambda r: (heads, (r.operation, r.method, r.source, tail(r.axes))), lambda r: r.n, "n",
                 lambda r: (*name_rank(r)[:2], name_rank(r)[3], axis_rank(r.axes), r.n))


def summary(rows, metric):
    heads = ("operation", "method", "axes")
    return pivot(rows, metric, lambda k: f"largest of {k['operation']}/{k['method']}/*/*/n:*{k['axes']}",
                 lambda r: (heads, (r.operation, r.method, tail(r.axes))), lambda r: r.source, "distribution",
                 lambda r: (*name_rank(r)[:2], axis_rank(r.axes), name_rank(r)[3]))


def leaderboard(rows, n):
    def problem(row):
        return [axis for axis in row.axes if not re.match("isa:|workers:|real_time$", axis)]

    def order(row):
        operation, method, element, source = name_rank(row)
        time = row.value(row.clock)
        return (operation, element, source, axis_rank(problem(row)), row.outcome == "error", math.inf if time is None else time,
                axis_rank(row.axes), method)

    shown, machine = {}, []
    rows = [row for row in rows if row.n == n]
    for keys, members in grouped(rows, lambda r: (r.operation, r.type, r.source, tail(problem(r))), order).items():
        operation, element, source, axes = keys
        table = [["method", "time", "GB/s", *COUNTERS]]
        for row in members:
            name = row.method + tail(axis for axis in row.axes if axis not in problem(row))
            time, rate = row.value(row.clock), row.value("bytes_per_second")
            values = [row.value(counter) for counter in COUNTERS]
            table.append([name, "error" if row.outcome else duration(time), "-" if rate is None else significant(rate / 1e9, 3)] +
                         ["-" if v is None else SHOWN[c](v) for c, v in zip(COUNTERS, values)])
            machine.append({"operation": operation, "type": element, "distribution": source, "n": str(n), "axes": axes,
                            "method": name, "time_ns": row.outcome or time, "bytes_per_second": "" if rate is None else rate,
                            **{c: "" if v is None else v for c, v in zip(COUNTERS, values)}})
        shown[f"{operation}/*/{element}/{source}/n:{n}{axes}"] = table
    return shown, machine


# What there is.

def read_text(text):
    found = {}
    for block in text.split("\n\n"):
        title, heads, rule, *lines = block.strip("\n").split("\n")
        assert set(rule) == {"-"} and max(map(len, [heads, *lines])) <= len(rule), block
        assert title not in found, title
        found[title] = [re.split(r" {2,}", line.strip()) for line in (heads, *lines)]
    return found


def read_markdown(text):
    found = {}
    for title, table in re.findall(r"^\*\*(.*)\*\*\n\n((?:\|.*\n)+)", text, re.M):
        heads, rule, *lines = table.splitlines()
        assert re.fullmatch(r"\|(-+:?\|)+", rule), rule
        title = re.sub(r"\\(.)", r"\1", title)
        assert title not in found, title
        found[title] = [[re.sub(r"\\(.)", r"\1", cell.strip()) for cell in line.strip("|").split(" | ")] for line in (heads, *lines)]
        assert {len(line) for line in found[title]} == {rule.count("|") - 1}, table
    assert sum(line.startswith("**") for line in text.splitlines()) == len(found)
    return found


KINDS = {"tables": by_size, "summary": summary, "leaderboard": leaderboard}


class Cells(unittest.TestCase):
    def check(self, path, n, *flags, at=None, metric="max_perm_delta", keep=lambda row: True):
        """Every cell of every kind in every format; how many."""
        rows = [row for row in rows_of(path) if keep(row)]
        expected = {kind: make(rows, n if kind == "leaderboard" else metric) for kind, make in KINDS.items()}
        whole = {title: table for shown, _ in expected.values() for title, table in shown.items()}
        count = 0
        metric_flags = [] if metric == "max_perm_delta" else ["--metric", metric]
        size_flags = ["--at", at] if at else []
        for name, read in (("text", read_text), ("markdown", read_markdown)):
            found = tables(path, f"--format={name}", *metric_flags, *size_flags, *flags)
            self.assertEqual((found.returncode, found.stderr), (0, ""))
            found = read(found.stdout)
            self.assertEqual(list(found), list(whole))
            for title, table in whole.items():
                self.assertEqual(found[title], table, title)
                count += sum(map(len, table))
        for kind, (shown, machine) in expected.items():
            only = [f"--only={kind}", *(size_flags if kind == "leaderboard" else metric_flags), *flags]
            found = tables(path, *only)
            self.assertEqual(list(read_text(found.stdout)), list(shown))
            found = tables(path, "--format=csv", *only)
            self.assertEqual((found.returncode, found.stderr), (0, ""))
            lines = list(csv.DictReader(io.StringIO(found.stdout)))
            self.assertEqual(len(lines), len(machine))
            for line, right in zip(lines, machine):
                self.assertEqual(list(line), list(right))
                numbers = {key: float(line[key]) for key, value in right.items() if isinstance(value, (int, float))}
                self.assertEqual({**line, **numbers}, right)
                count += len(line)
        return count

    def bench(self, *flags):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = pathlib.Path(folder.name) / "run.json"
        run = subprocess.run([BENCH, "--benchmark_min_time=0", "--orders=4", f"--benchmark_out={path}", *flags],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False, timeout=600)
        self.assertEqual(run.returncode, 0, run.stderr)
        return path

    def test_the_readmes_run(self):
        self.assertEqual(self.check(REPOSITORY / "docs" / "readme_run.json", 4096), 1068)

    def test_aggregates(self):
        path = REPOSITORY / "docs" / "speed_run.json"
        # Of no other size are there so many rows: there are several numbers of them.
        cells = self.check(path, 1024)
        self.assertEqual(cells, 4476)
        self.assertEqual(self.check(path, 1024, metric="bytes_per_second"), cells)
        self.assertEqual(self.check(path, 1024, metric="cpu_time"), cells)
        self.assertLess(self.check(path, 64, at="64"), cells)
        self.check(path, 4096, "--filter", "^layernorm", at="n=4096", keep=lambda row: row.operation == "layernorm")
        self.check(path, 33554432, "--filter=-layernorm", keep=lambda row: row.operation != "layernorm")

    def test_a_small_grid(self):
        path = self.bench("--sizes=2,512", "--benchmark_filter=-^network")
        rows = rows_of(path)
        kernels = {(row.operation, row.method, row.type) for row in rows}
        self.assertGreaterEqual(len(kernels), 75)
        self.assertEqual(len(rows), 2 * 3 * len(kernels))
        cells = self.check(path, 512)
        # At the least, each kernel has a table of each distribution, its summary and its place in leaderboards, thrice.
        self.assertGreater(cells, 3 * len(kernels) * (3 * 2 + 3 + 3 * 9))
        self.check(path, 2, at="2", metric="perm_delta_ulp")
        self.check(path, 512, "--filter=eigen|exact", keep=lambda row: row.method in ("eigen", "exact"))

    def test_axes_and_repetitions(self):
        path = self.bench("--sizes=64,512", "--isa=all", "--rows=3,16", "--workers=1,2", "--benchmark_repetitions=3",
                          "--benchmark_filter=sum/(exact|kahan|eigen|std_reduce)/fp(64|32)/(normal|pareto)/")
        rows = rows_of(path)
        self.assertTrue(all(len(row.values["cpu_time"]) == 3 for row in rows))
        self.assertLessEqual({"real_time", "rows:3", "rows:16", "workers:2"}, {axis for row in rows for axis in row.axes})
        self.check(path, 512)
        self.check(path, 64, at="64", metric="real_time")

    def test_errors(self):
        path = self.bench("--sizes=2,8192", "--benchmark_filter=^sum/(exact|kahan|eigen)/fp(16|32)/(normal|pareto)/")
        self.assertEqual({row.outcome for row in rows_of(path)}, {None, "error"})
        self.check(path, 8192)
        found = tables(path, "--only=summary", "--filter=exact").stdout
        self.assertRegex(found, r"(?m)^pareto .* \(1 error\)$")
        # Nothing else than errors is shown too.
        found = tables(path, "--filter=^sum/exact/fp16/pareto/n:8192", "--metric=orders")
        self.assertEqual((found.returncode, found.stderr), (0, ""))
        self.assertEqual(len(re.findall(" error\\b", found.stdout)), 3, found.stdout)
        self.assertEqual(found.stdout.count(": orders, count\n"), 2, found.stdout)

    def test_a_layer_of_the_network(self):
        found = tables(REPOSITORY / "docs" / "network_run.json", "--metric=layer_20_delta", "--only=summary", "--filter=exact")
        self.assertEqual(read_text(found.stdout), {
            "largest of network/exact/*/*/n:*/rows:64/layers:20: layer_20_delta, unit of the result":
            [["distribution", "fp32"], ["normal", "0"], ["pareto", "0"]]})


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.run_file = self.folder / "run.json"
        self.output = self.folder / "out.txt"

    def put(self, *rows):
        self.run_file.write_text(json.dumps({"context": {}, "benchmarks": list(rows)}))

    def put_large(self):
        self.put(*({"name": f"sum/exact/fp64/normal/n:{n}/rows:{rows}", "cpu_time": 1, "max_perm_delta": n}
                   for n in range(100) for rows in range(100)))


class Warnings(InFolder):
    def test_strangers_are_counted(self):
        self.put({"name": "BM_copy/8"}, {"name": "sum/exact/fp64/normal/n:2", "max_perm_delta": 0}, {"name": "BM_copy/9"})
        run = tables(self.run_file)
        self.assertEqual(run.returncode, 0)
        self.assertEqual(run.stderr, f"permdelta: warning: '{self.run_file}': 2 of 3 rows have names unlike ours and are left out\n")
        self.assertNotIn("BM_copy", run.stdout)

    def test_repetitions_that_differ(self):
        name = "sum/exact/fp64/normal/n:2"
        self.put({"name": name, "cpu_time": 1, "max_perm_delta": 1}, {"name": name, "cpu_time": 2, "max_perm_delta": 3})
        run = tables(self.run_file, "--only=tables")
        self.assertEqual(run.returncode, 0)
        self.assertEqual(run.stderr, f"permdelta: warning: '{name}': its repetitions differ in 'max_perm_delta', which is exact; "
                                     "the median is shown\n")
        self.assertIn("2.00e+00", run.stdout)

    def test_bare_nan(self):
        self.run_file.write_text('{"benchmarks": [{"name": "sum/exact/fp64/normal/n:2", "cpu_time": 1, "max_perm_delta": NaN}]}')
        run = tables(self.run_file, "--metric=cpu_time", "--only=tables")
        self.assertEqual(run.returncode, 0)
        self.assertIn("1 bare NaN", run.stderr)
        self.assertEqual(run.stderr.count("\n"), 1)


class Output(InFolder):
    def test_a_file(self):
        self.put_large()
        self.output.write_text("before")
        for flags in ([], ["--format=markdown"], ["--format=csv", "--only=summary"]):
            printed = tables(self.run_file, *flags)
            stored = tables(self.run_file, *flags, "-o", self.output)
            self.assertEqual((stored.returncode, stored.stdout, stored.stderr), (0, "", ""))
            self.assertEqual(self.output.read_text(), printed.stdout)
            self.assertGreater(len(printed.stdout), 1000)

    def test_a_pipe_that_is_closed(self):
        self.put_large()
        with subprocess.Popen([PERMDELTA, "tables", self.run_file], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            self.assertEqual(run.stdout.readline(), b"sum/exact/*/normal/n:*/rows:0: max_perm_delta, unit of the result\n")
            run.stdout.close()
            self.assertEqual(run.stderr.read(), b"")
            self.assertEqual(run.wait(), -13, "SIGPIPE, as of any Unix program")

    def test_no_byte_of_an_escape_code(self):
        self.put({"name": "sum/exact/fp64/normal/n:2", "error_occurred": True, "error_message": "\x1b[31m"})
        run = tables(self.run_file)
        self.assertEqual(run.returncode, 0)
        self.assertNotIn("\x1b", run.stdout + run.stderr)

    def test_many_rows_are_quick(self):
        self.put(*({"name": f"sum/exact/fp64/normal/n:{n}/rows:{rows}", "cpu_time": 1, "real_time": 1, "max_perm_delta": 0}
                   for n in range(100) for rows in range(300)))
        run = tables(self.run_file, "--filter=normal", timeout=60)
        self.assertEqual(run.returncode, 0)


class BadInput(InFolder):
    """One line on stderr, nothing on stdout, the right exit code, the output file as it was."""

    def setUp(self):
        super().setUp()
        self.output.write_text("precious")
        self.put({"name": "sum/exact/fp64/normal/n:2", "cpu_time": 1, "max_perm_delta": 0},
                 {"name": "sum/exact/fp64/normal/n:512", "cpu_time": 1, "max_perm_delta": 0})

    def expect(self, code, mentions, *arguments, **options):
        files = sorted(self.folder.iterdir())
        run = tables(*arguments, **options)
        self.assertEqual(run.returncode, code, f"{arguments}: {run.stderr}")
        self.assertIn(run.stdout, ("", None))
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        self.assertTrue(run.stderr.startswith("permdelta: "), run.stderr)
        for text in mentions:
            self.assertIn(text, run.stderr)
        self.assertEqual(self.output.read_text(), "precious")
        self.assertEqual(sorted(self.folder.iterdir()), files)

    def test_usage(self):
        self.assertEqual(tables(self.run_file).returncode, 0)
        self.assertEqual(tables("--only", "summary", self.run_file, "--only=tables", "--only=tables").returncode, 0)
        good = [self.run_file, "-o", self.output]
        self.expect(2, ["RUN.json is required"])
        self.expect(2, ["stray"], *good, "stray")
        self.expect(2, ["--frobnicate"], *good, "--frobnicate")
        self.expect(2, ["--only: 'all'", "allowed: tables, summary, leaderboard"], *good, "--only=all")
        self.expect(2, ["--format: 'json'", "allowed: text, markdown, csv"], *good, "--format=json")
        self.expect(2, ["--format: csv", "--only"], *good, "--format=csv")
        self.expect(2, ["--format: csv", "--only"], *good, "--format=csv", "--only=tables", "--only=summary")
        self.expect(2, ["--metric: no row has 'speed'; there are: cpu_time, max_perm_delta\n"], *good, "--metric=speed")
        self.expect(2, ["--metric: no row has 'real_time'"], *good, "--metric=real_time")
        self.expect(2, ["--metric: ", "--only"], *good, "--metric=cpu_time", "--only=leaderboard")
        for size in ("3", "n=3", "-2", "2x", "n=", "2.0", "99999999999999999999"):
            self.expect(2, [f"--at: no row has the size '{size}'; there are: 2, 512\n"], *good, f"--at={size}")
        self.expect(2, ["--at: ", "--only"], *good, "--at=2", "--only=summary")
        self.expect(2, ["--filter: '('", "regular expression"], *good, "--filter=(")
        self.expect(2, ["--filter: none of the 2 rows", "matches 'mean'"], *good, "--filter=mean")

    def test_files(self):
        bad = self.folder / "bad.json"
        whole = self.run_file.read_text()
        for contents, *mentions in [
                ("", "it is empty"), (whole[:-1], "line 1, column ", "end of input"), ("[]", "the file is an array"),
                (whole.replace('"cpu_time": 1', '"cpu_time": "1"'), "line 1, column ", "'cpu_time' is text; allowed: a number"),
                (whole.replace('"cpu_time": 1', '"name": "x"'), "'name' is there twice"),
                ('{"benchmarks": []}', "none of the 0 rows"),
                ('{"benchmarks": [{"name": "BM_copy/8"}, {"name": "sum"}]}', "none of the 2 rows", "operation/method/type")]:
            bad.write_text(contents)
            self.expect(2, [f"'{bad}'", *mentions], bad, "-o", self.output)
        self.expect(2, ["No such file"], self.folder / "missing.json", "-o", self.output)
        self.expect(2, ["Is a directory"], self.folder, "-o", self.output)
        self.expect(2, [r"'new\x0aline.json': "], "new\nline.json", "-o", self.output)

    def test_output_that_cannot_be_written(self):
        self.expect(1, ["/no/such/out.txt", "No such file or directory"], self.run_file, "-o", "/no/such/out.txt")
        self.expect(1, [str(self.folder), "directory"], self.run_file, "-o", self.folder)
        if os.path.exists("/dev/full"):
            self.expect(1, ["/dev/full"], self.run_file, "-o", "/dev/full")
            with open("/dev/full", "w", encoding="ascii") as full:
                self.expect(1, ["standard output"], self.run_file, stdout=full)

    def test_a_directory_that_cannot_be_written(self):
        closed = self.folder / "closed"
        closed.mkdir(mode=0o555)
        options = {}
        if os.geteuid() == 0:  # whom no mode stops
            self.folder.chmod(0o755)
            self.run_file.chmod(0o644)
            # They need not be allowed to run it where it is.
            options = {"user": 65534, "group": 65534, "executable": shutil.copy(PERMDELTA, self.folder)}
        self.expect(1, [f"'{closed}/out.txt'", "Permission denied"], self.run_file, "-o", closed / "out.txt", **options)
        self.assertEqual(list(closed.iterdir()), [])


class Readme(unittest.TestCase):
    def test_leaderboard_is_the_kept_runs(self):
        section = (REPOSITORY / "README.md").read_text().split("<!-- leaderboard: docs/readme_run.json -->")[1].split("\n## ")[0]
        command = re.search(r"^build/release/bin/permdelta tables (.*)$", section, re.M).group(1)
        run = tables(*shlex.split(command), cwd=REPOSITORY)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertEqual([len(table) for table in read_markdown(run.stdout).values()], [1 + 6])
        self.assertIn(f"```\n\n{run.stdout}\n", section, "\n" + run.stdout)


class Help(unittest.TestCase):
    def test_is_there(self):
        run = tables("--help")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        for text in ("--metric", "--at", "--only", "--filter", "--format", "leaderboard"):
            self.assertIn(text, run.stdout)
        self.assertLessEqual(max(map(len, run.stdout.splitlines())), 110)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    REPOSITORY = pathlib.Path(sys.argv.pop(3))
    BENCH = sys.argv.pop(2)
    PERMDELTA = sys.argv.pop(1)
    unittest.main()
