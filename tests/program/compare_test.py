#!/usr/bin/env python3
"""`permdelta compare` as a reviewer runs it: verdicts, gates, formats, what is refused. Needs no NumPy.

compare_test.py PERMDELTA REPOSITORY [unittest arguments]
"""

import csv
import io
import itertools
import json
import math
import os
import pathlib
import pty
import random
import re
import statistics
import subprocess
import sys
import tempfile
import unittest

PERMDELTA = None
REPOSITORY = None
EXACT = {"max_perm_delta": 2.5e-7, "perm_delta_ulp": 2.0, "distinct_results": 18.0, "max_error_ulp": 1.5, "orders": 128.0}


def permdelta(*arguments, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "timeout": 300, **options}
    return subprocess.run([PERMDELTA, *map(str, arguments)], check=False, **options)


def names(methods=("lane_split", "exact"), sizes=(512, 1024, 4096)):
    return [f"{operation}/{method}/{element}/normal/n:{n}" for operation, method, element, n in
            itertools.product(("sum", "layernorm"), methods, ("fp64", "fp32"), sizes)]


def measured(name, times, counters=EXACT, unit="ns", **more):
    """The rows of a benchmark's repetitions, as the library writes them."""
    return [{"name": name, "run_name": name, "run_type": "iteration", "repetitions": len(times), "repetition_index": i,
             "threads": 1, "iterations": 1000, "real_time": time * 1.01, "cpu_time": time, "time_unit": unit,
             "bytes_per_second": 4096 / time * 1e9, **counters, **more} for i, time in enumerate(times)]


def drawn(seed, center, count=8, noise=0.003):
    generator = random.Random(seed)
    return [center * (1 + noise * generator.uniform(-1, 1)) for _ in range(count)]


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def put(self, name, rows, **context):
        path = self.folder / name
        path.write_text(json.dumps({"context": {"seed": 42, "orders": 128, "cpu_name": "a CPU", **context}, "benchmarks": rows}))
        return path

    def run_of(self, name, draw, change=lambda name, times: times, counters=lambda name: EXACT, **context):
        rows = []
        for i, row in enumerate(names()):
            rows += measured(row, change(row, drawn(f"{draw}/{row}", 100 * (i + 1))), counters(row))
        return self.put(name, rows, **context)

    def compared(self, *arguments, code=0):
        run = permdelta("compare", *arguments, "--format=json")
        self.assertEqual(run.returncode, code, run.stderr)
        return json.loads(run.stdout)

    def expect(self, code, mentions, *arguments, **options):
        run = permdelta("compare", *arguments, **options)
        self.assertEqual(run.returncode, code, run.stderr)
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        self.assertTrue(run.stderr.startswith("permdelta: "), run.stderr)
        for text in mentions:
            self.assertIn(text, run.stderr)


def time_of(row):
    return row["metrics"].get("cpu_time") or row["metrics"]["real_time"]


def by_verdict(result):
    """The names of rows by the verdict on their time, and those with each verdict on a counter."""
    times, counters = {}, {}
    for row in result["rows"]:
        times.setdefault(time_of(row)["verdict"], set()).add(row["name"])
        for metric, change in row["metrics"].items():
            if metric not in ("cpu_time", "real_time") and "verdict" in change:
                counters.setdefault(change["verdict"], set()).add((row["name"], metric))
    return times, counters


class Verdicts(InFolder):
    def test_a_run_against_itself(self):
        gates = ["--fail-on=time>1%", "--fail-on=max_perm_delta>0", "--fail-on=bytes_per_second<-1%"]
        for run in [self.run_of("run.json", 1), *[REPOSITORY / "docs" / f"{name}_run.json" for name in ("speed", "exact", "readme", "network")]]:
            result = self.compared(run, run, *gates)
            times, counters = by_verdict(result)
            self.assertEqual(list(times), ["SAME"])
            self.assertEqual(list(counters), ["EQUAL"])
            self.assertGreaterEqual(len(times["SAME"]), 6)
            self.assertAlmostEqual(result["geometric_mean"], 1, places=12)
            self.assertEqual((result["context_differences"], result["failed"]), ([], []))

    def test_two_changes_are_the_two_that_are_called(self):
        slow, moved = "sum/exact/fp32/normal/n:1024", "layernorm/lane_split/fp64/normal/n:512"
        base = self.run_of("base.json", 1)
        other = self.run_of("other.json", 2, lambda name, times: [t * 1.1 for t in times] if name == slow else times,
                            lambda name: {**EXACT, "max_perm_delta": math.nextafter(2.5e-7, 1)} if name == moved else EXACT)
        gates = ["--fail-on=time>5%", "--fail-on=max_perm_delta>0"]
        result = self.compared(base, other, *gates, code=1)
        times, counters = by_verdict(result)
        self.assertEqual(times["DIFFERS"], {slow})
        self.assertEqual(times["SAME"], set(names()) - {slow})
        self.assertEqual(counters["WORSE"], {(moved, "max_perm_delta")})
        self.assertEqual(len(counters["EQUAL"]), len(names()) * len(EXACT) - 1)
        self.assertEqual({row["name"] for row in result["rows"][:2]}, {slow, moved}, "what got worse comes first")
        self.assertEqual(len(result["failed"]), 2)
        (timed,) = [line for line in result["failed"] if slow in line]
        self.assertRegex(timed, rf"^time>5%: {slow}: cpu_time .*\(\+.*, one run each$")
        self.assertEqual(sum(moved in line for line in result["failed"]), 1)
        # And back: the same two, the other way.
        times, counters = by_verdict(self.compared(other, base, *gates))
        self.assertEqual((times["DIFFERS"], counters["BETTER"]), ({slow}, {(moved, "max_perm_delta")}))
        # Each gate alone, and one that is wider than the change.
        self.assertEqual(len(self.compared(base, other, gates[0], code=1)["failed"]), 1)
        self.assertEqual(len(self.compared(base, other, gates[1], code=1)["failed"]), 1)
        self.assertEqual(self.compared(base, other, "--fail-on=time>15%", "--fail-on=max_perm_delta>1e-9")["failed"], [])

    def test_numbers_are_those_of_the_samples(self):
        base, other = self.run_of("base.json", 1), self.run_of("other.json", 2)
        samples = [{}, {}]
        for file, values in zip((base, other), samples):
            for row in json.loads(file.read_text())["benchmarks"]:
                values.setdefault(row["name"], []).append(row["cpu_time"])
        compared = 0
        for row in self.compared(base, other)["rows"]:
            before, after = samples[0][row["name"]], samples[1][row["name"]]
            time = time_of(row)
            self.assertEqual((time["base"], time["contender"]), (statistics.median(before), statistics.median(after)))
            self.assertEqual(time["ratio"], time["contender"] / time["base"])
            self.assertLess(time["interval"][0], time["ratio"])
            self.assertLess(time["ratio"], time["interval"][1])
            self.assertLessEqual(min(after) / max(before), time["interval"][0])
            self.assertLessEqual(time["interval"][1], max(after) / min(before))
            # The exact p: of all ways to choose which 8 of the 16 are the base's, those as far out.
            ranks = {value: i for i, value in enumerate(sorted(before + after))}
            seen = sum(ranks[value] for value in before)
            sums = [sum(chosen) for chosen in itertools.combinations(range(16), 8)]
            tail = min(sum(s <= seen for s in sums), sum(s >= seen for s in sums))
            self.assertAlmostEqual(time["p"], min(1, 2 * tail / len(sums)), places=12)
            compared += 1
        self.assertEqual(compared, len(names()))

    def test_without_repetitions_nothing_is_called(self):
        base = self.put("base.json", measured("a", [100.0]) + measured("b", [100.0]))
        other = self.put("other.json", measured("a", [150.0]) + measured("b", [101.0]))
        times, _ = by_verdict(self.compared(base, other))
        self.assertEqual(times, {"UNTESTED": {"a", "b"}})
        self.assertEqual(list(by_verdict(self.compared(base, base))[0]), ["SAME"])
        text = permdelta("compare", base, other).stdout
        self.assertIn("4 repetitions", text)
        self.assertIn("without the repetitions", self.compared(base, other, "--fail-on=time>5%", code=1)["failed"][0])

    def test_noise_is_no_change(self):
        base = self.put("base.json", measured("a", [100.0, 101, 102, 103, 104]))
        other = self.put("other.json", measured("a", [103.0, 104, 105, 106, 107]))
        for noise, verdict in (("0%", "UNCLEAR"), ("2%", "UNCLEAR"), ("0.1", "SAME"), ("10%", "SAME")):
            self.assertEqual(list(by_verdict(self.compared(base, other, f"--noise={noise}"))[0]), [verdict], noise)
        slower = self.put("slower.json", measured("a", [113.0, 114, 115, 116, 117]))
        for noise, verdict in (("2%", "DIFFERS"), ("12%", "UNCLEAR"), ("20%", "SAME")):
            self.assertEqual(list(by_verdict(self.compared(base, slower, f"--noise={noise}"))[0]), [verdict], noise)

    def test_within_one_run(self):
        run = self.run_of("run.json", 1, counters=lambda name: {**EXACT, "max_perm_delta": 0.0} if "/exact/" in name else EXACT)
        result = self.compared("--baseline=lane_split", "--contender=exact", run)
        self.assertEqual({row["name"] for row in result["rows"]}, {name.replace("/exact/", "/*/") for name in names(["exact"])})
        self.assertEqual({metric for _, metric in by_verdict(result)[1]["BETTER"]}, {"max_perm_delta"})
        isas = self.put("isas.json", [row for isa in ("avx2", "avx512", "sse2") for name in names(["exact"])
                                      for row in measured(f"{name}/isa:{isa}", [1.0 + len(isa)] * 4)])
        for base, other in (("avx2", "avx512"), ("isa:avx2", "isa:avx512")):
            result = self.compared(f"--baseline={base}", f"--contender={other}", isas)
            self.assertEqual({row["name"] for row in result["rows"]}, {f"{name}/isa:*" for name in names(["exact"])})
            self.assertEqual({time_of(row)["ratio"] for row in result["rows"]}, {7 / 5})

    def test_rows_that_are_lost_are_listed_and_pass_no_gate(self):
        error = {"name": "failing", "run_name": "failing", "run_type": "iteration", "error_occurred": True, "error_message": "it broke"}
        skip = {"name": "skipping", "run_name": "skipping", "run_type": "iteration", "skipped": True, "skip_message": "not here"}
        base = self.put("base.json", measured("both", [1.0] * 4) + measured("gone", [1.0] * 4) + measured("failing", [1.0] * 4)
                        + measured("skipping", [1.0] * 4) + [{**error, "name": "never", "run_name": "never"}])
        other = self.put("other.json", measured("both", [1.0] * 4) + measured("new", [1.0] * 4) + [error, skip]
                         + [{**error, "name": "never", "run_name": "never"}])
        result = self.compared(base, other)
        reasons = {row["name"]: (row["reason"], row["lost"]) for row in result["not_compared"]}
        self.assertEqual(reasons, {"gone": ("only in the base", True), "new": ("only in the contender", False),
                                   "failing": ("failed in the contender: it broke", True),
                                   "skipping": ("skipped in the contender: not here", True),
                                   "never": ("failed in the base: it broke; failed in the contender: it broke", False)})
        self.assertEqual(len(self.compared(base, other, "--fail-on=time>5%", code=1)["failed"]), 3)
        self.assertEqual(self.compared(base, other, "--fail-on=time>5% in both")["failed"], [])
        for text in (permdelta("compare", base, other).stdout, permdelta("compare", base, other, "--format=markdown").stdout):
            for name, (reason, _) in reasons.items():
                self.assertIn(name, text)
                self.assertIn(reason, text)

    def test_a_strangers_file(self):
        base = self.put("base.json", measured("BM_Sort<int>/1024", [2.0] * 5, {"misses": 7.0}, unit="us"))
        other = self.put("other.json", measured("BM_Sort<int>/1024", [4000.0] * 5, {"misses": 9.0}))
        result = self.compared(base, other)
        self.assertEqual(time_of(result["rows"][0])["verdict"], "DIFFERS")
        self.assertEqual(time_of(result["rows"][0])["ratio"], 2)
        self.assertEqual(result["rows"][0]["metrics"]["misses"]["ratio"], 9 / 7)
        self.assertIn("BM_Sort&lt;int>/1024", permdelta("compare", base, other, "--format=markdown").stdout)

    def test_four_repetitions_on_each_side(self):
        for few, many in (([100.0], [103.0 + i / 100 for i in range(40)]), ([100.0, 100.1, 100.2], [150.0] * 5)):
            base, other = self.put("base.json", measured("a", few)), self.put("other.json", measured("a", many))
            self.assertEqual(list(by_verdict(self.compared(base, other, "--noise=0%"))[0]), ["UNTESTED"])
            self.assertEqual(list(by_verdict(self.compared(other, base, "--noise=0%"))[0]), ["UNTESTED"])

    def test_a_part_that_is_there_twice(self):
        run = self.put("run.json", measured("sum/64/n:64", [1.0] * 4) + measured("sum/x/n:64", [1.0] * 4) + measured("sum/x/n:8", [1.0] * 4))
        result = self.compared("--baseline=64", "--contender=8", run)
        self.assertEqual([row["name"] for row in result["rows"]], ["sum/x/n:*"])
        self.assertEqual([row["name"] for row in result["not_compared"]], ["sum/64/n:64"])

    def test_hostile_names(self):
        name = "A|<img src=x>`*\n# H\x1b[31m"
        base, other = self.put("base.json", measured(name, [1.0] * 4)), self.put("other.json", measured(name, [2.0] * 4))
        for form in ("text", "markdown"):
            text = permdelta("compare", base, other, f"--format={form}", "--fail-on=time>5%").stdout
            self.assertEqual(text.count("A\\|" if form == "markdown" else "A|"), 2)
            self.assertNotIn("\x1b", text)
            self.assertNotIn("\n# H", text)
            self.assertEqual("<img" in text, form == "text")

    def test_the_clock(self):
        rows = measured("sum/exact/fp32/normal/n:8/workers:2/real_time", [1.0] * 4)
        base = self.put("base.json", rows)
        other = self.put("other.json", [{**row, "real_time": row["real_time"] * 2} for row in rows])
        for clock, ratio in ((), 2), (("--clock=auto",), 2), (("--clock=real",), 2), (("--clock=cpu",), 1):
            metrics = self.compared(base, other, *clock)["rows"][0]["metrics"]
            self.assertEqual(metrics["cpu_time" if ratio == 1 else "real_time"]["ratio"], ratio)


class Runs(InFolder):
    """Several a side: what is independent is a run, not a repetition."""

    def side(self, name, centers, counters=EXACT, **context):
        """A file a run, whose repetitions are alike and whose centers are these."""
        return [self.put(f"{name}{i}.json", measured("a", drawn(f"{name}{i}", center), counters) + measured("b", drawn(f"{i}{name}", 50)), **context)
                for i, center in enumerate(centers)]

    def runs(self, base, contender, *arguments, code=0):
        return self.compared("--base", *base, "--contender", *contender, *arguments, code=code)

    def verdict(self, base, contender, *arguments):
        (row,) = [row for row in self.runs(base, contender, *arguments)["rows"] if row["name"] == "a"]
        return time_of(row)

    def test_what_changes_between_runs_is_no_change(self):
        """Each run alone would differ from each other one."""
        base, contender = self.side("base", [100, 120, 95, 110, 104]), self.side("contender", [112, 97, 103, 118, 99])
        self.assertEqual(self.verdict(base, contender)["verdict"], "UNCLEAR")
        self.assertEqual(self.verdict(base[:1], contender[:1])["verdict"], "DIFFERS")

    def test_a_change_is_called(self):
        base, contender = self.side("base", [100, 120, 95, 110, 104]), self.side("contender", [150, 160, 140, 155, 149])
        time = self.verdict(base, contender)
        self.assertEqual(time["verdict"], "SLOWER")
        self.assertEqual(self.verdict(contender, base)["verdict"], "FASTER")
        self.assertLess(time["interval"][0], time["ratio"])
        self.assertLess(time["ratio"], time["interval"][1])
        self.assertEqual(self.verdict(base, contender, "--noise=45%")["verdict"], "UNCLEAR")
        self.assertEqual(self.verdict(base, self.side("again", [101, 119, 96, 111, 103]), "--noise=40%")["verdict"], "SAME")

    def test_the_interval_is_students(self):
        """Of pairs, in the order of the files, or Welch's, where there is another number of runs."""
        centers = [[100, 120, 95, 110, 104], [150, 160, 140, 155, 149]]
        sides = [self.side(name, values) for name, values in zip(("base", "contender"), centers)]
        logs = [[math.log(statistics.median(row["cpu_time"] for row in json.loads(file.read_text())["benchmarks"] if row["name"] == "a"))
                 for file in side] for side in sides]
        pairs = [y - x for x, y in zip(*logs)]
        variances = [statistics.variance(logs[0]) / 5, statistics.variance(logs[1][:4]) / 4]
        degrees = sum(variances) ** 2 / (variances[0] ** 2 / 4 + variances[1] ** 2 / 3)
        self.assertAlmostEqual(degrees, 6.774, places=3)
        for count, mean, half in ((5, statistics.mean(pairs), 2.77645 * math.sqrt(statistics.variance(pairs) / 5)),
                                  (4, statistics.mean(logs[1][:4]) - statistics.mean(logs[0]), 2.3811 * math.sqrt(sum(variances)))):
            time = self.verdict(sides[0], sides[1][:count])
            self.assertAlmostEqual(time["ratio"], math.exp(mean), places=12)
            for bound, expected in zip(time["interval"], (mean - half, mean + half)):
                self.assertAlmostEqual(bound, math.exp(expected), places=4)

    def test_what_drifts_from_pair_to_pair_is_no_obstacle(self):
        """Where each run of a side is far from the others, and pairs are alike."""
        base, contender = self.side("base", [100, 150, 200, 250, 300]), self.side("contender", [110, 165, 220, 275, 330])
        self.assertEqual(self.verdict(base, contender)["verdict"], "SLOWER")
        self.assertEqual(self.verdict(base, contender[::-1])["verdict"], "UNCLEAR")

    def test_four_runs_on_each_side(self):
        base, contender = self.side("base", [100] * 5), self.side("contender", [200] * 5)
        for few in (1, 2, 3):
            self.assertEqual(self.verdict(base[:few], contender)["verdict"], "UNTESTED", few)
            self.assertEqual(self.verdict(base, contender[:few])["verdict"], "UNTESTED", few)
        self.assertEqual(self.verdict(base[:4], contender[:4])["verdict"], "SLOWER")
        text = permdelta("compare", "--base", *base[:3], "--contender", *contender[:3]).stdout
        self.assertIn("UNTESTED: a verdict needs 4 runs on each side", text)

    def test_what_a_run_lacks_is_listed(self):
        base, contender = self.side("base", [100] * 4), self.side("contender", [200] * 4)
        base[1].write_text(json.dumps({"context": {"seed": 42, "orders": 128}, "benchmarks": measured("b", [50.0] * 4)}))
        result = self.runs(base, contender)
        self.assertEqual([row["name"] for row in result["rows"]], ["b"])
        self.assertEqual([(row["name"], row["reason"]) for row in result["not_compared"]],
                         [("a", f"skipped in the base: '{base[1]}': the row is missing")])
        self.assertEqual(len(self.runs(base, contender, "--fail-on=time>200%", code=1)["failed"]), 1)

    def test_what_a_run_of_the_contender_does_not_count_is_lost(self):
        base, contender = self.side("base", [100] * 4), self.side("contender", [100] * 4)
        rows = json.loads(contender[3].read_text())
        for row in rows["benchmarks"]:
            del row["max_perm_delta"]
        contender[3].write_text(json.dumps(rows))
        result = self.runs(base, contender, "--fail-on=delta>0", code=1)
        self.assertEqual({row["name"]: row["missing"] for row in result["rows"]}, {"a": ["max_perm_delta"], "b": ["max_perm_delta"]})

    def test_runs_in_two_blocks_are_warned_of(self):
        def dated(name, hours):
            return [file for hour in hours for file in self.side(f"{name}{hour}", [100], date=f"2026-12-01T{hour:02}:00:00+00:00")]
        blocks = permdelta("compare", "--base", *dated("base", (1, 2, 3, 4)), "--contender", *dated("contender", (5, 6, 7, 8)))
        self.assertIn("run them alternately", blocks.stderr)
        turns = permdelta("compare", "--base", *dated("base", (1, 3, 5, 7)), "--contender", *dated("contender", (2, 4, 6, 8)))
        self.assertEqual(turns.stderr, "")

    def test_exact_counters_of_all_runs(self):
        base, contender = self.side("base", [100] * 4), self.side("contender", [100] * 4)
        self.assertEqual(set(by_verdict(self.runs(base, contender))[1]), {"EQUAL"})
        rows = json.loads(contender[2].read_text())
        for row in rows["benchmarks"]:
            row["max_perm_delta"] *= 2
        contender[2].write_text(json.dumps(rows))
        self.assertEqual(by_verdict(self.runs(base, contender, "--fail-on=delta>0", code=1))[1]["WORSE"],
                         {("a", "max_perm_delta"), ("b", "max_perm_delta")})

    def test_runs_of_another_study_are_refused(self):
        base, contender = self.side("base", [100] * 4), self.side("contender", [100] * 4)
        odd = self.side("odd", [100], seed=7)
        self.expect(2, ["seed"], "--base", *base, "--contender", *contender[:3], *odd)
        self.expect(2, ["seed"], "--base", *base[:3], *odd, "--contender", *contender)

    def test_what_varies_within_a_side_is_said(self):
        base = [file for i in range(4) for file in self.side(f"base{i}", [100], compiler=f"gcc 1{i}")]
        result = self.runs(base, self.side("contender", [100] * 4, compiler="gcc 12"))
        self.assertEqual([(entry["key"], entry["base"], entry["contender"]) for entry in result["context_differences"]],
                         [("compiler", "varies", "gcc 12")])
        other = [file for i in range(4) for file in self.side(f"other{i}", [100], compiler=f"gcc 1{i}")]
        self.assertEqual([(entry["key"], entry["base"], entry["contender"]) for entry in self.runs(base, other)["context_differences"]],
                         [("compiler", "varies", "varies")])

    def test_what_chance_makes_is_said(self):
        base, contender = self.side("base", [100] * 4), self.side("contender", [200] * 4)
        self.assertAlmostEqual(self.runs(base, contender)["expected_by_chance"], 0.1)
        self.assertIn("to expect by chance alone: up to 0.10", permdelta("compare", "--base", *base, "--contender", *contender).stdout)
        self.assertNotIn("expected_by_chance", self.compared(base[0], contender[0]))


class OneRunEach(InFolder):
    def test_said_once(self):
        base, other = self.run_of("base.json", 1), self.run_of("other.json", 2)
        for form in ("text", "markdown"):
            text = permdelta("compare", base, other, f"--format={form}").stdout
            self.assertEqual(text.count("One run each: the ratios include what changes between runs; "), 1)

    def test_order_of_rows(self):
        """Faster ones are as near as slower ones; what is untested goes by size."""
        base = self.put("base.json", [row for name in "abcd" for row in measured(name, [100.0] * 5)]
                        + [row for name in "efg" for row in measured(name, [100.0])])
        other = self.put("other.json", measured("a", [100.0] * 5) + measured("b", [50.0] * 5) + measured("c", [200.0] * 5)
                         + measured("d", [90.0, 95, 100, 105, 111]) + measured("e", [101.0]) + measured("f", [150.0]) + measured("g", [60.0]))
        rows = self.compared(base, other)["rows"]
        self.assertEqual([(row["name"], time_of(row)["verdict"]) for row in rows],
                         [("c", "DIFFERS"), ("b", "DIFFERS"), ("d", "UNCLEAR"), ("g", "UNTESTED"), ("f", "UNTESTED"), ("e", "UNTESTED"), ("a", "SAME")])

    def test_only_what_changed(self):
        slow, moved = "sum/exact/fp32/normal/n:1024", "layernorm/lane_split/fp64/normal/n:512"
        base = self.run_of("base.json", 1)
        other = self.run_of("other.json", 2, lambda name, times: [t * 1.1 for t in times] if name == slow else times,
                            lambda name: {**EXACT, "max_perm_delta": 1e-7} if name == moved else EXACT)
        self.assertEqual({row["name"] for row in self.compared(base, other, "--only-changed")["rows"]}, {slow, moved})
        text = permdelta("compare", base, other, "--only-changed").stdout
        self.assertIn("Not listed: 22 SAME.", text)
        self.assertIn("24 rows: 1 DIFFERS, 23 SAME", text)
        self.assertEqual(text.count("/normal/n:"), 2)
        self.assertEqual(len({line.split(",")[0] for line in permdelta("compare", base, other, "--only-changed", "--format=csv").stdout.splitlines()[1:]}), 2)

    @staticmethod
    def aggregates(name, mean, deviation, count, unit="ns"):
        return [{"name": f"{name}_{kind}", "run_name": name, "run_type": "aggregate", "repetitions": count, "threads": 1, "aggregate_name": kind,
                 "aggregate_unit": "time", "iterations": count, "real_time": value, "cpu_time": value, "time_unit": unit}
                for kind, value in (("mean", mean), ("median", mean * 1.001), ("stddev", deviation), ("cv", deviation / mean))]

    def test_aggregates_make_an_interval(self):
        """Welch's, of the logarithms: 5 and 10 repetitions, by hand."""
        base, other = self.put("base.json", self.aggregates("a", 100, 4, 5)), self.put("other.json", self.aggregates("a", 0.12, 0.006, 10, unit="us"))
        (row,) = self.compared(base, other)["rows"]
        time = time_of(row)
        variances = [0.04**2 / 5, 0.05**2 / 10]
        degrees = sum(variances) ** 2 / (variances[0] ** 2 / 4 + variances[1] ** 2 / 9)
        self.assertAlmostEqual(degrees, 9.983, places=3)
        half = 2.2287 * math.sqrt(sum(variances))  # t of 10 degrees is 2.2281, of 9 2.2622
        self.assertEqual((time["base"], time["contender"], time["verdict"]), (100, 120, "DIFFERS"))
        for bound, expected in zip(time["interval"], (1.2 * math.exp(-half), 1.2 * math.exp(half))):
            self.assertAlmostEqual(bound, expected, places=3)
        self.assertEqual(list(by_verdict(self.compared(base, base))[0]), ["SAME"])

    def test_aggregates_of_too_few(self):
        base, other = self.put("base.json", self.aggregates("a", 100, 1, 3)), self.put("other.json", self.aggregates("a", 200, 1, 10))
        self.assertEqual(list(by_verdict(self.compared(base, other))[0]), ["UNTESTED"])

    def test_a_coarse_clock_widens_the_interval(self):
        """Ticks of 15.625 ms: 40 of them in a repetition may be 39 or 41."""
        def ticks(*counts):
            return [{**row, "iterations": 1000, "cpu_time": count * 15.625e6 / 1000} for row, count in zip(measured("a", [1.0] * 5), counts)]
        base, other = self.put("base.json", ticks(40, 40, 40, 40, 41)), self.put("other.json", ticks(41, 41, 41, 42, 41))
        run = permdelta("compare", base, other, "--format=json")
        self.assertEqual(run.stderr.count("ticks every 15.625 ms"), 1)
        low, high = time_of(json.loads(run.stdout)["rows"][0])["interval"]
        self.assertLess(low, 1)
        self.assertGreater(high, 1.05)
        # Not even the same numbers are SAME, and medians of two repetitions of a run need not be whole ticks.
        self.assertEqual(time_of(self.compared(base, base)["rows"][0])["verdict"], "UNCLEAR")
        sides = [[self.put(f"{side}{i}.json", ticks(40 + side, 41 + side)) for i in range(4)] for side in (0, 1)]
        low, high = time_of(self.compared("--base", *sides[0], "--contender", *sides[1])["rows"][0])["interval"]
        self.assertLess(low, 1)
        self.assertGreater(high, 1.05)
        few = self.put("few.json", ticks(1, 1, 1, 1, 2))
        self.assertNotIn("interval", time_of(self.compared(few, base)["rows"][0]))
        fine = self.put("fine.json", measured("a", [100.0, 101, 102.5, 103]))
        self.assertEqual(permdelta("compare", fine, base).stderr.count("ticks every"), 1)

    def test_where_the_clocks_disagree(self):
        rows = measured("a", drawn(1, 100)) + measured("b", drawn(2, 100))
        other = [{**row, "real_time": row["real_time"] * (1.3 if row["name"] == "a" else 1)} for row in rows]
        base, contender = self.put("base.json", rows), self.put("other.json", other)
        remarks = {row["name"]: row.get("remark") for row in self.compared(base, contender)["rows"]}
        self.assertEqual(remarks, {"a": "by the wall clock x 1.300", "b": None})
        single = [self.put(f"single_{file.name}", [row for row in json.loads(file.read_text())["benchmarks"] if row["repetition_index"] == 0])
                  for file in (base, contender)]
        self.assertFalse([row for row in self.compared(*single)["rows"] if "remark" in row])
        self.assertIn("a: by the wall clock x 1.300", permdelta("compare", base, contender).stdout)


class Context(InFolder):
    def test_machine_and_program_are_among_the_differences(self):
        base = self.run_of("base.json", 1, host_name="one", mhz_per_cpu=2000, executable="old/bench", load_avg=[1])
        other = self.run_of("other.json", 1, host_name="two", mhz_per_cpu=3000, executable="new/bench", load_avg=[2])
        self.assertEqual([entry["key"] for entry in self.compared(base, other)["context_differences"]], ["host_name", "mhz_per_cpu", "executable"])

    def test_differences_come_first(self):
        base = self.run_of("base.json", 1, compiler="gcc 12", date="yesterday", loop_overhead_ns=0.25)
        other = self.run_of("other.json", 1, compiler="gcc 13", date="today", loop_overhead_ns=0.5, cpu_name="another CPU")
        result = self.compared(base, other)
        self.assertEqual({entry["key"]: (entry["base"], entry["contender"]) for entry in result["context_differences"]},
                         {"cpu_name": ("a CPU", "another CPU"), "compiler": ("gcc 12", "gcc 13")})
        text = permdelta("compare", base, other).stdout
        self.assertLess(text.index("gcc 13"), text.index("sum/exact"))

    def test_other_seeds_and_orders_are_refused(self):
        base = self.run_of("base.json", 1)
        for context in ({"seed": 43}, {"orders": 64}):
            other = self.run_of("other.json", 1, **context)
            key, value = next(iter(context.items()))
            self.expect(2, [f"{key} {value}", "--force"], base, other)
            self.assertEqual(list(by_verdict(self.compared(base, other, "--times"))[1]), [])
            self.assertEqual(list(by_verdict(self.compared(base, other, "--force"))[1]), ["EQUAL"])
        none = self.folder / "none.json"
        none.write_text(json.dumps({"benchmarks": json.loads(base.read_text())["benchmarks"]}))
        self.expect(2, ["seed 42", "seed none"], base, none)


class Formats(InFolder):
    def setUp(self):
        super().setUp()
        self.files = self.run_of("base.json", 1), self.run_of("other.json", 2)
        self.result = self.compared(*self.files)

    def test_csv_has_every_number(self):
        lines = list(csv.DictReader(io.StringIO(permdelta("compare", *self.files, "--format=csv").stdout)))
        seen = 0
        for row in self.result["rows"]:
            mine = {line["metric"]: line for line in lines if line["name"] == row["name"]}
            self.assertEqual(set(mine), set(row["metrics"]))
            for metric, change in row["metrics"].items():
                for column, value in (("base", change["base"]), ("contender", change["contender"]), ("ratio", change.get("ratio")),
                                      ("p", change.get("p")), ("ratio_low", change.get("interval", [None])[0])):
                    self.assertEqual(float(mine[metric][column]) if mine[metric][column] else None, value)
                    seen += 1
        self.assertEqual(seen, len(names()) * (len(EXACT) + 3) * 5)

    def test_text_and_markdown_have_every_row(self):
        text = permdelta("compare", *self.files).stdout
        markdown = permdelta("compare", *self.files, "--format=markdown").stdout
        cells = [re.split(r" *(?<!\\)\| *", line.strip("| ")) for line in markdown.splitlines() if line.startswith("|")]
        self.assertEqual({len(row) for row in cells}, {10})
        self.assertEqual({row[0].replace("\\", "") for row in cells[2:]}, set(names()))
        for name in names():
            self.assertIn(name, text)
        self.assertNotIn("\x1b", text)
        self.assertFalse(any(line.endswith(" ") for line in text.splitlines()))

    def test_colours_are_for_terminals(self):
        def on_a_terminal(**environment):
            parent, child = pty.openpty()
            run = subprocess.Popen([PERMDELTA, "compare", *self.files], stdout=child, env={**os.environ, **environment})
            os.close(child)
            seen = b""
            try:
                while part := os.read(parent, 65536):
                    seen += part
            except OSError:  # how a terminal says that the other side is gone
                pass
            os.close(parent)
            self.assertEqual(run.wait(), 0)
            return seen
        slow = self.run_of("slow.json", 2, lambda _, times: [2 * t for t in times])
        self.files = self.files[0], slow
        os.environ.pop("NO_COLOR", None)
        self.assertIn(b"\x1b[33mDIFFERS\x1b[0m", on_a_terminal())
        self.assertNotIn(b"\x1b", on_a_terminal(NO_COLOR="1"))

    def test_to_a_file(self):
        target = self.folder / "report.md"
        run = permdelta("compare", *self.files, "--format=markdown", "-o", target)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))
        self.assertEqual(target.read_text(), permdelta("compare", *self.files, "--format=markdown").stdout)

    def test_equal_input_equal_output(self):
        for form in ("text", "markdown", "csv", "json"):
            outputs = {permdelta("compare", *self.files, f"--format={form}").stdout for _ in range(3)}
            self.assertEqual(len(outputs), 1)


class Gates(InFolder):
    def test_grammar(self):
        run = self.run_of("run.json", 1)
        for gate in ("time", ">5%", "time>", "time>x", "time>5%%", "time>nan", "time=5%", "time>-1%", "bytes_per_second<5%"):
            self.expect(2, ["--fail-on", f"'{gate}'", "allowed"], run, run, f"--fail-on={gate}")
        self.expect(2, ["--fail-on", "'time>5% in ('", "regular expression"], run, run, "--fail-on=time>5% in (")
        for gate in ("time>5%", "time > 5 %", "time>0.5", "cpu_time>5%", "bytes_per_second<-5%", "max_error_ulp>0", "time>5% in layernorm/exact"):
            self.assertEqual(self.compared(run, run, f"--fail-on={gate}")["failed"], [], gate)

    def test_one_that_concerns_no_row_trips(self):
        run = self.run_of("run.json", 1)
        for gate in ("tiem>5%", "time>5% in nothing", "fallback_rate>0"):
            self.assertEqual(self.compared(run, run, f"--fail-on={gate}", code=1)["failed"], [f"{gate}: no row that is compared has it"])
        self.assertEqual(len(self.compared(run, run, "--fail-on=max_perm_delta>0", "--times", code=1)["failed"]), 1)

    def test_absolute_and_relative(self):
        base = self.put("base.json", measured("a", [100.0] * 5, {"max_error_ulp": 2.0, "max_perm_delta": 0.0}))
        other = self.put("other.json", measured("a", [104.0] * 5, {"max_error_ulp": 3.0, "max_perm_delta": 1e-300}))
        for gate, trips in (("time>3%", 1), ("time>4.1%", 0), ("time>3.9", 1), ("time>4.1", 0), ("max_error_ulp>49%", 1), ("max_error_ulp>0.9", 1),
                            ("max_error_ulp>1", 0), ("max_perm_delta>1000%", 1), ("max_perm_delta>0", 1), ("max_perm_delta<0", 0), ("real_time>3%", 1), ("cpu_time>3%", 1),
                            ("bytes_per_second<-3%", 1), ("bytes_per_second<-4%", 0)):
            self.assertEqual(len(self.compared(base, other, f"--fail-on={gate}", code=trips)["failed"]), trips, gate)

    def test_delta_stands_for_every_delta_counter(self):
        counters = {"max_perm_delta": 1.0, "perm_delta_ulp": 1.0, "split_delta_ulp": 1.0, "max_error_ulp": 1.0}
        base = self.put("base.json", measured("a", [100.0] * 5, counters))
        for name, trips in (("max_perm_delta", 1), ("perm_delta_ulp", 1), ("split_delta_ulp", 1), ("max_error_ulp", 0)):
            other = self.put("other.json", measured("a", [100.0] * 5, {**counters, name: 2.0}))
            failed = self.compared(base, other, "--fail-on=delta>0", code=trips)["failed"]
            self.assertEqual(failed, [f"delta>0: a: {name} 1 -> 2"] * trips)
        lost = self.put("lost.json", measured("a", [100.0] * 5, {name: 1.0 for name in counters if name != "split_delta_ulp"}))
        self.assertEqual(self.compared(base, lost, "--fail-on=delta>0", code=1)["failed"], ["delta>0: a: the contender has no split_delta_ulp"])
        none = self.put("none.json", measured("a", [100.0] * 5, {}))
        self.assertEqual(self.compared(none, none, "--fail-on=delta>0", code=1)["failed"], ["delta>0: no row that is compared has it"])

    def test_what_the_contender_has_lost_trips(self):
        kept, lost = measured("a", [100.0] * 5), measured("b", [100.0] * 5)
        base = self.put("base.json", kept + lost)
        for row in lost:
            del row["max_perm_delta"]
        other = self.put("other.json", kept + lost)
        self.assertEqual(self.compared(base, other, "--fail-on=max_perm_delta>0", code=1)["failed"],
                         ["max_perm_delta>0: b: the contender has no max_perm_delta"])
        self.assertEqual({row["name"]: row["missing"] for row in self.compared(base, other)["rows"]}, {"a": [], "b": ["max_perm_delta"]})
        self.assertIn("missing: max_perm_delta", permdelta("compare", base, other).stdout)

    def test_a_counter_that_repetitions_differ_in_is_worse(self):
        base = self.put("base.json", measured("a", [100.0] * 5, {"max_perm_delta": 0.0}))
        rows = measured("a", [100.0] * 5, {"max_perm_delta": 0.0})
        rows[3]["max_perm_delta"] = 1.0
        other = self.put("other.json", rows)
        run = permdelta("compare", base, other, "--fail-on=max_perm_delta>0", "--format=json")
        self.assertEqual(run.returncode, 1)
        self.assertIn("not the same in every repetition", run.stderr)
        self.assertEqual(json.loads(run.stdout)["rows"][0]["metrics"]["max_perm_delta"]["verdict"], "WORSE")
        self.assertEqual(list(by_verdict(self.compared(other, other))[1]), ["EQUAL"])
        # No larger than ever, and yet not the same.
        always = self.put("always.json", measured("a", [100.0] * 5, {"max_perm_delta": 1.0}))
        self.assertEqual(self.compared(always, other, "--fail-on=max_perm_delta>0", code=1)["failed"],
                         ["max_perm_delta>0: a: max_perm_delta varies now"])

    def test_zeros_have_no_ratio_but_are_compared(self):
        base = self.put("base.json", [{**row, "cpu_time": 0.0, "user": 0.0, "bytes_per_second": 1e9} for row in measured("a", [100.0] * 5)])
        other = self.put("other.json", [{**row, "cpu_time": 0.0, "user": 50.0, "bytes_per_second": 0.0} for row in measured("a", [100.0] * 5)])
        times, counters = by_verdict(self.compared(base, base, "--fail-on=max_perm_delta>0"))
        self.assertEqual((list(times), list(counters)), (["SAME"], ["EQUAL"]))
        for gate in ("user>0", "bytes_per_second<-5%"):
            self.assertEqual(len(self.compared(base, other, f"--fail-on={gate}", code=1)["failed"]), 1, gate)

    def test_noise_does_not_trip(self):
        base = self.put("base.json", measured("a", [100.0, 90, 110, 95, 105]))
        other = self.put("other.json", measured("a", [106.0, 92, 108, 107, 111]))
        self.assertEqual(self.compared(base, other, "--fail-on=time>5%")["failed"], [])

    def test_said_where_people_look(self):
        base, other = self.run_of("base.json", 1), self.run_of("other.json", 2, lambda _, times: [2 * t for t in times])
        for form in ("text", "markdown"):
            run = permdelta("compare", base, other, "--fail-on=time>5%", f"--format={form}")
            self.assertEqual((run.returncode, run.stdout.count("FAILED: "), run.stderr), (1, len(names()), ""))
        for form in ("csv", "json"):
            run = permdelta("compare", base, other, "--fail-on=time>5%", f"--format={form}")
            self.assertEqual((run.returncode, run.stderr.count("--fail-on: time>5%: ")), (1, len(names())))


class BadInput(InFolder):
    def test_usage(self):
        run = self.run_of("run.json", 1)
        self.expect(2, ["no run; allowed: BASE.json CONTENDER.json"])
        self.expect(2, ["only one run"], run)
        self.expect(2, ["--baseline without --contender"], run, "--baseline=exact")
        self.expect(2, ["one run, and there are 2"], run, run, "--baseline=exact", "--contender=kahan")
        self.expect(2, ["--base and --contender go together"], "--base", run, run)
        self.expect(2, ["--base and --contender go together"], run, "--contender", run)
        self.expect(2, ["'run.json' is of neither side"], "run.json", "--base", run, "--contender", run)
        self.expect(2, ["--base and --baseline"], "--base", run, "--baseline=exact", "--contender=kahan")
        self.expect(2, ["is given twice"], "--base", run, self.folder / "." / "run.json", "--contender", "other.json")
        self.expect(2, ["is given twice"], "--base", run, "other.json", "--contender", run)
        self.expect(2, ["'nobody'", "'exact'"], run, "--baseline=nobody", "--contender=exact")
        self.expect(2, ["--noise", "'x'"], run, run, "--noise=x")
        for noise in ("", "-1%", "100%", "nan", "2%%"):
            self.expect(2, ["--noise"], run, run, f"--noise={noise}")
        self.expect(2, ["--format", "'html'", "markdown"], run, run, "--format=html")
        self.expect(2, ["--clock", "'wall'", "real"], run, run, "--clock=wall")
        self.expect(2, ["--filter", "'('"], run, run, "--filter=(")
        self.expect(2, ["frobnicate"], run, run, "--frobnicate")
        self.expect(2, ["no row's name", "'nothing'"], run, run, "--filter=nothing")
        self.expect(2, ["both 'exact'"], run, "--baseline=exact", "--contender=exact")
        contents = run.read_text()
        self.expect(2, ["-o", "is what is read"], run, run, "-o", run)
        self.assertEqual(run.read_text(), contents)

    def test_files(self):
        good = self.run_of("run.json", 1)
        bad = self.folder / "bad.json"
        for contents, *mentions in [("", "empty"), ("{", "line 1"), (good.read_text()[:1000], "line 1, column"), ("[]", "array"), ("7", "single value"),
                                    ('{"context": {}}', "no 'benchmarks'"), ('{"benchmarks": [{"cpu_time": 1}]}', "no 'name'"),
                                    ('{"benchmarks": [{"name": "a",\n"cpu_time": "b"}]}', "line 2", "'cpu_time'", "a number"),
                                    ('{"benchmarks": [{"name": "a",\n"x": 1,\n"x": 1}]}', "line 3", "'x' is there twice"),
                                    ('{"benchmarks": 1}', "'benchmarks'")]:
            bad.write_text(contents)
            self.expect(2, [f"'{bad}': ", *mentions], bad, good)
            self.expect(2, [f"'{bad}': ", *mentions], good, bad)
        self.expect(2, ["No such file"], good, self.folder / "missing.json")
        self.expect(2, ["directory"], good, self.folder)

    def test_bare_nan_is_taken_with_a_warning(self):
        good = self.run_of("run.json", 1)
        odd = self.folder / "odd.json"
        odd.write_text(good.read_text().replace('"max_perm_delta": 2.5e-07', '"max_perm_delta": NaN', 3))
        run = permdelta("compare", odd, good, "--format=json")
        self.assertEqual(run.returncode, 0)
        self.assertEqual(run.stderr, f"permdelta: warning: '{odd}': 3 bare NaN or Infinity, which are no JSON, count as missing\n")
        self.assertEqual(len(json.loads(run.stdout)["rows"]), len(names()))

    def test_output_that_cannot_be_written(self):
        run = self.run_of("run.json", 1)
        self.expect(1, ["No such file or directory"], run, run, "-o", "/no/such/report")
        precious = self.folder / "precious"
        precious.write_text("precious")
        self.expect(2, ["empty"], run, "/dev/null", "-o", precious)
        self.assertEqual(precious.read_text(), "precious")
        with open("/dev/full", "w", encoding="ascii") as full:
            self.expect(1, ["standard output"], run, run, stdout=full)

    def test_a_closed_pipe(self):
        run = self.run_of("run.json", 1)
        pipe = subprocess.run(["bash", "-c", f"'{PERMDELTA}' compare '{run}' '{run}' | head -1; exit ${{PIPESTATUS[0]}}"], capture_output=True, text=True, check=False)
        self.assertEqual(len(pipe.stdout.splitlines()), 1)
        self.assertEqual(pipe.stderr, "")
        self.assertIn(pipe.returncode, (0, 141))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    PERMDELTA = sys.argv.pop(1)
    REPOSITORY = pathlib.Path(sys.argv.pop(1))
    unittest.main()
