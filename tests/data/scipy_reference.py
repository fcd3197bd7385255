#!/usr/bin/python3
"""Writes scipy_reference.txt: what SciPy, or an enumeration of every resample, says of samples.

Run with SciPy 1.10 (Debian 12: python3-scipy): ./scipy_reference.py > scipy_reference.txt

A line is a kind, then numbers; those that are not counts are hexadecimal floats:

  exact, ties, normal   n m, the n and m elements of a and b, the two-sided p of Mann and Whitney's
                        test: by mannwhitneyu(method="exact"); by permutation_test over all ways to
                        divide the observations; by mannwhitneyu(method="asymptotic")
  enumerated            n m, base, contender, confidence, low, high: the bootstrap interval of
                        median(contender) / median(base), from all n^n m^m resamples
  drawn                 the same by scipy.stats.bootstrap(method="percentile"), with the number of
                        resamples before low: random ones, so the ends vary as quantiles do
  weight                n i j P: the probability that a resample of x_0 < ... < x_(n-1) has its
                        middle two elements at i and j, from exact fractions

The convention of `enumerated`, with q = (1 - confidence) / 2: low is the smallest ratio r with
P(ratio <= r) >= q, high is the largest with P(ratio >= r) >= q; P is a quotient of two integers and
q a decimal fraction, so that nothing is rounded but the ratios themselves.
"""

import collections
import fractions
import itertools
import math
import re

import numpy as np
import scipy
from scipy import stats

assert scipy.__version__.startswith("1.10"), scipy.__version__

random = np.random.default_rng(2024)


def text(value):
    return re.sub(r"\.?0*p", "p", float(value).hex())


def write(kind, *fields):
    words = []
    for field in fields:
        if isinstance(field, int):
            words.append(str(field))
        else:
            words.extend(text(x) for x in np.atleast_1d(field))
    print(kind, *words)


def write_p(kind, a, b, p):
    write(kind, len(a), len(b), a, b, p)


def exact(n, m):
    """The two extreme divisions, and some between."""
    ranks = np.arange(1, n + m + 1)
    for trial in range(7):
        mixed = ranks if trial == 0 else ranks[::-1] if trial == 1 else random.permutation(ranks)
        a, b = mixed[:n], mixed[n:]
        write_p("exact", a, b, stats.mannwhitneyu(a, b, method="exact").pvalue)


def rank_sum(a, b, axis):
    ranks = stats.rankdata(np.concatenate([a, b], axis=axis), axis=axis)
    return np.take(ranks, np.arange(a.shape[axis]), axis=axis).sum(axis=axis)


def ties(n, m):
    for different in (2, 3, 5):
        a = random.integers(0, different, n).astype(float)
        b = random.integers(0, different, m) + random.integers(0, 2).astype(float)
        result = stats.permutation_test((a, b), rank_sum, vectorized=True, n_resamples=np.inf)
        assert len(result.null_distribution) == math.comb(n + m, n)
        write_p("ties", a, b, result.pvalue)


def normal(n, m):
    for shift in (0, 0.25, 1):
        for scale in (2, 16, 2**30):
            a = np.rint(scale * random.normal(0, 1, n)) / scale
            b = np.rint(scale * random.normal(shift, 1, m)) / scale
            write_p("normal", a, b, stats.mannwhitneyu(a, b, method="asymptotic").pvalue)


def count_medians(sample):
    """How many of all resamples have which median."""
    n = len(sample)
    resamples = np.array(list(itertools.product(sample, repeat=n)))
    return collections.Counter(np.median(resamples, axis=1).tolist())


def interval(base, contender, confidence):
    counts = collections.Counter()
    for (b, b_count), (c, c_count) in itertools.product(base.items(), contender.items()):
        counts[c / b] += b_count * c_count
    total = sum(counts.values())
    q = (1 - fractions.Fraction(str(confidence))) / 2

    def first(ordered):
        reached = 0
        for ratio in ordered:
            reached += counts[ratio]
            # A tolerance for rounded probabilities decides none of these, but where they are equal.
            difference = fractions.Fraction(reached, total) - q
            assert difference == 0 or abs(difference) > fractions.Fraction(1, 10**11)
            if difference >= 0:
                return ratio

    return first(sorted(counts)), first(sorted(counts, reverse=True))


def enumerated(n, m):
    for values in (4, 2**20):
        base = random.integers(values, 2 * values + 1, n).astype(float)
        contender = random.integers(values, 2 * values + 1, m) * 1.25
        counts = count_medians(base), count_medians(contender)
        for confidence in (0.5, 0.75, 0.8, 0.95, 0.99):
            write("enumerated", n, m, base, contender, confidence, *interval(*counts, confidence))


def drawn(n, m, resamples=200000):
    base = random.lognormal(0, 0.25, n)
    contender = random.lognormal(0.1, 0.25, m)

    def ratio(x, y, axis):
        return np.median(y, axis=axis) / np.median(x, axis=axis)

    for confidence in (0.8, 0.95):
        ends = stats.bootstrap((base, contender), ratio, method="percentile", vectorized=True,
                               confidence_level=confidence, n_resamples=resamples, batch=10000,
                               random_state=random).confidence_interval
        write("drawn", n, m, base, contender, confidence, resamples, ends.low, ends.high)


def weights(n):
    """Counted draw by draw, how many are below x_i, at it, above: not by powers' differences."""
    half = n // 2
    fewer = range((n + 1) // 2)
    for i in sorted({0, 1, half - 7, half - 2, half - 1, half, half + 5, n - 1}):
        # Both at i: less than half of the draws below, less than half above.
        ways = sum(math.comb(n, below) * math.comb(n - below, above)
                   * i**below * (n - 1 - i)**above for below in fewer for above in fewer)
        write("weight", n, i, i, float(fractions.Fraction(ways, n**n)))
        if n % 2 == 0:
            for j in (j for j in (i + 1, i + 2, i + 9) if j < n):
                # Half of the draws at most x_i but not all below, the others likewise above.
                some = range(1, half + 1)
                low = sum(math.comb(half, at) * i**(half - at) for at in some)
                high = sum(math.comb(half, at) * (n - 1 - j)**(half - at) for at in some)
                ways = math.comb(n, half) * low * high
                write("weight", n, i, j, float(fractions.Fraction(ways, n**n)))


def main():
    print(f"# SciPy {scipy.__version__}, NumPy {np.__version__}:",
          "tests/data/scipy_reference.py > tests/data/scipy_reference.txt")
    for n, m in itertools.combinations_with_replacement(range(1, 9), 2):
        exact(n, m)
    for n, m in ((12, 14), (28, 28), (20, 41)):
        exact(n, m)
    for n, m in itertools.product(range(2, 7), repeat=2):  # it refuses single ones
        ties(n, m)
    for n, m in ((50, 50), (100, 100), (40, 90)):
        normal(n, m)
    for n, m in itertools.product(range(1, 6), repeat=2):
        enumerated(n, m)
    for n, m in ((6, 6), (7, 7), (6, 7), (7, 4)):
        enumerated(n, m)
    for n, m in ((10, 10), (20, 20), (10, 15), (15, 20)):
        drawn(n, m)
    for n in (20, 21, 199, 200):
        weights(n)


if __name__ == "__main__":
    main()
