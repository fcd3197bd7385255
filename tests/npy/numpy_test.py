#!/usr/bin/env python3
"""NumPy's own files against the reader and the writer, by way of `permdelta eval`.

numpy_test.py PERMDELTA [unittest arguments]
Exit code 77 (ctest: skipped) where NumPy is not installed.
"""

import io
import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings

try:
    import numpy as np
except ImportError:
    print("NumPy (Debian: python3-numpy) is not installed")
    sys.exit(77)

PERMDELTA = None
KERNELS = {"f2": "fp16", "f4": "fp32", "f8": "fp64"}


def permdelta(*arguments):
    return subprocess.run([PERMDELTA, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300)


def saved(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.input = pathlib.Path(folder.name) / "in.npy"
        self.output = pathlib.Path(folder.name) / "out.npy"
        self.random = np.random.default_rng(42)

    def array(self, dtype, shape):
        return self.random.normal(size=shape).astype(dtype)

    def elements(self, dtype):
        """What the reader makes of the input file: the sum of every row of one element, and their order."""
        run = permdelta("eval", f"sum/exact/{KERNELS[dtype]}", self.input, "-o", self.output)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))
        return np.load(self.output, allow_pickle=False)

    def refused(self, array, *mentions):
        np.save(self.input, array)
        run = permdelta("eval", "sum/exact/fp64", self.input)
        self.assertEqual((run.returncode, run.stdout), (2, ""), run.stderr)
        self.assertEqual(run.stderr.count("\n"), 1)
        for text in (f"'{self.input}': ", *mentions):
            self.assertIn(text, run.stderr)

    def test_every_type(self):
        for dtype in KERNELS:
            for rows in (1, 2, 17, 1000):
                values = self.array(dtype, (rows, 1))
                np.save(self.input, values)
                read = self.elements(dtype)
                self.assertEqual((read.dtype, read.shape), (np.dtype(dtype), (rows,)))
                self.assertEqual(read.tobytes(), values.tobytes())

    def test_every_version(self):
        values = self.array("f4", (5, 1))
        for version in ((1, 0), (2, 0), (3, 0)):
            with open(self.input, "wb") as file, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                np.lib.format.write_array(file, values, version=version)
            self.assertEqual(self.input.read_bytes()[6:8], bytes(version))
            self.assertEqual(self.elements("f4").tobytes(), values.tobytes())

    def test_shapes_and_flags(self):
        """What is one row or one column, sliced or transposed or flagged as Fortran's, is read."""
        values = self.array("f8", (4, 6))
        for array in (values, values[0], values[:, 0], values[::2, 1:2], values.T[:1], values[:, :1].T, values[:1].T,
                      np.asfortranarray(values[:1]), np.asfortranarray(values[:, 2:3]), np.asfortranarray(values[3])):
            np.save(self.input, array)
            run = permdelta("eval", "sum/exact/fp64", self.input, "--hex")
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            rows = np.atleast_2d(array)
            found = [float.fromhex(line) for line in run.stdout.split()]
            self.assertEqual(len(found), len(rows))
            np.testing.assert_allclose(found, rows.sum(axis=-1), rtol=0, atol=1e-14)

    def test_what_is_written_is_what_numpy_writes(self):
        for dtype, kernel in KERNELS.items():
            for shape in ((1,), (7,), (1, 7), (7, 1), (3, 5), (100, 1000)):
                np.save(self.input, self.array(dtype, shape))
                run = permdelta("eval", f"layernorm/pairwise/{kernel}", self.input, "-o", self.output)
                self.assertEqual((run.returncode, run.stderr), (0, ""))
                read = np.load(self.output, allow_pickle=False)
                self.assertEqual((read.dtype, read.shape), (np.dtype(dtype), shape))
                self.assertEqual(self.output.read_bytes(), saved(read))

    def test_orders(self):
        values = self.array("f4", (3, 50))
        np.save(self.input, values)
        order = self.random.permutation(50)
        path = self.output.with_name("order.npy")
        for dtype in (order.dtype, "i4", "i8", "u4", "u8"):
            np.save(path, order.astype(dtype))
            run = permdelta("eval", "sum/sequential/fp32", self.input, "--order", path, "-o", self.output)
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            expected = values[:, order].cumsum(axis=-1)[:, -1]  # from left to right
            self.assertEqual(np.load(self.output).tobytes(), expected.tobytes())
            self.assertNotEqual(values.cumsum(axis=-1)[:, -1].tobytes(), expected.tobytes())

    def test_other_types(self):
        for dtype, *mentions in [
                (">f2", "'>f2' (big-endian)"), (">f4", "'>f4' (big-endian)"), (">f8", "'>f8' (big-endian)"),
                ("i1", "'|i1' (integers)"), ("i4", "'<i4' (integers)"), ("i8", "'<i8' (integers)"),
                ("u2", "'<u2' (integers)"), ("?", "'|b1' (booleans)"), ("c8", "'<c8' (complex numbers)"),
                ("c16", "'<c16' (complex numbers)"), ("g", f"'{np.dtype('g').str}' (floating point)"),
                ("S3", "'|S3' (text)"), ("U3", "'<U3' (text)"), ("V4", "'|V4'"), ("M8[s]", "'<M8[s]'")]:
            self.refused(np.zeros((2, 3), dtype), *mentions, "allowed: '<f8', '<f4', '<f2'")
        self.refused(np.array([1, "a", None], dtype=object), "'|O' (Python objects)")
        self.refused(np.zeros(3, [("a", "f4"), ("b", "i4")]), "structured dtype")
        self.refused(np.zeros(3, [("a", "f4", (2, 2))]), "structured dtype")
        self.refused(np.rec.array([(1, 2.0)], dtype="i4,f8"), "structured dtype")

    def test_other_shapes(self):
        self.refused(np.asfortranarray(self.array("f4", (3, 4))), "Fortran order")
        self.refused(self.array("f4", (3, 4)).T, "Fortran order")
        self.refused(np.float64(3), "0 dimensions")
        self.refused(np.zeros((2, 3, 4)), "3 dimensions")
        self.refused(np.zeros((1,) * 32), "32 dimensions")
        for shape in ((0,), (0, 3), (3, 0)):
            self.refused(np.zeros(shape), "no elements")

    def test_nan(self):
        values = self.array("f2", (3, 4))
        values[2, 1] = np.nan
        self.refused(values, "row 2, column 1")
        self.refused(values[2], "element 1 ")

    def test_another_kind_of_file(self):
        with open(self.input, "wb") as file:
            np.savez(file, np.zeros(3))
        run = permdelta("eval", "sum/exact/fp64", self.input)
        self.assertEqual(run.returncode, 2)
        self.assertIn("not a .npy file", run.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PERMDELTA = sys.argv.pop(1)
    unittest.main()
