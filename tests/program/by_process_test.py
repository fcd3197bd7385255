#!/usr/bin/env python3
"""`permdelta ab --by-process` on a Google Benchmark program that knows nothing of permdelta, and `--commits`.

by_process_test.py PERMDELTA BY_PROCESS_SUBJECT [unittest arguments]
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

PERMDELTA = SUBJECT = None
QUICK = ["--batch=1ms", "--pairs=1"]


def ab(*arguments, **options):
    return subprocess.run([PERMDELTA, "ab", "--by-process", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=300, check=False, **options)


class ByProcess(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def subject(self, part):
        path = self.folder / f"by_process_subject_{part}"
        if not path.exists():
            path.symlink_to(SUBJECT)
        return path

    def verdicts(self, base, contender, *arguments):
        run = ab(self.subject(base), self.subject(contender), "--batch=5ms", "--pairs=3", "--filter=latency|throughput", "--format=json",
                 *arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        rows = json.loads(run.stdout)["rows"]
        clocks = {row["name"]: next(iter(row["metrics"])) for row in rows}
        self.assertEqual(clocks, {"latency": "cpu_time", "throughput<int[4]{+}>/1024/real_time": "real_time"})
        return {row["name"]: row["metrics"][clocks[row["name"]]]["verdict"] for row in rows}

    def test_a_change_is_found_in_its_direction(self):
        """The wall clock counts what else the processor does, so there the direction alone is certain."""
        for base, contender, verdict, opposite in ((50, 200, "SLOWER", "FASTER"), (200, 50, "FASTER", "SLOWER")):
            found = self.verdicts(base, contender, "--noise=50%")
            self.assertEqual(found["latency"], verdict)
            self.assertNotEqual(found["throughput<int[4]{+}>/1024/real_time"], opposite)

    def test_none_is_found_where_there_is_none(self):
        self.assertLessEqual(set(self.verdicts(100, 100, "--noise=90%").values()), {"SAME", "UNCLEAR"})

    def reason(self, part, *arguments):
        run = ab(self.subject(100), self.subject(part), *QUICK, "--restarts=6", "--filter=faulty|latency", "--format=json", *arguments)
        self.assertEqual(run.returncode, 1, run.stderr)
        result = json.loads(run.stdout)
        self.assertEqual([row["name"] for row in result["rows"]], ["latency"])
        (lost,) = result["not_compared"]
        self.assertEqual(lost["name"], "faulty/iterations:2")
        return lost["reason"]

    def test_a_fault_is_the_cases_own(self):
        self.assertIn("ended with exit code 3: a last word", self.reason("exits"))
        self.assertEqual(self.reason("fails"), "failed in the contender: enough")

    def test_a_fault_of_both_is_blamed_on_both(self):
        run = ab(self.subject("fails"), self.subject("fails"), *QUICK, "--restarts=6", "--filter=faulty|latency", "--format=json")
        self.assertEqual(run.returncode, 1)
        (lost,) = json.loads(run.stdout)["not_compared"]
        self.assertEqual((lost["reason"], lost["lost"]), ("failed in the base: enough; failed in the contender: enough", False))

    def test_one_that_hangs(self):
        begin = time.monotonic()
        self.assertIn("has not ended within 10 s", self.reason("hangs", "--timeout=10s"))
        self.assertLess(time.monotonic() - begin, 120)

    def test_what_a_case_prints_is_no_result(self):
        run = ab(self.subject("prints"), self.subject("prints"), *QUICK, "--restarts=6", "--filter=faulty", "--noise=99%", "--format=json")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(len(json.loads(run.stdout)["rows"]), 1)

    def test_files(self):
        files = [self.folder / name for name in ("base.json", "contender.json")]
        run = ab(self.subject(50), self.subject(200), *QUICK, "--filter=latency", f"--out-base={files[0]}", f"--out-contender={files[1]}")
        self.assertEqual(run.returncode, 0, run.stderr)
        compared = subprocess.run([PERMDELTA, "compare", *files], capture_output=True, text=True, check=True)
        self.assertIn("SLOWER", compared.stdout)
        # No rate has been measured that is below the interval's own.
        for text in (run.stdout, compared.stdout):
            self.assertIn("to expect by chance alone: up to 0.050", text)
        # Of one that is interrupted long enough the library takes a single iteration.
        self.assertGreater(max(entry["iterations"] for entry in json.loads(files[0].read_text())["benchmarks"]), 1)

    def test_what_is_refused(self):
        for arguments, expected in (
                (["/bin/false", self.subject(100)], "'/bin/false' ended with exit code 1"),
                ([self.subject(100), "no/such/program"], "'no/such/program' can't be started"),
                ([self.subject(100), self.subject(100), "--", "--no_such_flag"], "ended with exit code 2"),
                ([self.subject(100), self.subject(100), "--filter=nothing"], "lists no cases; --filter: 'nothing'"),
                (["/bin/true", "/bin/true"], "'/bin/true' lists no cases"),
                ([self.subject(100), self.subject(100), "--fail-on=delta>0"], "--by-process does not compare exact counters"),
                ([self.subject(100)], "1 program; allowed: OLD NEW")):
            with self.subTest(expected):
                run = ab(*arguments)
                self.assertEqual(run.returncode, 2, run.stderr)
                self.assertIn(expected, run.stderr)

    def test_a_program_without_a_worker_is_said_so(self):
        run = subprocess.run([PERMDELTA, "ab", self.subject(100), self.subject(100)], capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(run.returncode, 2)
        self.assertIn("allowed: a program of bench_main that has --worker, its flags, and a --filter that matches; with --by-process any", run.stderr)

    def test_revisions_that_there_are_not(self):
        run = subprocess.run([PERMDELTA, "ab", "--commits", "no_such_revision", "neither"], capture_output=True, text=True, check=False,
                             cwd=self.folder, timeout=60, env={**os.environ, "GIT_CEILING_DIRECTORIES": str(self.folder.parent)})
        self.assertEqual(run.returncode, 2)
        self.assertRegex(run.stderr, "--commits: (git ended with exit code 128: fatal: not a git repository|'git' can't be started)")

    def test_flags_of_commits(self):
        for arguments, expected in ((["--build=make"], "--build and --program are for --commits"),
                                    (["--commits", "--program=/bin/true"], "'/bin/true' is not below a revision's root"),
                                    (["--commits", "--program=x/../../bench"], "is not below a revision's root"),
                                    (["--commits", "--fail-on=nonsense"], "--fail-on: 'nonsense'")):
            with self.subTest(arguments):
                run = ab("HEAD", "HEAD", *arguments)
                self.assertEqual((run.returncode, run.stdout), (2, ""))
                self.assertIn(expected, run.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    PERMDELTA, SUBJECT = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(2))
    unittest.main(verbosity=2)
