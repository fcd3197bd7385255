#!/usr/bin/env python3
"""The job of docs/review.md, end to end: review_test.py CMAKE BUILD SOURCE PERMDELTA [unittest arguments]

A small project that uses the installed harness is a Git repository of a few commits; docs/review.md's script compares them.
Exit code 77 (ctest: skipped) if the harness has not been built or git is missing.
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

CMAKE = BUILD = SOURCE = PERMDELTA = None

PROGRAM = """
#include <span>
#include <permdelta/bench/harness.hpp>
#include <permdelta/kernels/permdelta.hpp>

// Hides from the compiler that the calls are all alike.
float repeated(std::span<const float> x) {
  float result = 0;
  for (int i = 0; i < TIMES; ++i) {
    result = permdelta::sum(x, permdelta::method::METHOD);
    asm volatile("" : "+x"(result) : "r"(x.data()) : "memory");
  }
  return result;
}

int main(int argc, char** argv) {
  permdelta::register_kernel<float>("repeated", permdelta::operation::sum, repeated);
  return permdelta::bench_main(argc, argv);
}
"""
LISTS = """
cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES CXX)
find_package(permdelta REQUIRED COMPONENTS harness)
add_executable(bench bench.cpp)
target_link_libraries(bench PRIVATE permdelta::harness)
"""


def cache(name):
    return re.search(rf"^{name}:\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(encoding="utf-8"), re.MULTILINE)[1]


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300, check=False, **options)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


class Review(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.project = cls.folder / "project"
        cls.project.mkdir()
        run(CMAKE, "--install", BUILD, "--prefix", cls.folder / "prefix")
        (cls.folder / "bin").mkdir()
        (cls.folder / "bin/permdelta").symlink_to(PERMDELTA)
        cls.environment = {
            **os.environ, "PATH": f"{cls.folder / 'bin'}:{os.environ['PATH']}", "HOME": str(cls.folder), "GIT_CONFIG_NOSYSTEM": "1",
            "BUILD": f"{CMAKE} -S . -B build/ab -G '{cache('CMAKE_GENERATOR')}' -DCMAKE_MAKE_PROGRAM={cache('CMAKE_MAKE_PROGRAM')}"
                     f" -DCMAKE_CXX_COMPILER={cache('CMAKE_CXX_COMPILER')} -DCMAKE_CXX_FLAGS='{cache('CMAKE_CXX_FLAGS')}'"
                     f" -DCMAKE_PREFIX_PATH={cls.folder / 'prefix'} && {CMAKE} --build build/ab",
            "FLAGS": "--benchmark_filter=repeated --sizes=512 --distributions=normal --orders=16", "NOISE": "50%"}
        cls.git("init", "--quiet")
        cls.git("config", "user.name", "A")
        cls.git("config", "user.email", "a@b")
        (cls.project / "CMakeLists.txt").write_text(LISTS)
        cls.commits = {name: cls.commit(*content) for name, content in (
            ("old", (50, "exact")), ("slower", (150, "exact")), ("moving", (50, "lane_split")), ("broken", ("none", "exact")))}
        cls.git("checkout", "--quiet", cls.commits["old"])
        cls.commits["aside"] = cls.commit("nothing", "exact")  # the base has gone on, and does not even build

    @classmethod
    def git(cls, *arguments):
        return run("git", *arguments, cwd=cls.project, env=cls.environment).strip()

    @classmethod
    def commit(cls, times, method):
        (cls.project / "bench.cpp").write_text(PROGRAM.replace("TIMES", str(times)).replace("METHOD", method))
        cls.git("add", ".")
        cls.git("commit", "--quiet", "--message=change")
        return cls.git("rev-parse", "HEAD")

    def review(self, base, head):
        (script,) = re.findall(r"^```sh\n(.*?)^```", (SOURCE / "docs/review.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        summary = self.folder / f"{base}_{head}.md"
        environment = {**self.environment, "BASE": self.commits[base], "HEAD": self.commits[head], "GITHUB_STEP_SUMMARY": str(summary)}
        done = subprocess.run(["sh", "-c", script], cwd=self.project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=600, check=False)
        for log in re.findall(r"see (\S+\.log)", done.stderr):
            done.stderr += pathlib.Path(log).read_text(encoding="utf-8")
        return done.returncode, summary.read_text(encoding="utf-8") if summary.exists() else "", done.stderr

    def test_no_change_passes(self):
        code, summary, messages = self.review("old", "old")
        self.assertEqual(code, 0, summary + messages)
        self.assertRegex(summary, "1 row: 1 SAME")
        self.assertIn("Not listed: 1 SAME.", summary)

    def test_what_the_base_did_since_is_not_the_heads(self):
        code, summary, messages = self.review("aside", "moving")
        self.assertEqual(code, 1, summary + messages)
        self.assertNotIn(self.commits["aside"], summary + messages)

    def test_a_wrong_revision_costs_no_build(self):
        run = subprocess.run([PERMDELTA, "ab", "--commits", self.commits["old"], "typo"], cwd=self.project, env=self.environment,
                             capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(run.returncode, 2)
        self.assertEqual(run.stderr, "permdelta: --commits: 'typo' is not a revision of this repository\n")

    def test_an_interrupted_checkout_is_begun_again(self):
        folder = self.project / ".git/permdelta-ab" / f"{self.commits['old']}.partial"
        folder.mkdir(parents=True)
        (folder / "bench.cpp").write_text("half of it")
        tree = folder.with_suffix("")
        if tree.exists():
            self.git("worktree", "remove", "--force", tree)
        code, summary, messages = self.review("old", "old")
        self.assertEqual(code, 0, summary + messages)
        self.assertFalse(folder.exists())

    def test_a_slower_head_fails(self):
        code, summary, messages = self.review("old", "slower")
        self.assertEqual(code, 1, summary + messages)
        self.assertIn("| **SLOWER** |", summary)
        self.assertIn("FAILED: time", summary)

    def test_a_result_that_moves_fails(self):
        code, summary, messages = self.review("old", "moving")
        self.assertEqual(code, 1, summary + messages)
        self.assertRegex(summary, r"FAILED: delta.*max\\?_perm\\?_delta 0 -")

    def test_a_head_that_does_not_build(self):
        code, _, messages = self.review("old", "broken")
        self.assertEqual(code, 2)
        self.assertIn(f"the build of '{self.commits['broken']}' ended with exit code", messages)
        self.assertRegex(messages, r"error: .*none")

    def test_an_interrupted_build_leaves_nothing_running(self):
        mark = "1234.5678"
        run = subprocess.Popen([PERMDELTA, "ab", "--commits", self.commits["old"], self.commits["slower"], "--build", f"sleep {mark}; true"],
                               cwd=self.project, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        def sleeping():
            found = []
            for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    if path.read_bytes().split(b"\0")[:2] == [b"sleep", mark.encode()]:
                        found.append(path)
            return found

        deadline = time.monotonic() + 60
        while not sleeping():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 1)
        self.assertEqual(out, "")
        self.assertIn("interrupted before the first restart", err)
        while sleeping():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    CMAKE = sys.argv.pop(1)
    BUILD, SOURCE, PERMDELTA = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(3))
    if not (BUILD / "package/permdelta-harness.pc").exists() or shutil.which("git") is None:
        sys.exit(77)
    unittest.main(verbosity=2)
