#!/usr/bin/env python3
"""`permdelta eval` with the method `pairwise` against NumPy itself, bit for bit, on random arrays of random shapes.

eval_numpy_test.py PERMDELTA [unittest arguments]
Exit code 77 (ctest: skipped) where NumPy is not installed.
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import numpy as np
except ImportError:
    print("NumPy (Debian: python3-numpy) is not installed")
    sys.exit(77)

PERMDELTA = None
KERNELS = {"f2": "fp16", "f4": "fp32", "f8": "fp64"}
BUFFER = 8192  # elements: NumPy's default, beyond which it adds chunk by chunk


def mean(x):
    return x.mean(axis=-1)


def layernorm(x):
    m = x.mean(axis=-1, keepdims=True)
    c = x - m
    v = (c * c).mean(axis=-1, keepdims=True)
    return c / (np.sqrt(v) + x.dtype.type(1e-6))


FORMULAS = {"mean": mean, "layernorm": layernorm}


def random_shapes(random):
    """Rows of all lengths up to NumPy's buffer, some of them at the edges of its tree; one row, or several."""
    edges = [1, 2, 7, 8, 9, 15, 16, 17, 127, 128, 129, 136, 255, 256, 257, 1000, 1024, 4096, 8191, 8192]
    sizes = edges + [int(2 ** random.uniform(0, 13)) for _ in range(40)]
    return [(n,) if random.integers(2) else (int(random.integers(1, 9)), n) for n in sizes]


class Pairwise(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.input = pathlib.Path(folder.name) / "in.npy"
        self.output = pathlib.Path(folder.name) / "out.npy"
        self.random = np.random.default_rng(42)

    def array(self, dtype, shape):
        """Of like magnitudes, or of all and nearly cancelling: in halves nothing else shows the order."""
        x = self.random.normal(size=shape)
        if dtype == "f2" or self.random.integers(2):
            x *= 10.0 ** self.random.uniform(-4, 4, size=shape)
            half = shape[-1] // 2
            x[..., :half] = -x[..., shape[-1] - half:]
        return x.astype(dtype)

    def differs(self, x, operation, method="pairwise"):
        """Whether the program's result has other bits than NumPy's."""
        np.save(self.input, x)
        run = subprocess.run([PERMDELTA, "eval", f"{operation}/{method}/{KERNELS[x.dtype.str[1:]]}", self.input,
                              "-o", self.output], capture_output=True, text=True, check=False, timeout=300)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))
        found = np.load(self.output, allow_pickle=False)
        expected = np.atleast_1d(FORMULAS[operation](x))
        self.assertEqual((found.dtype, found.shape), (expected.dtype, expected.shape))
        return found.tobytes() != expected.tobytes()

    def compare(self, operation, dtype):
        shapes = random_shapes(self.random)
        arrays = [self.array(dtype, shape) for shape in shapes]
        self.assertGreaterEqual(len(shapes), 50)
        self.assertGreaterEqual(len({shape for shape in shapes if len(shape) == 1}), 15)
        self.assertGreaterEqual(len({shape for shape in shapes if len(shape) == 2}), 15)
        wrong = [x.shape for x in arrays if self.differs(x, operation)]
        self.assertEqual(wrong, [], f"{len(wrong)} of {len(shapes)} shapes have other bits than NumPy's")
        # The same comparison tells another order's results from these.
        others = sum(self.differs(x, operation, "sequential") for x in arrays)
        self.assertGreaterEqual(others, 10, "sequential passes for pairwise")

    def test_mean_of_doubles(self):
        self.compare("mean", "f8")

    def test_mean_of_floats(self):
        self.compare("mean", "f4")

    def test_mean_of_halves(self):
        """NumPy adds them in float32 too."""
        self.compare("mean", "f2")

    def test_layernorm_of_doubles(self):
        self.compare("layernorm", "f8")

    def test_layernorm_of_floats(self):
        self.compare("layernorm", "f4")

    def test_beyond_the_buffer(self):
        """In one that is large enough NumPy's tree goes on."""
        self.addCleanup(np.setbufsize, np.setbufsize(1 << 20))
        for dtype in ("f8", "f4"):
            for shape in ((8193,), (3, 20001), (100000,), (2, 65536)):
                for operation in FORMULAS:
                    self.assertFalse(self.differs(self.array(dtype, shape), operation), (dtype, shape, operation))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PERMDELTA = sys.argv.pop(1)
    unittest.main()
