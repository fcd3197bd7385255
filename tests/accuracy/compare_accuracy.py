#!/usr/bin/env python3
"""How often `permdelta compare` of several runs a side is wrong, measured: compare_accuracy.py [--load] [--pairs N] [--runs N] [--only TEXT] PERMDELTA BENCH AB_SUBJECT

A null pair is two times five runs of one program, alternately for either side, so every SLOWER or FASTER is false. A change pair runs kernels that are
called 130 times for a row against the same ones called 100 times. The result of the last run is in docs/statistics.md. A full run
takes half an hour; .ci/run does not include it.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from ab_accuracy import busy

FLAGS = ["--distributions=normal", "--orders=1", "--benchmark_repetitions=5", "--benchmark_min_time=0.005", "--log_level=error"]
NULL = ["--benchmark_filter=^(sum|layernorm)/(exact|lane_split|pairwise)/fp32/", "--sizes=512,4096"]
CHANGE = ["--benchmark_filter=_repeated/", "--sizes=512"]


def files_of(folder, programs, flags, runs):
    """The files of that many runs of each of two programs, which run alternately."""
    files = ([], [])
    for i in range(runs):
        for side in ((0, 1), (1, 0))[i % 2]:
            files[side].append(folder / f"{side}_{i}.json")
            subprocess.run([programs[side], *flags, *FLAGS, f"--benchmark_out={files[side][-1]}"], stdout=subprocess.DEVNULL, check=True)
    return files


def compared(permdelta, *arguments):
    run = subprocess.run([permdelta, "compare", *map(str, arguments), "--noise=3%", "--format=json"], stdout=subprocess.PIPE, text=True, check=True)
    return [row["metrics"]["cpu_time"] for row in json.loads(run.stdout)["rows"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--load", action="store_true", help="two busy processes beside")
    parser.add_argument("--pairs", type=int, default=34)
    parser.add_argument("--runs", type=int, default=5, help="of each side")
    parser.add_argument("--only", default="", help="those whose headline has it")
    parser.add_argument("programs", nargs=3, metavar="PROGRAM")
    chosen = parser.parse_args()
    permdelta, bench, subject = (pathlib.Path(path).resolve() for path in chosen.programs)
    print(f"{os.cpu_count()} CPUs, {'two busy processes beside' if chosen.load else 'nothing beside'}")
    with tempfile.TemporaryDirectory() as name, busy(2 if chosen.load else 0):
        folder = pathlib.Path(name)
        subjects = []
        for times in (100, 130):
            subjects.append(folder / f"ab_subject_{times}")
            subjects[-1].symlink_to(subject)
        for headline, truth, programs, flags in (("null", 1, (bench, bench), NULL), ("change of 30 %", 1.3, subjects, CHANGE)):
            if chosen.only not in headline:
                continue
            verdicts, single, covered = collections.Counter(), collections.Counter(), 0
            for _ in range(chosen.pairs):
                base, contender = files_of(folder, programs, flags, chosen.runs)
                for time in compared(permdelta, "--base", *base, "--contender", *contender):
                    verdicts[time["verdict"]] += 1
                    covered += time["interval"][0] <= truth <= time["interval"][1]
                single.update(time["verdict"] for time in compared(permdelta, base[0], contender[0]))
            count = sum(verdicts.values())
            assert count, "nothing was compared"
            print(f"{headline}, {chosen.runs} runs a side, threshold 3 %: {count} cases; {dict(verdicts)}; the interval covers {truth:g} in "
                  f"{covered / count:.1%}; the first run of each side alone: {dict(single)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
