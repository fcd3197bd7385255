#!/usr/bin/env python3
"""`bench --input` as a user runs it: names, counters, masks, warnings, each kind of bad file. Needs no NumPy.

input_test.py BENCH [unittest arguments]
"""

import itertools
import math
import pathlib
import random
import re
import struct
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # beside the sources
import program_test as program  # noqa: E402
from eval_test import npy  # noqa: E402

ALL_TYPES = f"--types={','.join(program.ALL_TYPES)}"
OF_EVERY_ROW = program.EXACT + program.OTHER_ORDERS
INFINITY = math.inf


def single(values):
    """As floats hold them."""
    return list(struct.unpack(f"<{len(values)}f", struct.pack(f"<{len(values)}f", *values)))


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.random = random.Random(42)

    def put(self, name, descr, shape, values):
        path = self.folder / name
        path.write_bytes(npy(descr, shape, values))
        return f"--input={path}"

    def listed(self, *arguments):
        run = program.bench("--benchmark_list_tests", *arguments)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return run.stdout.split()

    def counters(self, *arguments, keys=OF_EVERY_ROW):
        """Of every row, by its name; none of them is an error."""
        run = program.rows_of(*arguments)
        for row in run["benchmarks"]:
            self.assertNotIn("error_occurred", row, row["name"])
        return program.exact_counters(run, keys)

    def errors(self, *arguments):
        return {row["name"]: row.get("error_message") for row in program.rows_of(*arguments)["benchmarks"]}


class Names(InFolder):
    def test_rows_follow_those_of_distributions(self):
        one, two = self.put("one.npy", "<f4", (5,), [1] * 5), self.put("two.npy", "<f4", (3, 2), [1] * 6)
        listed = self.listed(one, two, "--sizes=8,16", "--rows=1,4", "--distributions=normal,fixed", "--types=fp64,fp32",
                             "--benchmark_filter=^sum/(kahan|exact)/")
        expected = []
        for element in ("fp64", "fp32"):
            drawn = [f"{source}/n:{n}{rows}" for source in ("normal", "fixed") for n in (8, 16) for rows in ("", "/rows:4")]
            for source in drawn + ["one/n:5", "two/n:2/rows:3"]:
                expected += [f"sum/{method}/{element}/{source}" for method in ("kahan", "exact")]
        self.assertEqual(listed, expected)

    def test_the_default_grid_stays(self):
        plain = self.listed()
        with_file = self.listed(self.put("acts.npy", "<f8", (2, 3), [1] * 6))
        self.assertEqual([name for name in with_file if "/acts/" not in name], plain)
        subjects = {"/".join(name.split("/")[:3]) for name in plain if not name.startswith("network")}
        self.assertEqual({name for name in with_file if "/acts/" in name},
                         {f"{subject}/acts/n:3/rows:2" for subject in subjects})

    def test_other_axes_apply(self):
        file = self.put("acts.npy", "<f8", (2, 3), [1] * 6)
        listed = self.listed(file, "--isa=all", "--benchmark_filter=sum/kahan/fp32/acts")
        self.assertGreaterEqual(len(listed), 1)
        for name in listed:
            self.assertRegex(name, r"^sum/kahan/fp32/acts/n:3/rows:2/isa:\w+$")
        if "OpenMP" not in program.bench("--workers=2", "--list_kernels").stderr:
            listed = self.listed(file, "--workers=1,2", "--benchmark_filter=sum/kahan/fp32/acts")
            self.assertEqual(listed, ["sum/kahan/fp32/acts/n:3/rows:2",
                                      "sum/kahan/fp32/acts/n:3/rows:2/workers:2/real_time"])

    def test_what_a_name_cannot_have(self):
        for stem, shown in [("layer.3 q:k+v", "layer_3_q_k_v"), ("Layer-3_q=1", "Layer-3_q=1"), ("\u00e9", "__")]:
            listed = self.listed(self.put(f"{stem}.npy", "<f4", (1,), [1]), "--benchmark_filter=sum/kahan/fp32/.*/n:1$")
            self.assertEqual(listed, [f"sum/kahan/fp32/{shown}/n:1"])


class Counters(InFolder):
    def test_a_distribution_in_a_file(self):
        """The one that is not random: the same elements by another way, so the same bits in every row."""
        row = [100 if i % 128 == 0 else -1e-4 for i in range(300)]
        workers = "1,2" if "OpenMP" not in program.bench("--workers=2", "--list_kernels").stderr else "1"
        found = self.counters(self.put("one.npy", "<f8", (300,), row), self.put("several.npy", "<f8", (3, 300), row * 3),
                              "--sizes=300", "--rows=1,3", "--distributions=fixed", ALL_TYPES, "--orders=40",
                              f"--workers={workers}", keys=OF_EVERY_ROW + ["fallback_rate"])
        compared = 0
        for name, counters in found.items():
            if "/fixed/" in name:
                other = "/several/" if "/rows:3" in name else "/one/"
                self.assertEqual(found[name.replace("/fixed/", other)], counters, name)
                compared += 1
        self.assertEqual(2 * compared, len(found))
        self.assertGreater(compared, 200)
        self.assertGreater(len({str(counters) for counters in found.values()}), 30)

    def test_every_type_of_file(self):
        """Numbers that all types have: what the file stores them in is the same to every row."""
        values = [self.random.randrange(-128, 129) / 16 for _ in range(200)]
        files = [self.put(f"{name}.npy", descr, (200,), values)
                 for name, descr in [("half", "<f2"), ("single", "<f4"), ("double", "<f8")]]
        found = self.counters(*files, ALL_TYPES, "--orders=20", "--benchmark_filter=/(half|single|double)/")
        for name, counters in found.items():
            self.assertEqual(found[re.sub("/(half|single)/", "/double/", name)], counters, name)
        self.assertGreater(len(found), 3 * 4 * 5)

    def test_several_rows_are_these_rows(self):
        """Each counter is that of the row where it is largest."""
        n = 96  # so that every row begins with a cache line: Eigen begins at the first aligned element
        rows = [single([self.random.gauss(0, 1) for _ in range(n)]),
                single([self.random.choice((-1, 1)) * self.random.paretovariate(1) for _ in range(n)]),
                single([self.random.lognormvariate(0, 3) for _ in range(n)])]
        files = [self.put(f"row{r}.npy", "<f4", (n,), row) for r, row in enumerate(rows)]
        files.append(self.put("all.npy", "<f4", (3, n), sum(rows, [])))
        found = self.counters(*files, "--types=fp64,fp32", "--benchmark_filter=/(all|row.)/")
        largest = set()
        for name, counters in found.items():
            if "/all/" not in name:
                continue
            alone = [found[name.replace(f"/all/n:{n}/rows:3", f"/row{r}/n:{n}")] for r in range(3)]
            for key, value in counters.items():
                each = [one[key] for one in alone]
                self.assertEqual(value, max(each), f"{name}: {key}")
                if each.count(value) == 1:
                    largest.add((key, each.index(value)))
        self.assertLessEqual({("perm_delta_ulp", r) for r in range(3)}, largest, "some row does not count")

    def test_known_sums(self):
        values = [1e16, 1.0, -1e16, 3.0]
        sums = set()
        for order in itertools.permutations(values):
            total = order[0]
            for value in order[1:]:
                total += value
            sums.add(total)
        self.assertGreater(len(sums), 2)
        found = self.counters(self.put("known.npy", "<f8", (4,), values), "--types=fp64", "--orders=1000",
                              "--benchmark_filter=^sum/(sequential|exact)/.*/known/")
        self.assertEqual(found["sum/exact/fp64/known/n:4"]["max_error_ulp"], 0)
        row = found["sum/sequential/fp64/known/n:4"]
        self.assertEqual(row["distinct_results"], len(sums))
        self.assertEqual(row["max_perm_delta"], max(sums) - min(sums))
        self.assertEqual(row["max_error_ulp"], max(abs(total - 4) for total in sums) / math.ulp(4))

    def test_large_files(self):
        """Larger than what a run keeps, so that each makes room for the next one."""
        n = 70000
        row = [100 if i % 128 == 0 else -1e-4 for i in range(n)]
        found = self.counters(self.put("row.npy", "<f8", (n,), row), self.put("other.npy", "<f8", (n,), [1] + row[1:]),
                              f"--sizes={n}", "--distributions=fixed", "--orders=3", "--types=fp32,fp16",
                              "--benchmark_filter=(sum|mean|norm|softmax)/(sequential|pairwise)/")
        for name, counters in found.items():
            self.assertEqual(found[re.sub("/(fixed|row)/", "/row/", name)], counters, name)
        self.assertGreaterEqual(len(found), 2 * 2 * 3 * 3)
        self.assertTrue(any(counters != found[name.replace("/other/", "/row/")] for name, counters in found.items()))

    def test_context(self):
        one, two = self.put("a b.npy", "<f8", (5,), [1] * 5), self.put("two.npy", "<f2", (3, 2), [1] * 6)
        said = program.rows_of(one, two, "--benchmark_filter=^sum/kahan/fp32/two/")["context"]["inputs"]
        self.assertEqual(said, [
            {"name": "a_b", "path": one.removeprefix("--input="), "shape": [5], "dtype": "<f8"},
            {"name": "two", "path": two.removeprefix("--input="), "shape": [3, 2], "dtype": "<f2"}])
        context = program.rows_of("--sizes=8", "--benchmark_filter=^sum/kahan/fp32/fixed/")["context"]
        self.assertEqual(context["inputs"], [])


class Masks(InFolder):
    """-infinity is what softmax is given instead of what it is to leave out; to others it is no number."""

    def test_softmax_has_them(self):
        n = 130
        rows = [self.random.gauss(0, 2) for _ in range(3 * n)]
        for i in range(n):
            if i % 3 == 0:
                rows[i] = -INFINITY  # here and there
            if i >= 20:
                rows[n + i] = -INFINITY  # what comes later
            if i != 77:
                rows[2 * n + i] = -INFINITY
        file = self.put("masked.npy", "<f8", (3, n), rows)
        found = self.counters(file, ALL_TYPES, "--isa=all", "--benchmark_filter=softmax/.*/masked/")
        self.assertGreaterEqual(len(found), 5 * 4)
        for name, counters in found.items():
            self.assertLess(counters["max_error_ulp"], 8, name)
            if "/exact/" in name:
                self.assertEqual((counters["distinct_results"], counters["split_delta_ulp"]), (1, 0), name)
        self.assertTrue(any(counters["max_perm_delta"] > 0 for counters in found.values()), "nothing moved")

    def test_others_have_not(self):
        for name, bad in [("masked", -INFINITY), ("above", INFINITY)]:
            file = self.put(f"{name}.npy", "<f4", (2, 2), [1, 2, bad, 3])
            found = self.errors(file, f"--benchmark_filter=/{name}/")
            operations = {row.split("/")[0] for row in found}
            self.assertLessEqual({"sum", "mean", "layernorm", "softmax"}, operations)
            for row, message in found.items():
                fine = name == "masked" and row.startswith("softmax/")
                self.assertEqual(message, None if fine else "the input has elements that are not finite", row)

    def test_not_a_whole_row_of_them(self):
        file = self.put("masked.npy", "<f4", (3, 2), [1, 2, -INFINITY, 3, -INFINITY, -INFINITY])
        for row, message in self.errors(file, "--benchmark_filter=softmax/.*/masked/").items():
            self.assertEqual(message, "row 2 (from 0) of the input is -infinity throughout", row)

    def test_what_overflows_becomes_one(self):
        file = self.put("masked.npy", "<f4", (3,), [1, -1e30, 3])
        found = self.errors(file, "--types=fp32,fp16", "--benchmark_filter=(sum|softmax)/exact/.*/masked/")
        self.assertEqual(found, {"sum/exact/fp32/masked/n:3": None,
                                 "sum/exact/fp16/masked/n:3": "the input has elements that are not finite",
                                 "softmax/exact/fp32/masked/n:3": None, "softmax/exact/fp16/masked/n:3": None})


class Range(InFolder):
    """Numbers whose sums, or squares, leave the compute type: no kernel is to blame."""

    def problems(self, values, descr, *arguments):
        run = program.rows_of(self.put("big.npy", descr, (len(values),), values), "--orders=3", "--benchmark_filter=/big/",
                              *arguments)
        return {row["name"]: row.get("error_message") for row in run["benchmarks"]}

    def test_squares_beyond_float(self):
        found = self.problems([1e30, 2e30, -1e30, 3e30], "<f4", "--types=fp32,bf16")
        norms = {name for name in found if re.match("(layer|rms)norm/", name)}
        self.assertGreaterEqual(len(norms), 20)
        for name, problem in found.items():
            self.assertEqual(problem, "sums on the way may overflow fp32" if name in norms else None, name)

    def test_sums_beyond_the_type(self):
        for element, descr, huge in (("fp32", "<f4", 3e38), ("fp64", "<f8", 1.7e308)):
            found = self.problems([huge, huge, -huge], descr, f"--types={element}")
            self.assertGreaterEqual(len(found), 25)
            for name, problem in found.items():
                expected = None if name.startswith("softmax/") else f"sums on the way may overflow {element}"
                self.assertEqual(problem, expected, name)


class Warnings(InFolder):
    def said(self, *arguments):
        run = program.bench("--benchmark_min_time=0", "--orders=1", *arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        return [line for line in run.stderr.splitlines() if line.startswith("warning: '")]

    def test_one_a_file_and_type(self):
        a = self.put("a.npy", "<f8", (2, 3), [1, 0.1, 1e300, -1e5, 2, 3])
        b = self.put("b.npy", "<f4", (2,), [1, 1 / 1024 + 1])
        path = f"'{a.removeprefix('--input=')}'"
        expected = [f"warning: {path}: of 6 elements, 1 overflow fp32 and 1 are rounded",
                    f"warning: {path}: of 6 elements, 2 overflow fp16 and 1 are rounded",
                    f"warning: {path}: of 6 elements, 1 overflow bf16 and 2 are rounded",
                    f"warning: '{b.removeprefix('--input=')}': of 2 elements, 0 overflow bf16 and 1 are rounded"]
        self.assertEqual(self.said(a, b, ALL_TYPES, "--benchmark_filter=/(a|b)/"), expected)
        self.assertEqual(self.said(a, b, ALL_TYPES, "--benchmark_filter=/fp16/(a|b)/"), [expected[1]])
        self.assertEqual(self.said(a, b, ALL_TYPES, "--benchmark_filter=/fp16/(a|b)/", "--log_level=error"), [])
        self.assertEqual(self.said(a, b, "--sizes=8", "--benchmark_filter=sum/exact/.*/normal/"), [])

    def test_none_where_nothing_is_lost(self):
        values = [0, -0.0, 1, 0.5, -128, INFINITY, -INFINITY]
        for descr in ("<f2", "<f4", "<f8"):
            self.assertEqual(self.said(self.put("a.npy", descr, (7,), values), ALL_TYPES, "--benchmark_filter=/a/"), [])


class BadFiles(InFolder):
    """One line on stderr, nothing on stdout, exit code 2, the output file as it was."""

    def expect(self, mentions, *arguments):
        precious = self.folder / "run.json"
        precious.write_text("precious")
        files = sorted(self.folder.iterdir())
        for mode in ([f"--benchmark_out={precious}", "--benchmark_min_time=0"], ["--benchmark_list_tests"]):
            run = program.bench(*mode, *arguments)
            self.assertEqual((run.returncode, run.stdout), (2, ""), f"{arguments}: {run.stderr}")
            self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
            self.assertTrue(run.stderr.startswith("bench: --input: "), run.stderr)
            for text in mentions:
                self.assertIn(text, run.stderr)
        self.assertEqual(precious.read_text(), "precious")
        self.assertEqual(sorted(self.folder.iterdir()), files)

    def test_contents(self):
        good = self.put("good.npy", "<f4", (3,), [1, 2, 3])
        self.assertEqual(program.bench(good, "--benchmark_list_tests").returncode, 0)
        bad = self.folder / "bad.npy"
        whole = npy("<f4", (3,), [1, 2, 3])
        for contents, *mentions in [
                (b"", "not a .npy file"),
                (b"\x93NUMPX" + whole[6:], "not a .npy file"),
                (whole[:60], "ends in its header"),
                (whole[:-1], "cut off"),
                (whole + b"x", "1 bytes follow"),
                (npy("<f4", (2, 2), [1, 2, 3, 4], fortran_order=True), "Fortran order"),
                (npy("|O", (1,), [1]), "Python objects"),
                (npy("<i8", (3,), [1, 2, 3]), "integers"),
                (npy(">f4", (1,), [1]), "big-endian"),
                (npy("<f4", (0,), []), "no elements"),
                (npy("<f4", (0, 4), []), "no elements"),
                (npy("<f4", (), [1]), "0 dimensions"),
                (npy("<f4", (1, 1, 1), [1]), "3 dimensions"),
                (npy("<f4", (2**16, 2**16), []), "too many elements"),
                (npy("<f4", (2, 2), [1, 2, 3, math.nan]), "row 1, column 1", "NaN")]:
            bad.write_bytes(contents)
            self.expect([f"'{bad}': ", *mentions], f"--input={bad}")
            self.expect([f"'{bad}': ", *mentions], good, f"--input={bad}", "--benchmark_filter=/good/")

    def test_paths(self):
        self.expect(["missing.npy': ", "No such file"], f"--input={self.folder / 'missing.npy'}")
        self.expect([f"'{self.folder}': ", "Is a directory"], f"--input={self.folder}")
        self.expect([r"'new\x0aline\x1b.npy': ", "No such file"], "--input=new\nline\x1b.npy")
        self.expect(["FILE.npy missing"], "--input=")
        self.expect(["FILE.npy missing"], "--input")

    def test_names(self):
        acts = self.put("acts.npy", "<f4", (1,), [1])
        self.expect(["'acts'", "another file's"], acts, acts)
        (self.folder / "other").mkdir()
        self.expect(["other/acts.npy': ", "'acts'", "another file's"], acts,
                    self.put("other/acts.npy", "<f4", (1,), [1]))
        self.expect(["'a_b'", "another file's"], *[self.put(f"{name}.npy", "<f4", (1,), [1]) for name in ("a b", "a.b")])
        for name in ("normal", "cancel"):
            self.expect([f"'{name}'", "the distribution's"], self.put(f"{name}.npy", "<f4", (1,), [1]),
                        "--distributions=fixed")
        self.expect([".npy' has no name"], self.put(".npy", "<f4", (1,), [1]))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program.BENCH = sys.argv.pop(1)
    unittest.main()
