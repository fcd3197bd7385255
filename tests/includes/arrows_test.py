#!/usr/bin/env python3
"""Who includes whom: arrows_test.py SOURCE_DIR holds the includes against CONTRIBUTING's arrows and the tables here.

`a, b -> c -> d` in its paragraph "Arrows go" lets a and b include c and d, and c include d. A name is a folder, a file, or a
file's name without its extension; the arrows behind "inside `kernels`" have the names of that folder.
"""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1))

# What a room's files include of other people's, beside the standard libraries of C, C++ and POSIX.
OTHERS = {
    "kernels": ["xsimd/", "immintrin.h", "emmintrin.h", "xmmintrin.h", "arm_neon.h", "cpuid.h"],
    "npy": [],
    "common": ["CLI/", "nlohmann/"],
    "run": ["nlohmann/"],
    "tools": [],
    "bench": ["benchmark/", "spdlog/", "Eigen/", "xsimd/config/", "omp.h", "emmintrin.h", "immintrin.h", "arm_neon.h", "cpuid.h"],
    "bench/peers": ["Eigen/", "oneapi/", "cblas.h", "openblas_config.h"],
}

# Headers that take a second and more to compile, wherever they are seen, and the sources that see them.
HEAVY = {
    "CLI/CLI.hpp": {"common/command_line.cpp"},
    "nlohmann/json.hpp": {"common/json_writer.cpp", "run/read.cpp"},
    "regex": set(),  # <regex.h> does
    "spdlog/spdlog.h": {"bench/harness.cpp"},
}

def read_tree():
    """{path: text} of all sources below the rooms."""
    rooms = sorted({room.split("/")[0] for room in OTHERS})
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
            for room in rooms for path in sorted((ROOT / room).rglob("*")) if path.suffix in (".cpp", ".hpp", ".h")}


def allowed_by(chains):
    """{name: names it may include} of texts like `a, b -> c`."""
    direct = {}
    for chain in chains:
        steps = [[name.strip() for name in step.split(",")] for step in chain.split("->")]
        for before, after in zip(steps, steps[1:] + [[]]):
            for name in before:
                direct.setdefault(name, set()).update(after)

    def reachable(name, seen):
        for other in direct[name] - seen:
            seen.add(other)
            reachable(other, seen)
        return seen

    return {name: reachable(name, set()) for name in direct}


def read_arrows(text):
    """The arrows between rooms, and those inside `kernels`."""
    paragraph = next(part for part in text.split("\n\n") if part.startswith("Arrows go"))
    between, inside = paragraph.split("inside `kernels`")
    return [allowed_by(re.findall("`([^`]*->[^`]*)`", part)) for part in (between, inside)]


def name_of(path, names):
    """What the arrows call a file: the longest name that is a part of its path; None if none is."""
    stem = path.rsplit(".", 1)[0]
    found = [name for name in names if name in (path, stem) or path.startswith(name + "/")]
    return max(found, key=len, default=None)


def includes_of(tree):
    """(file, what it includes, whether that is the project's), in order."""
    for path, text in tree.items():
        for opening, target in re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', text, re.MULTILINE):
            beside = str(pathlib.PurePosixPath(path).parent / target)
            normal = str(pathlib.PurePosixPath(*normalised(beside)))
            yield path, (normal if opening == '"' and normal in tree else target), opening == '"'


def normalised(path):
    parts = []
    for part in path.split("/"):
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return parts


def is_standard(header):
    return re.fullmatch(r"[a-z_0-9]+|(std\w+|unistd|fcntl|poll|sched|signal|spawn|sys/\w+|time|regex)\.h", header) is not None


def complaints(tree, arrows):
    """What is wrong with the includes, a line each, and how many there are."""
    between, inside = arrows
    wrong, count = [], 0
    seen = {}  # by file: what it includes
    for path, target, is_ours in includes_of(tree):
        count += 1
        seen.setdefault(path, []).append(target)
        room = path.split("/")[0]
        if not is_ours:
            others = OTHERS[name_of(path, OTHERS)]
            if not is_standard(target) and not any(target.startswith(other) for other in others):
                wrong.append(f"{path}: <{target}> is not allowed in {name_of(path, OTHERS)}")
            continue
        if target not in tree:
            wrong.append(f"{path}: there is no '{target}'")
            continue
        other = target.split("/")[0]
        if room != other and other not in between.get(room, set()):
            wrong.append(f"{path}: '{target}', and no arrow goes from {room} to {other}")
        if room == other == "kernels":
            here, there = (name_of(each[len("kernels/"):], inside) for each in (path, target))
            if here is not None and here != there and there not in inside[here]:
                wrong.append(f"{path}: '{target}', and no arrow goes from {here} to {there or 'what the arrows do not name'}")

    def all_of(path, known):
        for target in seen.get(path, []):
            if target not in known:
                known.add(target)
                all_of(target, known)
        return known

    for path in tree:
        known = all_of(path, set()) if path.endswith(".cpp") else set()
        wrong += [f"{path}: it sees <{heavy}>, which is slow to compile" for heavy, where in HEAVY.items()
                  if heavy in known and path not in where]
    return wrong, count


class Arrows(unittest.TestCase):
    tree = read_tree()
    arrows = read_arrows((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))

    def test_the_includes_go_along_them(self):
        wrong, count = complaints(self.tree, self.arrows)
        print(f"{count} includes of {len(self.tree)} files")
        self.assertFalse(wrong, "\n".join(wrong))
        self.assertGreater(count, 2 * len(self.tree))

    def test_they_name_what_there_is(self):
        between, inside = self.arrows
        self.assertEqual(set(between), {room.split("/")[0] for room in OTHERS})
        for name in inside:
            self.assertTrue(any(name_of(path[len("kernels/"):], [name]) for path in self.tree if path.startswith("kernels/")), name)
        for where in HEAVY.values():
            self.assertLessEqual(where, set(self.tree))

    def test_it_objects_to_wrong_ones(self):
        for path, line, complaint in (
                ("run/metric.hpp", '#include "bench/row.hpp"', "no arrow goes from run to bench"),
                ("common/joined.hpp", '#include "kernels/names.hpp"', "no arrow goes from common to kernels"),
                ("npy/npy.hpp", '#include "../common/csv.hpp"', "no arrow goes from npy to common"),
                ("bench/row.cpp", '#include "tools/permdelta/table.hpp"', "no arrow goes from bench to tools"),
                ("kernels/element.hpp", '#include "source.hpp"', "no arrow goes from element to source"),
                ("kernels/native/sse2.hpp", '#include "kernels/summation/kahan.hpp"', "no arrow goes from native to summation"),
                ("kernels/source.hpp", '#include "kernels/catalog.hpp"', "no arrow goes from source to catalog"),
                ("kernels/catalog.cpp", "#include <nlohmann/json.hpp>", "<nlohmann/json.hpp> is not allowed in kernels"),
                ("kernels/parts.hpp", '#  include "run/display.hpp"', "no arrow goes from kernels to run"),
                ("tools/permdelta/table.hpp", "#include <regex>", "tables.cpp: it sees <regex>"),
                ("run/metric.hpp", "#include <nlohmann/json.hpp>", "metric.cpp: it sees <nlohmann/json.hpp>"),
                ("bench/row.hpp", '#include "bench/rows.hpp"', "there is no 'bench/rows.hpp'")):
            with self.subTest(line):
                self.assertIn(path, self.tree)
                wrong, _ = complaints({**self.tree, path: self.tree[path] + line + "\n"}, self.arrows)
                self.assertTrue(any(complaint in each for each in wrong), wrong)


unittest.main(verbosity=2)
