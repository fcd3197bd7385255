#!/usr/bin/env python3
"""What tools/setup.sh says of a build, on a terminal and elsewhere, and of one that fails.

setup_test.py CMAKE SOURCE [unittest arguments]
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CMAKE = SOURCE = None
STEPS = 20

# All that setup.sh takes of a project: a preset, an option and a target.
PRESETS = """{ "version": 6, "configurePresets": [
  { "name": "release", "generator": "Ninja", "binaryDir": "${sourceDir}/build/release" } ] }"""
PROJECT = f"""cmake_minimum_required(VERSION 3.25)
project(steps LANGUAGES NONE)
option(PERMDELTA_BUILD_TESTS "" OFF)
foreach(step RANGE 1 {STEPS})
  add_custom_command(OUTPUT step${{step}} DEPENDS "${{CMAKE_SOURCE_DIR}}/input"
    COMMAND "${{CMAKE_COMMAND}}" -E copy "${{CMAKE_SOURCE_DIR}}/input" step${{step}})
  list(APPEND steps step${{step}})
endforeach()
add_custom_target(steps DEPENDS ${{steps}})
"""
PROGRAM = "source tools/setup.sh && set_up steps OFF && echo the program"


class Setup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "tools").mkdir()
        shutil.copy(SOURCE / "tools/setup.sh", self.folder / "tools")
        (self.folder / "CMakePresets.json").write_text(PRESETS, encoding="utf-8")
        (self.folder / "CMakeLists.txt").write_text(PROJECT, encoding="utf-8")
        self.input = self.folder / "input"
        self.input.touch()

    def run_program(self, stderr=subprocess.PIPE):
        environment = {**os.environ, "PATH": f"{CMAKE.parent}:{os.environ['PATH']}", "TERM": "xterm", "NINJA_STATUS": "%p as the user likes it "}
        return subprocess.run(["bash", "-c", PROGRAM], cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=stderr,
                              text=True, timeout=60, check=False)

    def test_a_line_for_every_tenth(self):
        run = self.run_program()
        self.assertEqual((run.returncode, run.stdout), (0, "the program\n"), run.stderr)
        building = "permdelta: building build/release (steps)"
        tenths = [f"{building}: {10 * tenth} % ({STEPS // 10 * tenth} of {STEPS})" for tenth in range(1, 11)]
        self.assertEqual(run.stderr.splitlines(), ["permdelta: configuring build/release ...", f"{building} ...", *tenths])
        again = self.run_program()
        self.assertEqual((again.returncode, again.stdout, again.stderr), (0, "the program\n", ""))

    def test_the_builders_own_progress_on_a_terminal(self):
        ours, theirs = os.openpty()
        run = self.run_program(stderr=theirs)
        os.close(theirs)
        said = b""
        with os.fdopen(ours, "rb", buffering=0) as terminal:
            try:  # a read gives what one write left there, and fails in the end: nobody writes any more
                while more := terminal.read(1 << 16):
                    said += more
            except OSError:
                pass
        said = said.decode()
        self.assertEqual((run.returncode, run.stdout), (0, "the program\n"), said)
        self.assertIn("100% as the user likes it", said)
        self.assertNotIn("% (", said)

    def test_a_build_that_fails(self):
        self.input.unlink()
        run = self.run_program()
        self.assertEqual((run.returncode, run.stdout), (1, ""), run.stderr)
        self.assertRegex(run.stderr, r"'[^']*input'.* missing")
        self.assertEqual(run.stderr.splitlines()[-1], "permdelta: failed (exit code 1): building build/release (steps)")


if __name__ == "__main__":
    CMAKE, SOURCE = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
