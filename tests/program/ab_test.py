#!/usr/bin/env python3
"""`permdelta ab` as a reviewer runs it: verdicts on changes that are there or not, faults of the programs, what is refused.

ab_test.py PERMDELTA BENCH AB_SUBJECT [unittest arguments]

No verdict depends on how fast anything is: what must be found is many times the noise, and what must not be found is not asked
with a threshold that noise reaches.
"""

import contextlib
import csv
import io
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PERMDELTA = BENCH = SUBJECT = None
QUICK = ["--batch=100us", "--pairs=5"]
REPEATED = "_repeated/fp32/normal"
FLAGS = ["--", "--sizes=512", "--distributions=normal", "--orders=1"]


def ab(*arguments, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "timeout": 300, **options}
    return subprocess.run([PERMDELTA, "ab", *map(str, arguments)], check=False, **options)


def is_alive(pid):
    """Not ended, though nobody may have waited for it yet."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children_of(process, others=()):
    """Both of them, which there are not at every moment; neither is one of the others."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        children = []
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):  # it has ended
                if path.read_text().rpartition(")")[2].split()[1] == str(process.pid):
                    children.append(path.parent.name)
        if len(children) == 2 and all(map(is_alive, children)) and not set(children) & set(others):
            return children
    raise AssertionError("there are no two children")


class Ab(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def subject(self, part):
        path = self.folder / f"ab_subject_{part}"
        if not path.exists():
            path.symlink_to(SUBJECT)
        return path

    def rows(self, *arguments, code=0):
        run = ab(*arguments[:2], *QUICK, "--format=json", *arguments[2:], *FLAGS)
        self.assertEqual(run.returncode, code, run.stderr)
        result = json.loads(run.stdout)
        return {row["name"]: row for row in result["rows"]}, result

    def verdicts(self, *arguments, code=0):
        rows, _ = self.rows(*arguments, code=code)
        self.assertEqual(len(rows), 3)
        return {name.split("/")[1]: row["metrics"]["cpu_time"]["verdict"] for name, row in rows.items()}

    def test_a_change_is_found_in_its_direction(self):
        slower = self.verdicts(self.subject(100), self.subject(200), f"--filter={REPEATED}", "--noise=10%")
        self.assertEqual(set(slower.values()), {"SLOWER"}, slower)
        faster = self.verdicts(self.subject(200), self.subject(100), f"--filter={REPEATED}", "--noise=10%")
        self.assertEqual(set(faster.values()), {"FASTER"}, faster)

    def test_none_is_found_where_there_is_none(self):
        for arguments in ((self.subject(100), self.subject(100)), (self.subject(100), "--aa")):
            found = self.verdicts(*arguments, f"--filter={REPEATED}", "--noise=60%")
            self.assertEqual(set(found.values()), {"SAME"}, found)

    def test_the_noise_floor(self):
        run = ab(self.subject(100), "--aa", *QUICK, f"--filter={REPEATED}", "--noise=60%", *FLAGS)
        found = re.search(r"noise floor: ratios up to (\S+) % off 1; 95 % intervals of \+-(\S+) % \(median\), \+-(\S+) % \(widest\); "
                          r"changes of (\S+) % are usually found, of (\S+) % in the noisiest case\n", run.stderr)
        _, usual, widest, most, every = map(float, found.groups())
        self.assertLessEqual(usual, widest)
        self.assertLessEqual(60, most)
        self.assertLessEqual(most, every)

    def test_exact_counters_are_compared_bit_for_bit(self):
        rows, result = self.rows(self.subject(100), self.subject("moves"), "--filter=faulty", "--noise=99%")
        counters = rows["sum/faulty/fp32/normal/n:512"]["metrics"]
        self.assertEqual(counters["orders"]["verdict"], "EQUAL")
        self.assertEqual(counters["max_perm_delta"]["base"], 0)
        self.assertEqual(counters["max_perm_delta"]["verdict"], "WORSE")
        self.assertEqual([entry["key"] for entry in result["context_differences"]], [])

    def test_two_methods_of_one_program(self):
        run = ab(BENCH, "--batch=100us", "--pairs=40", "--restarts=6", "--filter=^sum/(sequential|lane_split)/fp32/", "--format=json",
                 "--baseline=sequential", "--contender=lane_split", *FLAGS)
        self.assertEqual(run.returncode, 0, run.stderr)
        (row,) = json.loads(run.stdout)["rows"]
        self.assertEqual(row["name"], "sum/*/fp32/normal/n:512")
        self.assertLess(row["metrics"]["cpu_time"]["ratio"], 1)  # a tenth; two thirds where sanitizers slow both down

    def test_fewer_than_six_restarts_have_no_verdict(self):
        rows, _ = self.rows(self.subject(100), self.subject(200), f"--filter=exact{REPEATED}", "--restarts=5")
        (row,) = rows.values()
        self.assertEqual(row["metrics"]["cpu_time"]["verdict"], "UNCLEAR")
        self.assertNotIn("interval", row["metrics"]["cpu_time"])
        self.assertGreater(row["metrics"]["cpu_time"]["ratio"], 1.5)

    def test_gates(self):
        arguments = [self.subject(100), self.subject(200), *QUICK, f"--filter=exact{REPEATED}"]
        run = ab(*arguments, "--fail-on=time>20%", *FLAGS)
        self.assertEqual(run.returncode, 1)
        self.assertIn("FAILED: time>20%", run.stdout)
        self.assertEqual(ab(*arguments, "--fail-on=time>300%", "--fail-on=max_perm_delta>0", *FLAGS).returncode, 0)

    def test_files_say_what_the_table_says(self):
        out = [self.folder / "base.json", self.folder / "contender.json"]
        rows, _ = self.rows(self.subject(100), self.subject(200), f"--filter={REPEATED}", f"--out-base={out[0]}",
                            f"--out-contender={out[1]}")
        read = subprocess.run([PERMDELTA, "compare", *out, "--format=json"], capture_output=True, text=True, check=True)
        again = {row["name"]: row for row in json.loads(read.stdout)["rows"]}
        self.assertEqual(again, rows)
        self.assertEqual(len(rows), 3)
        for pair in ((out[1], out[1]), (out[1], out[0])):  # no experiment
            other = json.loads(subprocess.run([PERMDELTA, "compare", *pair, "--format=json"], capture_output=True, text=True, check=True).stdout)
            self.assertFalse({next(iter(row["metrics"].values()))["verdict"] for row in other["rows"]} & {"SLOWER", "FASTER"})
        for path in out:
            entries = json.loads(path.read_text())["benchmarks"]
            self.assertIn(len(entries), range(3 * 8, 3 * 10 + 1))
            self.assertTrue(all(entry["cpu_time"] > 0 for entry in entries))

    def test_formats(self):
        arguments = [self.subject(100), self.subject(200), *QUICK, f"--filter=exact{REPEATED}"]
        text = ab(*arguments, *FLAGS).stdout
        self.assertRegex(text, r"sum/exact_repeated/fp32/normal/n:512 .*x (1\.[6-9]|2\.[0-3]).* SLOWER")
        self.assertIn("| **SLOWER** |", ab(*arguments, "--format=markdown", *FLAGS).stdout)
        lines = list(csv.DictReader(io.StringIO(ab(*arguments, "--format=csv", *FLAGS).stdout)))
        self.assertEqual([line["verdict"] for line in lines if line["metric"] == "cpu_time"], ["SLOWER"])

    def faults(self, base, contender, code=1):
        """Why sum/faulty failed; the three others have results."""
        rows, result = self.rows(base, contender, "--restarts=6", "--noise=99%", "--filter=/(faulty|exact_repeated)/", code=code)
        self.assertEqual(set(rows), {"sum/exact_repeated/fp32/normal/n:512"})
        ((name, reason),) = [(row["name"], row["reason"]) for row in result["not_compared"]]
        self.assertEqual(name, "sum/faulty/fp32/normal/n:512")
        return reason

    def test_a_fault_is_the_cases_own(self):
        for fault, expected in (("dies", "was killed: Killed"), ("exits", "ended with exit code 3"), ("throws", "enough"),
                                ("wrong", "on n = 512 integers, exact in every order")):
            with self.subTest(fault):
                self.assertRegex(self.faults(self.subject(100), self.subject(fault)), f"^failed in the contender: .*{expected}")
                self.assertRegex(self.faults(self.subject(fault), self.subject(100)), f"^failed in the base: .*{expected}")

    def test_a_program_that_hangs(self):
        run = ab(self.subject(100), self.subject("hangs"), *QUICK, "--timeout=10s", "--filter=faulty", "--format=json", *FLAGS)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn("has not answered for 10 s", run.stdout)

    def test_what_a_kernel_prints_is_no_reply(self):
        rows, _ = self.rows(self.subject(100), self.subject("prints"), "--filter=faulty", "--restarts=6", "--noise=99%")
        self.assertEqual(len(rows), 1)

    def test_interrupted(self):
        """With what is known by then, and without children left behind."""
        run = subprocess.Popen([PERMDELTA, "ab", self.subject(100), self.subject(100), f"--filter={REPEATED}", "--pairs=20",
                                "--restarts=1000", "--format=json", *FLAGS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in run.stderr:
            if "restart 3 of" in line:
                break
        children = children_of(run)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 1)
        self.assertIn("interrupted", err)
        self.assertEqual(len(json.loads(out)["rows"]), 3)
        time.sleep(0.1)
        self.assertFalse([child for child in children if is_alive(child)])

    def test_children_end_with_the_parent(self):
        """Even one that never looks at its socket again."""
        run = subprocess.Popen([PERMDELTA, "ab", self.subject("hangs"), self.subject("hangs"), "--filter=faulty", *FLAGS],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        children_of(run)
        time.sleep(1)  # it lists and studies in milliseconds, and then hangs
        children = children_of(run)
        run.kill()
        run.wait()
        run.stderr.close()
        deadline = time.monotonic() + 20
        while [child for child in children if is_alive(child)]:
            self.assertLess(time.monotonic(), deadline, "a child lives on")
            time.sleep(0.05)

    def test_a_child_that_is_killed_costs_its_case_only(self):
        run = subprocess.Popen([PERMDELTA, "ab", self.subject(100), self.subject(100), f"--filter={REPEATED}", "--pairs=20",
                                "--restarts=8", "--noise=99%", "--format=json", *FLAGS],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in run.stderr:
            if "restart 2 of" in line:
                break
        children = children_of(run, others=children_of(run))
        os.kill(int(children[1]), signal.SIGKILL)
        out, _ = run.communicate(timeout=120)
        result = json.loads(out)
        self.assertEqual(run.returncode, 1)
        self.assertEqual(len(result["rows"]), 2)
        (lost,) = result["not_compared"]
        self.assertIn("was killed: Killed", lost["reason"])

    def test_a_full_disk_is_one_line(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            run = ab(self.subject(100), self.subject(100), *QUICK, "--restarts=1", f"--filter=exact{REPEATED}", *FLAGS, stdout=full)
        self.assertEqual(run.returncode, 1)
        self.assertIn("standard output could not be written", run.stderr)

    def test_a_file_that_cannot_be_written_leaves_the_table(self):
        run = ab(self.subject(100), self.subject(100), *QUICK, "--restarts=1", f"--filter=exact{REPEATED}", "--out-base=/dev/full", *FLAGS)
        self.assertEqual(run.returncode, 1)
        self.assertIn("sum/exact_repeated", run.stdout)
        self.assertIn("/dev/full", run.stderr)

    def test_nobody_need_read_the_progress(self):
        reading, writing = os.pipe()
        os.close(reading)
        run = ab(self.subject(100), self.subject(100), *QUICK, f"--filter=exact{REPEATED}", *FLAGS, stderr=writing)
        os.close(writing)
        self.assertEqual(run.returncode, 0)
        self.assertIn("sum/exact_repeated", run.stdout)

    def test_a_gate_that_could_not_trip_is_refused(self):
        arguments = [self.subject(100), self.subject(200), *QUICK, "--restarts=5", f"--filter=exact{REPEATED}"]
        run = ab(*arguments, "--fail-on=time>5%", *FLAGS)
        self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertIn("'time>5%' and --restarts=5: a verdict needs 6 restarts", run.stderr)
        self.assertEqual(ab(*arguments, "--fail-on=max_perm_delta>0", *FLAGS).returncode, 0)

    def test_what_a_program_has_started_ends_with_it(self):
        wrapper = self.folder / "wrapper"
        wrapper.write_text(f"#!/bin/bash\n{self.subject('hangs')} \"$@\"\n")
        wrapper.chmod(0o755)
        run = ab(self.subject(100), wrapper, *QUICK, "--timeout=10s", "--filter=faulty", *FLAGS)
        self.assertEqual(run.returncode, 1)

        def hanging():
            for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    if str(self.subject("hangs")).encode() in path.read_bytes():
                        return True
            return False

        deadline = time.monotonic() + 20
        while hanging():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def test_a_hanging_case_leaves_the_others_their_results(self):
        run = ab(self.subject(100), self.subject("hangs"), *QUICK, "--timeout=6s", "--budget=5s", "--filter=/(faulty|exact_repeated)/",
                 "--format=json", *FLAGS)
        self.assertEqual(run.returncode, 1, run.stderr)
        result = json.loads(run.stdout)
        self.assertEqual([row["name"] for row in result["rows"]], ["sum/exact_repeated/fp32/normal/n:512"])
        self.assertIn("--budget is spent", run.stderr)

    def test_a_spent_budget_ends_with_what_is_known(self):
        run = ab(self.subject(100), self.subject(100), "--batch=10ms", "--pairs=5", "--restarts=1000", "--budget=8s",
                 f"--filter=exact{REPEATED}", *FLAGS)
        self.assertEqual(run.returncode, 0, run.stderr)  # there were the six restarts that a verdict takes
        self.assertIn("--budget is spent", run.stderr)

    def test_workers_and_their_processors(self):
        available = len(os.sched_getaffinity(0))
        run = ab(BENCH, "--aa", *QUICK, "--restarts=2", "--filter=^sum/lane_split/fp32", "--format=json", "--",
                 "--sizes=65536", "--distributions=normal", "--orders=1", f"--workers=1,2,{available + 1}")
        result = json.loads(run.stdout)
        reasons = {row["name"]: row["reason"] for row in result["not_compared"]}
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn(f"{available + 1} threads; allowed by --cpu: {available} processors",
                      reasons[f"sum/lane_split/fp32/normal/n:65536/workers:{available + 1}/real_time"])
        if available >= 2:
            times = {row["name"]: list(row["metrics"])[0] for row in result["rows"]}
            self.assertEqual(times, {"sum/lane_split/fp32/normal/n:65536": "cpu_time",
                                     "sum/lane_split/fp32/normal/n:65536/workers:2/real_time": "real_time"})

    def script(self, name, text):
        path = self.folder / name
        path.write_text(f"#!/bin/bash\nfd=${{1#--worker=}}\n{text}\n")
        path.chmod(0o755)
        return path

    def test_what_is_refused(self):
        subject = self.subject(100)
        newer = self.script("newer", "echo permdelta-worker 99 >&$fd; sleep 100")
        nonsense = self.script("nonsense", "echo permdelta-worker 1 >&$fd; read -r x <&$fd; echo case >&$fd; sleep 100")
        for arguments, expected in (
                ([subject], "1 program; allowed: OLD NEW"),
                ([subject, subject, "--aa"], "2 programs; allowed: OLD NEW"),
                ([subject, "no/such/program"], "'no/such/program' can't be started: No such file"),
                ([subject, "/bin/true"], "'/bin/true' ended with exit code 0"),
                ([subject, newer], "says 'permdelta-worker 99' instead of 'permdelta-worker 1'"),
                ([subject, nonsense], "'' is not a number"),
                ([subject, subject, "--", "--no_such_flag"], "ended with exit code 2"),
                ([subject, subject, "--filter=nothing_has_this"], "ended with exit code 3"),
                ([subject, subject, "--restarts=0"], "--restarts: '0' is not a whole number from 1 to 1000"),
                ([subject, subject, "--batch=5"], "--batch: '5'; allowed: a positive number and us"),
                ([subject, subject, "--budget=-1s"], "--budget: '-1s'; allowed:"),
                ([subject, subject, "--cpu=99999"], "--cpu: this process may not use processor 99999; allowed: auto, "),
                ([subject, subject, "--noise=2"], "--noise: '2'"),
                ([subject, subject, f"--output={subject}"], "is what is read"),
                ([subject, subject, "--out-base=x.json", "--out-contender=./x.json", "--restarts=1", *FLAGS], "must be different files"),
                ([subject, "--baseline=exact"], "--baseline and --contender go together"),
                ([subject, subject, "--baseline=exact", "--contender=pairwise"], "2 programs; allowed"),
                ([subject, subject, "--budget=1ms", f"--filter={REPEATED}", *FLAGS], "--budget: ")):
            with self.subTest(expected):
                run = ab(*arguments)
                self.assertEqual(run.returncode, 2, run.stderr)
                self.assertIn(expected, run.stderr)
                self.assertEqual(run.stdout, "")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    PERMDELTA, BENCH, SUBJECT = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(3))
    unittest.main(verbosity=2)
