#!/usr/bin/env python3
"""How often `permdelta ab` is wrong, measured: ab_accuracy.py [--load] [--experiments N] [--only TEXT] PERMDELTA BENCH AB_SUBJECT BY_PROCESS_SUBJECT

A null experiment runs one program against itself, so every SLOWER or FASTER is false; at a threshold of 3 % there are at most as
many as at 2 % (docs/statistics.md). A change experiment runs kernels that are called 103 or 105 times for a row
against the same ones called 100 times, or with --by-process 10 % more of the same work. With --load two busy processes run beside. The result of the last run is in
docs/statistics.md. A full run takes hours and needs an idle machine; .ci/run does not include it.
"""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

NULLS = {
    "small": ["--filter=^(sum|layernorm)/(exact|lane_split|pairwise)/fp32/", "--", "--sizes=512,4096"],
    "large": ["--filter=^(sum|layernorm)/(exact|lane_split|pairwise)/fp32/", "--", "--sizes=65536,1048576"],
    "rows": ["--filter=^(sum|layernorm)/(exact|lane_split|pairwise)/fp32/", "--", "--sizes=1024", "--rows=1024"],
}
BOTH = ["--distributions=normal", "--orders=1"]


@contextlib.contextmanager
def busy(count):
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def run_ab(permdelta, *arguments):
    """The rows that have a verdict, and the CPU seconds a case."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run([permdelta, "ab", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode != 0:
        raise RuntimeError(run.stderr)
    rows = json.loads(run.stdout)["rows"]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = []
    for row in rows:
        (time,) = [metric for metric in row["metrics"].values() if "ratio" in metric and metric.get("verdict") and "interval" in metric]
        found.append((row["name"], time["verdict"], time["ratio"], time["interval"]))
    assert found, run.stderr
    return found, cpu / len(found)


class Tally:
    def __init__(self, truth):
        self.truth = truth
        self.verdicts = collections.Counter()
        self.by_kernel = collections.defaultdict(collections.Counter)
        self.covered = 0
        self.cpu = []
        self.errors = []

    def add(self, found, cpu):
        self.cpu.append(cpu)
        for name, verdict, ratio, (low, high) in found:
            self.verdicts[verdict] += 1
            self.by_kernel[name][verdict] += 1
            self.covered += low <= self.truth <= high
            self.errors.append(ratio / self.truth - 1)

    def report(self, headline):
        count = sum(self.verdicts.values())
        print(f"{headline}: {count} cases; {dict(self.verdicts)}; the interval covers {self.truth:g} in {self.covered / count:.1%}; "
              f"scatter {statistics.pstdev(self.errors):.2%}; {statistics.mean(self.cpu):.2f} s of CPU a case")
        for name, verdicts in self.by_kernel.items():
            print(f"    {name}: {dict(verdicts)}")
        sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--load", action="store_true", help="two busy processes beside")
    parser.add_argument("--experiments", type=int, default=50)
    parser.add_argument("--only", default="", help="those whose headline has it")
    parser.add_argument("programs", nargs=4, metavar="PROGRAM")
    chosen = parser.parse_args()
    permdelta, bench, subject, by_process = (pathlib.Path(path).resolve() for path in chosen.programs)
    print(f"{os.cpu_count()} CPUs, {'two busy processes beside' if chosen.load else 'nothing beside'}")
    with tempfile.TemporaryDirectory() as folder, busy(2 if chosen.load else 0):
        def named(program, part):
            path = pathlib.Path(folder) / f"{program.name}_{part}"
            if not path.exists():
                path.symlink_to(program)
            return path

        experiments = [(f"null, {kind}, threshold 2%", 1, [bench, "--aa", "--noise=2%"], [*flags, *BOTH]) for kind, flags in NULLS.items()]
        experiments += [(f"change of {times - 100} %, threshold {noise}", times / 100,
                         [named(subject, 100), named(subject, times), f"--noise={noise}"],
                         ["--filter=_repeated/", "--", "--sizes=512", *BOTH]) for times, noise in ((103, "2%"), (105, "3%"))]
        experiments += [(f"by process, change of {times - 100} %, threshold 3%", times / 100,
                         ["--by-process", named(by_process, 100), named(by_process, times), "--noise=3%"],
                         ["--filter=latency|throughput"]) for times in (100, 110)]
        for headline, truth, arguments, flags in experiments:
            if chosen.only not in headline:
                continue
            tally = Tally(truth)
            try:
                for seed in range(chosen.experiments):
                    tally.add(*run_ab(permdelta, *arguments, "--format=json", "--budget=1h", f"--seed={seed}", *flags))
            finally:
                if tally.errors:
                    tally.report(headline)


if __name__ == "__main__":
    main()
