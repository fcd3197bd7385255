#!/usr/bin/env python3
"""One sum, its elements shuffled a hundred times, from Python by ctypes: with `exact` it has one value, the correctly rounded one.

exact_sum.py PREFIX/lib/libpermdelta_kernels.so; needs NumPy.
"""

import ctypes
import math
import sys
from fractions import Fraction

import numpy as np

METHODS = {"sequential": 0, "pairwise": 1, "kahan": 2, "lane_split": 3, "exact": 4}  # enum permdelta_method

permdelta = ctypes.CDLL(sys.argv[1])
permdelta.permdelta_sum_f32.restype = ctypes.c_float
permdelta.permdelta_sum_f32.argtypes = [
    np.ctypeslib.ndpointer(np.float32, ndim=1, flags="C_CONTIGUOUS"), ctypes.c_size_t, ctypes.c_int]
permdelta.permdelta_version.restype = ctypes.c_char_p


def permdelta_sum(x, method):
    return np.float32(permdelta.permdelta_sum_f32(x, x.size, METHODS[method]))


def correctly_rounded_sum(x):
    exact = sum(map(Fraction, x.tolist()))
    near = np.float32(math.fsum(x))  # rounded twice, to double and to float, so it may be a neighbour of it
    candidates = [np.nextafter(near, np.float32(-np.inf)), near, np.nextafter(near, np.float32(np.inf))]
    return min(candidates, key=lambda value: (abs(Fraction(float(value)) - exact), value.view(np.uint32) & 1))


random = np.random.default_rng(42)
x = random.normal(size=10000).astype(np.float32)
print(f"permdelta {permdelta.permdelta_version().decode()}: sums of {x.size} floats in 100 orders")
for method in METHODS:
    sums = {permdelta_sum(random.permutation(x), method) for _ in range(100)}
    print(f"{method:10}  {len(sums):3} different")
print(f"NumPy       {len({random.permutation(x).sum() for _ in range(100)}):3} different")

rounded = correctly_rounded_sum(x)
print(f"the correctly rounded sum is {rounded!s}, and exact gives {permdelta_sum(x, 'exact')!s}")
sys.exit(0 if permdelta_sum(x, "exact") == rounded else 1)
