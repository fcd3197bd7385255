#!/usr/bin/python3
"""Writes numpy_reference.txt: what NumPy says about inputs that C++ can make too.

Run with NumPy 1.24: ./numpy_reference.py > numpy_reference.txt

A line is `operation type inputs n` and then results as hexadecimal bits: one for sum and mean; for
the others the FNV-1a hash of all output bytes, then the first, the middle (n // 2) and the last.
Inputs are integers from splitmix64 (seed n), scaled by a power of two, so exact in every language;
`negative` are the same with -|x|, which rmsnorm does not tell apart. tests/kernels/numpy_test.cpp
has the same generator.

Where NumPy's own expression does more than the definition (README, operations), the reference
stays inside the type: eps is a float32 where x is (a Python float would promote to float64 in
NumPy 1), layernorm and rmsnorm of fp16 are float32 arithmetic rounded once. np.mean of float16
divides in float64 and rounds to half, the definition divides in float32 and rounds to half from
there: twice. The two can differ only if float32 rounds S/n to a midpoint of two halves; `--search`
tries, for every n, the sums next to n times each midpoint, and finds that the smallest such n is
8193.
"""

import sys

import numpy as np

TYPES = {"fp64": (np.float64, 54), "fp32": (np.float32, 25), "fp16": (np.float16, 12)}
SIZES = sorted({*range(1, 41), 100, *range(127, 138), *range(255, 261), 300, *range(511, 521),
                1000, 1024, 2047, 2048, 4096, 4099, 5000, 8191, 8192})
# Beyond its buffer NumPy sums chunk by chunk; in a larger one its tree goes on.
BEYOND_THE_BUFFER = [8193, 10000, 16384, 20001, 65536]
assert np.__version__.startswith("1.24"), np.__version__


def splitmix64(seed, n):
    with np.errstate(over="ignore"):
        steps = np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = np.uint64(seed) + steps
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def make_input(name, inputs, n, seed=None):
    """A signed integer of the type's width plus one bit, times 2^(0..7), scaled below 2^8."""
    dtype, bits = TYPES[name]
    z = splitmix64(n if seed is None else seed, n)
    significand = (z >> np.uint64(64 - bits)).astype(np.int64) - (1 << (bits - 1))
    exponent = (z & np.uint64(7)).astype(np.int32) - (bits - 1)
    x = np.ldexp(significand.astype(np.float64), exponent)
    x = -np.abs(x) if inputs == "negative" else x
    assert np.array_equal(x.astype(dtype).astype(np.float64), x)
    return x.astype(dtype)


def layernorm(x):
    centred = x - np.mean(x)
    return centred / (np.sqrt(np.mean(centred**2)) + x.dtype.type(1e-6))


def rmsnorm(x):
    return x / np.sqrt(np.mean(x**2) + x.dtype.type(1e-6))


def normalized(how, x):
    if x.dtype == np.float16:
        return normalized(how, x.astype(np.float32)).astype(np.float16)
    y = how(x)
    assert y.dtype == x.dtype
    return y


def mean_by_definition(x):
    """T(fl32(S / n)) of halves."""
    total = np.add.reduce(x.astype(np.float32))
    return np.float16(total / np.float32(len(x)))


def fnv1a(data):
    state = 0xCBF29CE484222325
    for byte in data:
        state = (state ^ byte) * 0x100000001B3 % 2**64
    return state


def hexadecimal(value):
    return value.tobytes()[::-1].hex()  # little-endian machine


def search(last):
    """Prints the sizes up to `last` at which np.mean of halves can differ from the definition."""
    midpoints = np.arange(1, 4096, 2, dtype=np.float64)  # halves are the even numbers between
    for n in range(1, last + 1):
        near = (n * midpoints).astype(np.float32)
        count = 0
        for total in (near, np.nextafter(near, np.float32(0)), np.nextafter(near, np.float32(1e30))):
            double = total.astype(np.float64) / n
            single = (total / np.float32(n)).astype(np.float64)
            count += np.sum(np.rint(double / 2) != np.rint(single / 2))  # to nearest even
        if count > 0:
            print(f"n = {n}: {count} of {3 * len(midpoints)} sums")


def main():
    for name in TYPES:
        for inputs in ("signed", "negative"):
            for n in SIZES + (BEYOND_THE_BUFFER if name != "fp16" else []):
                np.setbufsize(1 << 17 if n > 8192 else 8192)
                x = make_input(name, inputs, n)
                head = f"{name} {inputs} {n}"
                with np.errstate(over="ignore"):  # of halves to infinity
                    print("sum", head, hexadecimal(np.add.reduce(x)))
                mean = np.mean(x)
                if name == "fp16":
                    assert mean == mean_by_definition(x), f"{head}: NumPy rounds differently"
                print("mean", head, hexadecimal(mean))
                for how in (layernorm, rmsnorm) if inputs == "signed" else (layernorm,):
                    y = normalized(how, x)
                    some = " ".join(hexadecimal(y[i]) for i in (0, n // 2, n - 1))
                    print(how.__name__, head, f"{fnv1a(y.tobytes()):016x}", some)


if __name__ == "__main__":
    if "--search" in sys.argv:
        search(int(sys.argv[-1]))
    else:
        main()
