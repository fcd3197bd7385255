#!/usr/bin/env python3
"""`permdelta eval` as a user runs it: results, their text, files, orders, each kind of bad input. Needs no NumPy.

eval_test.py PERMDELTA [unittest arguments]
"""

import itertools
import math
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile
import unittest

PERMDELTA = None
FORMATS = {"<f2": "e", "<f4": "f", "<f8": "d", "<i8": "q", "<i4": "i", "<u8": "Q", "<u4": "I", "|b1": "B"}
DESCR = {"fp16": "<f2", "fp32": "<f4", "fp64": "<f8"}


def permdelta(*arguments, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "timeout": 300, **options}
    return subprocess.run([PERMDELTA, *map(str, arguments)], check=False, **options)


def packed(descr, values):
    return struct.pack(f"<{len(values)}{FORMATS.get(descr, 'd')}", *values)


def npy(descr, shape, values, fortran_order=False):
    """The bytes of numpy.save."""
    text = f"{{'descr': {descr!r}, 'fortran_order': {fortran_order}, 'shape': {shape!r}, }}"
    return b"\x93NUMPY\x01\x00\x76\x00" + text.ljust(117).encode() + b"\n" + packed(descr, values)


def names_of(part, wrong_kernel):
    """What may stand there, by the program's own account."""
    line = permdelta("eval", wrong_kernel, "in.npy").stderr
    match = re.fullmatch(rf"permdelta: '{wrong_kernel}': unknown {part} 'x'; allowed: (.*)\n", line)
    assert match, line
    return match[1].split(", ")


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.input = self.folder / "in.npy"
        self.output = self.folder / "out.npy"
        self.random = random.Random(42)

    def order(self, indices, descr="<i8"):
        path = self.folder / "order.npy"
        path.write_bytes(npy(descr, (len(indices),), indices))
        return path

    def put(self, descr, shape, values):
        self.input.write_bytes(npy(descr, shape, values))

    def lines(self, kernel, *arguments, warned=False):
        run = permdelta("eval", kernel, self.input, *arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stderr != "", warned, run.stderr)
        return [line.split(" ") for line in run.stdout.splitlines()]


class Results(InFolder):
    def test_every_kernel(self):
        operations, methods = names_of("operation", "x/x/x"), names_of("method", "sum/x/x")
        types = names_of("element type", "sum/exact/x")
        self.assertLessEqual({"sum", "mean", "layernorm"}, set(operations))
        self.assertLessEqual({"pairwise", "exact"}, set(methods))
        self.assertLessEqual({"fp64", "fp32", "fp16"}, set(types))
        self.put("<f8", (2, 3), [1, 2, 3, 6, 8, 10])
        for kernel in map("/".join, itertools.product(operations, methods, types)):
            with self.subTest(kernel):
                operation = kernel.split("/")[0]
                lines = [[float(text) for text in line] for line in self.lines(kernel)]
                self.assertEqual([len(line) for line in lines], [1, 1] if operation in ("sum", "mean") else [3, 3])
                if operation == "sum":
                    self.assertEqual(lines, [[6], [24]])
                elif operation == "mean":
                    self.assertEqual(lines, [[2], [8]])
                elif operation == "layernorm":
                    for line, sign in itertools.product(lines, (-1, 0, 1)):
                        self.assertAlmostEqual(line[1 + sign], sign * math.sqrt(1.5), delta=0.01)

    def test_one_row_of_either_shape(self):
        values = [self.random.gauss(0, 1) for _ in range(1000)]
        for shape in ((1000,), (1, 1000)):
            self.put("<f8", shape, values)
            self.assertEqual(self.lines("sum/exact/fp64"), [[repr(math.fsum(values))]])
            self.assertEqual([len(line) for line in self.lines("layernorm/exact/fp64")], [1000])

    def test_every_isa_that_runs_here(self):
        values = [self.random.gauss(0, 1) for _ in range(500)]
        self.put("<f8", (500,), values)
        line = permdelta("eval", "sum/exact/fp64", self.input, "--isa=x").stderr
        isas = re.search("allowed here: (.*)", line)[1].split(", ")
        self.assertEqual(isas[0], "best")
        self.assertGreaterEqual(len(isas), 2)
        for isa in isas:
            self.assertEqual(self.lines("sum/exact/fp64", "--isa", isa), [[repr(math.fsum(values))]])
        # It is that one's: lanes are as wide as the instruction set's.
        results = {isa: self.lines("sum/lane_split/fp32", "--isa", isa, warned=True)[0][0] for isa in isas}
        self.assertEqual(results["best"], results[isas[-1]])
        if len(isas) > 2:
            self.assertGreater(len(set(results.values())), 1, results)

    def test_infinities_go_through(self):
        self.put("<f4", (2, 2), [1, math.inf, math.inf, -math.inf])
        for flags in ([], ["--hex"]):
            self.assertEqual(self.lines("sum/exact/fp32", *flags), [["inf"], ["nan"]])

    def test_conversions_are_said(self):
        self.put("<f8", (5,), [1, 0.1, 1e30, -1e30, 1e-30])
        for element, counts in [("fp64", None), ("fp32", (0, 4)), ("fp16", (2, 2))]:
            run = permdelta("eval", f"sum/exact/{element}", self.input)
            self.assertEqual(run.returncode, 0)
            said = "" if counts is None else (f"permdelta: warning: '{self.input}': of 5 elements, {counts[0]} "
                                              f"overflow {element} and {counts[1]} are rounded\n")
            self.assertEqual(run.stderr, said)
        self.put("<f8", (4,), [1, 0.5, math.inf, -0.0])
        for element in ("fp32", "fp16"):
            self.assertEqual(self.lines(f"sum/exact/{element}"), [["inf"]])


class Text(InFolder):
    """A column of numbers: the sum of each is itself."""

    def check(self, element, bits):
        descr = DESCR[element]
        data = struct.pack(f"<{len(bits)}{ {'<f2': 'H', '<f4': 'I', '<f8': 'Q'}[descr]}", *bits)
        values = struct.unpack(f"<{len(bits)}{FORMATS[descr]}", data)
        self.put(descr, (len(values), 1), values)
        decimal = [line[0] for line in self.lines(f"sum/exact/{element}")]
        self.assertEqual(packed(descr, [float(text) for text in decimal]), data)
        hexadecimal = [line[0] for line in self.lines(f"sum/exact/{element}", "--hex")]
        self.assertEqual(hexadecimal, [value.hex() for value in values])
        return dict(zip(values, decimal))

    def test_every_half(self):
        bits = [b for b in range(1 << 16) if b & 0x7C00 != 0x7C00]
        text = self.check("fp16", bits)
        self.assertEqual(len(bits), 63488)
        self.assertLessEqual(max(len(t.lstrip("-0.").split("e")[0].replace(".", "")) for t in text.values()), 5)
        for value, shown in [(0.0999755859375, "0.1"), (65504.0, "65500"), (2.0**-24, "6e-08"), (3.0, "3")]:
            self.assertEqual(text[value], shown)

    def test_floats_and_doubles(self):
        edges = [0, 1, 0x7FFFFF, 0x800000, 0x3F800000, 0x3DCCCCCD, 0x7F7FFFFF, 0x80000000, 0x80000001]
        text = self.check("fp32", edges + [b for b in (self.random.getrandbits(32) for _ in range(5000))
                                           if b & 0x7F800000 != 0x7F800000])
        self.assertEqual(text[struct.unpack("<f", struct.pack("<f", 0.1))[0]], "0.1")
        edges = [0, 1, 0xFFFFFFFFFFFFF, 1 << 52, 0x7FEFFFFFFFFFFFFF, 1 << 63, (1 << 63) + 1]
        text = self.check("fp64", edges + [b for b in (self.random.getrandbits(64) for _ in range(5000))
                                           if b >> 52 & 0x7FF != 0x7FF])
        self.assertTrue(all(len(shown) <= len(repr(value)) for value, shown in text.items()))


class Orders(InFolder):
    def test_sums_are_made_in_that_order(self):
        values = [1e16, 1.0, -1e16, 3.0]
        self.put("<f8", (2, 4), values + values[::-1])
        found = set()
        for order in itertools.permutations(range(4)):
            expected = []
            for row in (values, values[::-1]):
                total = row[order[0]]
                for i in order[1:]:
                    total += row[i]
                expected.append(total)
            lines = self.lines("sum/sequential/fp64", "--order", self.order(order))
            self.assertEqual([float(line[0]) for line in lines], expected)
            found.update(expected)
        self.assertGreater(len(found), 2)

    def test_results_stay_with_their_elements(self):
        rows, n = 3, 700
        values = [struct.unpack("<f", struct.pack("<f", self.random.paretovariate(1)))[0] for _ in range(rows * n)]
        order = list(range(n))
        self.random.shuffle(order)
        moved = 0
        for descr in ("<i4", "<i8", "<u4", "<u8"):
            self.put("<f4", (rows, n), values)
            identity = self.lines("layernorm/sequential/fp32")
            found = self.lines("layernorm/sequential/fp32", "--order", self.order(order, descr))
            self.put("<f4", (rows, n), [values[r * n + i] for r in range(rows) for i in order])
            permuted = self.lines("layernorm/sequential/fp32")
            for r in range(rows):
                self.assertEqual([found[r][i] for i in order], permuted[r])
            moved += found != identity
        self.assertEqual(moved, 4, "another order gave the same bits: nothing was tested")


class Stored(InFolder):
    def store(self, kernel, *arguments, output=None):
        output = output or self.output
        run = permdelta("eval", kernel, self.input, "-o", output, *arguments)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))
        return output.read_bytes()

    def test_shapes_and_types(self):
        for element, descr in DESCR.items():
            self.put(descr, (2, 2), [1, 2, 3, 5])
            self.assertEqual(self.store(f"sum/exact/{element}"), npy(descr, (2,), [3, 8]))
            self.put(descr, (2,), [1, 2])
            self.assertEqual(self.store(f"mean/exact/{element}"), npy(descr, (1,), [1.5]))
            for shape in ((4,), (1, 4), (4, 1), (2, 2)):
                self.put(descr, shape, [1, 2, 3, 5])
                stored = self.store(f"layernorm/exact/{element}")
                printed = [float(text) for line in self.lines(f"layernorm/exact/{element}") for text in line]
                self.assertEqual(stored, npy(descr, shape, printed))

    def test_over_the_input(self):
        self.put("<f4", (2, 2), [1, 2, 3, 5])
        self.assertEqual(self.store("sum/exact/fp32", output=self.input), npy("<f4", (2,), [3, 8]))
        self.assertEqual(self.store("sum/exact/fp32", output=self.input), npy("<f4", (1,), [11]))
        self.assertEqual(list(self.folder.iterdir()), [self.input])

    def test_to_a_pipe(self):
        self.put("<f4", (2,), [1, 2])
        run = permdelta("eval", "sum/exact/fp32", self.input, "-o", "/dev/stdout", text=False)
        self.assertEqual((run.returncode, run.stdout), (0, npy("<f4", (1,), [3])))


class BadInput(InFolder):
    """One line on stderr, nothing on stdout, the right exit code, the output file as it was."""

    def expect(self, code, mentions, *arguments, **options):
        files = sorted(self.folder.iterdir())
        run = permdelta(*arguments, **options)
        self.assertEqual(run.returncode, code, f"{arguments}: {run.stderr}")
        self.assertIn(run.stdout, ("", None))
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        self.assertTrue(run.stderr.startswith("permdelta: "), run.stderr)
        for text in mentions:
            self.assertIn(text, run.stderr)
        self.assertEqual(self.output.read_text(), "precious")
        self.assertEqual(sorted(self.folder.iterdir()), files)

    def setUp(self):
        super().setUp()
        self.output.write_text("precious")
        self.put("<f4", (2, 3), [1, 2, 3, 4, 5, 6])
        self.good = ["eval", "sum/exact/fp32", self.input]

    def test_usage(self):
        run = permdelta(*self.good)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "6\n15\n", ""))
        self.expect(2, ["subcommands: ab compare eval tables export"])
        self.expect(2, ["subcommands: ab compare eval tables export"], "evil")
        self.expect(2, ["subcommands: ab compare eval tables export"], "--frobnicate")
        self.expect(2, ["KERNEL is required"], "eval")
        self.expect(2, ["IN.npy is required"], "eval", "sum/exact/fp32")
        self.expect(2, ["stray"], *self.good, "stray")
        self.expect(2, ["--frobnicate"], *self.good, "--frobnicate")
        self.expect(2, ["--output"], *self.good, "-o")
        self.expect(2, ["--order"], *self.good, "--order")
        self.expect(2, ["--hex", "--output", "excludes"], *self.good, "--hex", "-o", self.output)
        self.expect(2, ["--output"], *self.good, "-o", self.output, "-o", self.output)

    def test_kernels(self):
        for kernel, *mentions in [("product/exact/fp32", "unknown operation 'product'", "sum, mean"),
                                  ("sum/guess/fp32", "unknown method 'guess'", "pairwise"),
                                  ("sum/exact/int8", "unknown element type 'int8'", "fp64, fp32"),
                                  ("//", "unknown operation ''"), ("sum/exact/", "unknown element type ''"),
                                  ("sum//fp32", "unknown method ''"), ("SUM/exact/fp32", "unknown operation 'SUM'"),
                                  ("sum", "operation/method/type"), ("sum/exact", "operation/method/type"),
                                  ("", "operation/method/type"), ("sum/exact/fp32/normal", "operation/method/type")]:
            self.expect(2, [f"'{kernel}'", *mentions], "eval", kernel, self.input, "-o", self.output)
        for isa in ("mmx", "all", ""):
            self.expect(2, ["--isa"], *self.good, f"--isa={isa}")
        self.expect(2, ["--isa: 'mmx' is an unknown instruction set; allowed here: best, "], *self.good, "--isa", "mmx")

    def test_files(self):
        bad = self.folder / "bad.npy"
        for contents, *mentions in [
                (b"", "not a .npy file"),
                (npy("<f4", (3,), [1, 2, 3])[:-1], "cut off", "11 bytes", "need 12"),
                (npy("<f4", (3,), [1, 2, 3]) + b"x", "1 bytes follow"),
                (npy("<f4", (2, 2), [1, 2, 3, 4], fortran_order=True), "Fortran order"),
                (npy("<i8", (3,), [1, 2, 3]), "'<i8' (integers)", "'<f4'"),
                (npy(">f4", (0,), []), "big-endian"),
                (npy("<f4", (0,), []), "no elements"),
                (npy("<f4", (), [1]), "0 dimensions"),
                (npy("<f4", (1, 1, 1), [1]), "3 dimensions"),
                (npy("<f4", (2, 2), [1, 2, 3, math.nan]), "row 1, column 1", "NaN")]:
            bad.write_bytes(contents)
            self.expect(2, [f"'{bad}': ", *mentions], "eval", "sum/exact/fp32", bad, "-o", self.output)
        self.expect(2, ["No such file"], "eval", "sum/exact/fp32", self.folder / "missing.npy", "-o", self.output)
        self.expect(2, ["Is a directory"], "eval", "sum/exact/fp32", self.folder, "-o", self.output)
        self.expect(2, [r"'new\x0aline.npy': "], "eval", "sum/exact/fp32", "new\nline.npy", "-o", self.output)

    def test_orders(self):
        for indices, *mentions in [([0, 1], "orders 2 elements", "have 3"), ([0, 1, 2, 3], "orders 4 elements"),
                                   ([0, 1, 1], "index 1 at position 2", "there before"),
                                   ([0, 3, 1], "index 3 at position 1", "out of range", "0 to 2"),
                                   ([0, -1, 1], "index -1 at position 1", "out of range")]:
            path = self.order(indices)
            self.expect(2, [f"'{path}'", *mentions], *self.good, "--order", path, "-o", self.output)
        self.expect(2, ["'<f4' (floating point)", "'<i8'"], *self.good, "--order", self.input, "-o", self.output)
        self.expect(2, ["No such file"], *self.good, "--order", self.folder / "missing.npy", "-o", self.output)

    def test_output_that_cannot_be_written(self):
        self.expect(1, ["/no/such/out.npy", "No such file or directory"], *self.good, "-o", "/no/such/out.npy")
        self.expect(1, [str(self.folder), "directory"], *self.good, "-o", self.folder)
        self.expect(1, ["No such file"], *self.good, "-o", "")
        if os.path.exists("/dev/full"):
            self.expect(1, ["/dev/full"], *self.good, "-o", "/dev/full")
            with open("/dev/full", "w", encoding="ascii") as full:
                self.expect(1, ["standard output"], *self.good, stdout=full)


class Help(unittest.TestCase):
    def test_is_there(self):
        for arguments, text in [(["--help"], "eval"), (["eval", "--help"], "--order"), (["--version"], "permdelta ")]:
            run = permdelta(*arguments)
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            self.assertIn(text, run.stdout)
            self.assertLessEqual(max(map(len, run.stdout.splitlines())), 110)

    def test_arguments_that_may_come_twice(self):
        for subcommand, arguments in [("compare", "[RUN.json] [RUN.json]"), ("eval", "KERNEL IN.npy"),
                                      ("export", "RUN.json"), ("report", "RUN.json [RUN.json]"),
                                      ("tables", "RUN.json")]:
            text = permdelta(subcommand, "--help").stdout
            self.assertIn(f"\nUsage: permdelta {subcommand} [OPTIONS] {arguments}\n", text)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PERMDELTA = sys.argv.pop(1)
    unittest.main()
