#!/usr/bin/env python3
"""Each header compiles by itself: headers_test.py SOURCE_DIR BUILD_DIR COMPILER FLAGS...

A source's first include was compiled that way when the source was, with its flags, unless precompiled headers came before it.
The others are compiled here, two at a time; those of kernels/native that are no first include belong to other processors.
"""

import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import unittest

ROOT, BUILD, COMPILER, *FLAGS = sys.argv[1:]
ROOT = pathlib.Path(ROOT)
del sys.argv[1:]

ROOMS = ["bench", "common", "kernels", "npy", "run", "tests", "tools"]


def all_headers():
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in (".hpp", ".h")]
    return {str(path.relative_to(ROOT)) for path in found}


def first_includes():
    """Of the sources that the build compiles; none where it does not say which these are."""
    commands = pathlib.Path(BUILD) / "compile_commands.json"
    if not commands.exists():
        return set()
    found = set()
    for command in json.loads(commands.read_text(encoding="utf-8")):
        if "cmake_pch" in command["command"]:
            continue
        first = re.search(r'^#include "([^"]+)"|^#include <', pathlib.Path(command["file"]).read_text(encoding="utf-8"), re.MULTILINE)
        if first is not None and first[1] is not None:
            found.add(first[1])
    return found


def objection(text):
    """What the compiler says of a source with that text; empty if it likes it."""
    command = [COMPILER, *FLAGS, "-fsyntax-only", "-w", "-x", "c++", "-"]
    made = subprocess.run(command, input=text, capture_output=True, text=True, cwd=ROOT, check=False)
    return made.stderr if made.returncode else ""


class Headers(unittest.TestCase):
    def test_each_compiles_alone(self):
        headers = all_headers()
        compiled = headers & first_includes()
        foreign = {each for each in headers - compiled if re.fullmatch(r"kernels/native/(?!native).*", each)}
        left = sorted(headers - compiled - foreign)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            said = dict(zip(left, pool.map(lambda header: objection(f'#include "{header}"\n'), left)))
        print(f"{len(headers)} headers: {len(compiled)} are the first include of a source, {len(said)} compiled here, "
              f"{len(foreign)} of other processors")
        self.assertEqual(len(compiled) + len(said) + len(foreign), len(headers))
        self.assertGreaterEqual(len(headers), 150)
        wrong = {header: text for header, text in said.items() if text}
        self.assertFalse(list(wrong), "\n" + "\n".join(wrong.values()))

    def test_one_that_does_not_is_noticed(self):
        self.assertIn("shape", objection('#include <cstddef>\nnamespace permdelta { std::size_t size(shape); }\n'))
        self.assertIn("no_such.hpp", objection('#include "common/no_such.hpp"\n'))


unittest.main(verbosity=2)
