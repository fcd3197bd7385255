#!/usr/bin/env python3
"""Runs every command of the README and of docs/ that calls one of the programs, in the order of the text, with the files that the
commands before it made. Where docs/ keeps the run that a command makes, the rows have to be the same again, and the exact counters too,
but for those that depend on the machine.

commands_test.py BENCH PERMDELTA OWN_KERNEL REPOSITORY [unittest arguments]
"""

import json
import math
import pathlib
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAMS = {}  # by what a command calls them
REPOSITORY = None
# Commands that build, install or link: those of tests/package and of .ci/run.
OTHERS = re.compile(r"tools/test\.sh$|cmake |c\+\+ |cc |export PKG_CONFIG_PATH=|PKG_CONFIG_PATH=\S+ c\+\+ |python3 examples/")
NUMPY = "python3 -c "

# Rows of more elements are run of one kernel only: the first of these methods that there is, which has the same counters everywhere.
MANY_ELEMENTS = 1 << 16
ALSO_LARGE = ["pairwise", "exact"]

PEERS = ["eigen", "onednn", "openblas", "std_accumulate", "std_reduce"]
# The same bits on every instruction set, or never compiled for one.
EVERYWHERE = ["sequential", "pairwise", "exact", "std_accumulate", "std_reduce"]
CHOOSE_THEMSELVES = ["onednn", "openblas"]  # their code, by the processor
MEASURED = ["real_time", "cpu_time", "iterations", "bytes_per_second", "items_per_second", "bandwidth_fraction"]
SCHEMA = ["name", "family_index", "per_family_instance_index", "run_name", "run_type", "repetitions", "repetition_index", "threads",
          "time_unit", "aggregate_name", "aggregate_unit", "error_occurred", "error_message"]


def documents():
    # The page whose script review_test.py runs is left out.
    return [REPOSITORY / "README.md", *sorted(set((REPOSITORY / "docs").glob("**/*.md")) - {REPOSITORY / "docs/review.md"})]


def commands_of(text):
    """(command, the kept run that is its output, or None), in the order of the text."""
    found = []
    kept = None
    block = None  # inside one: its language
    for line in text.splitlines():
        if fence := re.match(r" *```(\w*)", line):
            block = fence[1] if block is None else None
            if block is None:
                kept = None
        elif block in ("sh", "bash", "shell"):
            if command := line.partition(" #")[0].strip():
                found.append((command, None))
        elif block is not None:
            if line.startswith("$ "):
                found.append((line[2:], kept))
        else:
            if comment := re.match(r"<!-- output: (\S+) -->", line):
                kept = comment[1]
            found += [(span, None) for span in re.findall(r"`(\./[^`]+)`", line)]
    return found


def method_of(name):
    return name.split("/")[1]


def elements_of(name):
    axes = dict(part.split(":") for part in name.split("/")[4:] if ":" in part)
    return int(axes["n"]) * int(axes.get("rows", 1))


def without(arguments, *flags):
    return [a for a in arguments if a.partition("=")[0] not in [f"--{flag}" for flag in flags]]


def rows_of(run):
    """One of a name: medians where there are repetitions. Their exact counters are those of each."""
    rows = {}
    for row in run["benchmarks"]:
        if row.get("aggregate_name", "median") == "median":
            rows.setdefault(row["run_name"], row)
    return rows


def chosen_of(names):
    """Those that are run."""
    large = next((method for method in ALSO_LARGE if method in map(method_of, names)), None)
    return [name for name in names if elements_of(name) <= MANY_ELEMENTS or name.split("/")[1:4] == [large, "fp32", "normal"]]


def library(context, peer):
    """Of a peer's name, as the context spells it: its version."""
    return [entry for entry in context["libraries"].split(", ") if entry.lower().startswith(peer)]


def is_comparable(name, counter, kept, now):
    """Whether it may be held against the kept one; `kept` and `now` are the contexts."""
    method = method_of(name)
    if name.startswith("network/") and (kept["isa"], kept.get("matrix_products", now["matrix_products"])) != (
            now["isa"], now["matrix_products"]):
        return False
    if method in CHOOSE_THEMSELVES:
        return (kept["cpu_name"], kept["isas_runnable"], library(kept, method)) == (
            now["cpu_name"], now["isas_runnable"], library(now, method))
    if method == "eigen":
        return (kept["isa"], library(kept, method)) == (now["isa"], library(now, method))
    if counter == "fallback_rate":  # of blocks, which are as long as a set likes them
        return kept["isa"] == now["isa"]
    if method in EVERYWHERE:
        return True
    if counter == "isa_delta_ulp":
        return (kept["isa"], kept["isas_runnable"]) == (now["isa"], now["isas_runnable"])
    return kept["isa"] == now["isa"]


def npy(shape):
    """A .npy file of float32 as numpy.save writes it."""
    header = repr({"descr": "<f4", "fortran_order": False, "shape": shape})
    header += " " * (-(len(header) + 11) % 64) + "\n"
    count = math.prod(shape)
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() +
            struct.pack(f"<{count}f", *(math.sin(k * k) for k in range(count))))


def execute(command, folder):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=1200)


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        (cls.folder / "docs").symlink_to(REPOSITORY / "docs")
        # What the text begins with, and what a later command makes: a run that is kept.
        (cls.folder / "acts.npy").write_bytes(npy((16, 1000)))
        (cls.folder / "old").mkdir()
        for path in (cls.folder / "bench", cls.folder / "old" / "bench"):
            path.symlink_to(PROGRAMS["./bench"])
        cls.kept = {path.name: path for path in (REPOSITORY / "docs").glob("*_run.json")}
        for path in cls.kept.values():
            shutil.copy(path, cls.folder)
        cls.isas = {line.split()[1] for line in execute([PROGRAMS["./bench"], "--list_kernels", "--isa=all"], ".").stdout.splitlines()[1:]}

    def setUp(self):
        self.counted = {"commands": 0, "rows": 0, "counters": 0, "of another machine": 0}
        self.compared = {name: 0 for name in self.kept}

    def test_every_command(self):
        for document in documents():
            for command, kept in commands_of(document.read_text(encoding="utf-8")):
                with self.subTest(command):
                    self.take(command, kept)
        print("{commands} commands were run; {rows} rows and {counters} counters compared with those kept, {of another machine} counters "
              "left out because they depend on the machine;".format_map(self.counted),
              ", ".join(f"{count} of {name}" for name, count in self.compared.items()))
        for what in ("commands", "rows", "counters"):
            self.assertGreater(self.counted[what], 0, what)
        self.assertGreater(min(self.compared.values()), 0, f"kept runs of which nothing was compared: {self.compared}")

    def test_the_check_objects(self):
        """To commands that fail or that it does not know, and to a run that was another one."""
        for command in ("./bench --benchmark_filter=nothing_is_called_so", "./bench --no_such_flag", "./permdelta eval mean/pairwise/fp32",
                        "./nonsense", "./bench --list_kernels | sort", "tools/new.sh"):
            with self.subTest(command), self.assertRaises(AssertionError):
                self.take(command, None)
        command, kept = next((command, kept) for command, kept in commands_of(documents()[0].read_text(encoding="utf-8")) if kept)
        path = self.folder / "other_run.json"
        self.kept = {pathlib.PurePath(kept).name: path}
        self.compared = {path.name: 0}
        text = (REPOSITORY / kept).read_text(encoding="utf-8")
        path.write_text(text)
        self.take(command, kept)
        before = self.compared[path.name]
        self.assertGreater(before, 0)
        for pattern, other in ((r'(layernorm/exact/.*"max_perm_delta":)[^,]+', r"\g<1>0.5"), ("layernorm/exact", "layernorm/other"),
                               (r'(layernorm/pairwise/.*"split_delta_ulp":)[^,}]+', r"\g<1>99"), ('"seed": 42', '"seed": 43'),
                               (r'(layernorm/exact[^\n]*?)"run_type"', r'\1"error_occurred":true,"run_type"')):
            changed = re.sub(pattern, other, text)
            self.assertNotEqual(changed, text)
            path.write_text(changed)
            with self.subTest(pattern), self.assertRaises(AssertionError):
                self.take(command, kept)

    def take(self, command, kept):
        if OTHERS.match(command):
            return
        if command.startswith(NUMPY):
            return self.make_array(command)
        program, *arguments = shlex.split(command.removeprefix("cd build/release/bin && "))
        self.assertIn(program, PROGRAMS, "an unknown kind of command: say how it is run, or that it is another test's")
        self.assertFalse({"&&", "||", "|", ";", ">", "<"} & set(arguments), "more than one command")
        self.counted["commands"] += 1
        if program.endswith("permdelta"):
            self.run_permdelta(arguments)
        else:
            self.run_bench(PROGRAMS[program], arguments, kept)

    def make_array(self, command):
        """x.npy, and the means that NumPy says it has."""
        _, *arguments = shlex.split(command)
        run = execute([sys.executable, *arguments], self.folder)
        if run.returncode != 0 and "No module named 'numpy'" in run.stderr:
            print("NumPy is not installed: the command that needs it is left out")
            (self.folder / "x.npy").write_bytes(npy((3, 1000)))
            return
        self.assertEqual(run.returncode, 0, run.stderr)
        self.counted["commands"] += 1
        self.by_numpy = run.stdout

    def run_permdelta(self, arguments):
        if arguments[0] == "compare" and "--fail-on" in arguments:
            self.give_times_of(*arguments[1:3])
        if arguments[0] == "ab":
            arguments = ["ab", "--pairs=3", "--batch=100us", *arguments[1:]]
        run = execute([PROGRAMS["./permdelta"], *arguments], self.folder)
        if "--format=svg" in arguments and not shutil.which("node"):
            self.assertEqual(run.returncode, 2)
            self.assertIn("Node.js", run.stderr)
            return
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        if "-o" in arguments:
            made = self.folder / arguments[arguments.index("-o") + 1]
            self.assertTrue(list(made.glob("*.svg")) if made.is_dir() else made.stat().st_size)
        else:
            self.assertTrue(run.stdout)
        if arguments[0] == "eval" and hasattr(self, "by_numpy"):
            self.assertEqual(run.stdout, self.by_numpy)

    def give_times_of(self, base, contender):
        """A gate on times would trip where the machine was busy."""
        base, contender = self.folder / base, self.folder / contender
        run, others = json.loads(contender.read_text()), json.loads(base.read_text())["benchmarks"]
        self.assertEqual([row["name"] for row in run["benchmarks"]], [row["name"] for row in others])
        for row, other in zip(run["benchmarks"], others):
            row.update({key: other[key] for key in MEASURED if key in other})
        contender.write_text(json.dumps(run))

    def run_bench(self, program, arguments, kept):
        if "--list_kernels" in arguments:
            run = execute([program, *arguments], self.folder)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertGreater(len(run.stdout.splitlines()), 25)
            return
        out = next((a.partition("=")[2] for a in arguments if a.startswith("--benchmark_out=")), None)
        if out in self.kept:
            self.assertIsNone(kept)
            kept = f"docs/{out}"
        arguments = without(arguments, "benchmark_out")
        listed = execute([program, *arguments, "--benchmark_list_tests"], self.folder)
        named = set(re.findall(r"\b(?:sse2|avx2|avx512|neon64)\b", " ".join(arguments)))
        if named and not named & self.isas:
            print(f"left out, because this machine runs none of {', '.join(sorted(named))}: {shlex.join(arguments)}")
            self.assertEqual(listed.returncode, 3, listed.stderr)
            return
        self.assertEqual(listed.returncode, 0, listed.stderr)
        names = listed.stdout.split()
        self.assertTrue(names)
        if kept is None:
            few = without(arguments, "orders") + ["--orders=2", "--network_shape=2x8x2"]
            if not any(a.startswith(("--sizes=", "--input=")) for a in arguments):
                few.append("--sizes=16,4096")
            run = self.json_of(program, few, out)
            self.assertTrue(run["benchmarks"])
            for row in run["benchmarks"]:
                self.check_error(row)
        else:
            self.compare(program, arguments, names, self.kept[pathlib.PurePath(kept).name], out)

    def json_of(self, program, arguments, out):
        out = self.folder / (out or "unnamed.json")
        out.unlink(missing_ok=True)
        run = execute([program, *arguments, "--benchmark_min_time=0", f"--benchmark_out={out.name}"], self.folder)
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(out.read_text())

    def check_error(self, row):
        """A sum of many need not fit into a half."""
        if row.get("error_occurred"):
            self.assertRegex(row["name"], r"^sum/\w+/fp16/", row)
            self.assertEqual(row["error_message"], "the correctly rounded result overflows fp16", row["name"])

    def compare(self, program, arguments, names, path, out):
        kept = json.loads(path.read_text())
        rows = rows_of(kept)
        absent = set(rows) ^ set(names)
        self.assertFalse({name for name in absent if method_of(name) not in PEERS}, "rows of one side only")
        chosen = chosen_of(names)
        self.assertEqual({elements_of(name) for name in chosen}, {elements_of(name) for name in names})
        again = without(arguments, "benchmark_filter", "benchmark_repetitions", "benchmark_report_aggregates_only",
                        "benchmark_enable_random_interleaving")
        again.append(f"--benchmark_filter=^({'|'.join(map(re.escape, chosen))})$")
        if kept["context"]["isa"] in self.isas:
            again.append(f"--isa={kept['context']['isa']}")
        run = self.json_of(program, again, out)
        for key in ("seed", "orders"):
            self.assertEqual(run["context"][key], kept["context"][key], key)
        now = rows_of(run)
        self.assertEqual(set(now), set(chosen))
        wrong = []
        older = set().union(*now.values()) - set().union(*rows.values())  # counters that the kept run is older than
        for name in set(now) & set(rows):
            self.counted["rows"] += 1
            if now[name].get("error_occurred") != rows[name].get("error_occurred"):
                wrong.append(f"{name}: kept {rows[name].get('error_message', 'no error')}, now {now[name].get('error_message', 'no error')}")
                continue
            self.check_error(now[name])
            for counter in (set(rows[name]) | set(now[name])) - {*MEASURED, *SCHEMA, *older}:
                if not is_comparable(name, counter, kept["context"], run["context"]):
                    self.counted["of another machine"] += 1
                    continue
                self.counted["counters"] += 1
                self.compared[path.name] += 1
                if rows[name].get(counter) != now[name].get(counter):
                    wrong.append(f"{name} {counter}: kept {rows[name].get(counter)}, now {now[name].get(counter)}")
        self.assertFalse(wrong, f"{len(wrong)} counters differ from {path.name}\n" + "\n".join(sorted(wrong)))


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    BENCH, PERMDELTA, OWN_KERNEL, REPOSITORY = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(4))
    PROGRAMS = {"./bench": BENCH, "tools/bench.sh": BENCH, "./permdelta": PERMDELTA, "build/release/bin/permdelta": PERMDELTA,
                "own_kernel": OWN_KERNEL}
    unittest.main()
