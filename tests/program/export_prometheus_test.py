#!/usr/bin/env python3
"""What Debian's promtool says to `permdelta export --to openmetrics`: that it is in order, and the same numbers again.

export_prometheus_test.py PERMDELTA [unittest arguments]; skipped (77) without promtool
"""

import pathlib
import re
import shutil
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import export_support as support  # noqa: E402

PERMDELTA = None


def unescaped(text):
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text)


def labels_of(text):
    """As Go's %q writes them, which escapes more than we do."""
    found = re.findall(r'(\w+)=("(?:[^"\\]|\\.)*")', text)
    return {key: unescaped(value[1:-1].replace(r"\u00a0", "\u00a0").replace(r"\u3000", "\u3000")) for key, value in found}


def family_of(metric):
    if metric in ("real_time", "cpu_time"):
        return f"permdelta_{metric}_seconds"
    known = {"iterations", "bytes_per_second", "items_per_second", "bandwidth_fraction", "max_perm_delta", "perm_delta_ulp",
             "distinct_results", "max_error_ulp", "orders", "split_delta_ulp", "isa_delta_ulp", "fallback_rate"}
    return f"permdelta_{metric}" if metric in known or re.fullmatch(r"layer_\d+_delta", metric) else "permdelta_user_value"


def key_of(labels):
    return tuple(sorted(labels.items()))


class Promtool(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.stranger = support.write_stranger(self.folder)

    def export(self, path, *arguments):
        run = support.call(PERMDELTA, "export", path, "--to=openmetrics", *arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def check(self, text):
        run = support.call("promtool", "check", "metrics", input=text)
        return run.returncode, run.stdout + run.stderr

    def create_blocks(self, text):
        file, blocks = self.folder / "metrics.txt", self.folder / "blocks"
        file.write_text(text, encoding="utf-8")
        shutil.rmtree(blocks, ignore_errors=True)
        return support.call("promtool", "tsdb", "create-blocks-from", "openmetrics", file, blocks), blocks

    def test_it_is_silent(self):
        for path in [*support.OURS, self.stranger]:
            for arguments in ([], ["--tag=commit=1a, \"2b\"\\", "--tag", "branch=ünï"]):
                text = self.export(path, *arguments)
                self.assertGreater(text.count("\n"), 50)
                self.assertEqual(self.check(text), (0, ""))

    def test_it_objects_to_wrong_output(self):
        text = self.export(support.OURS[0])
        self.assertEqual(self.check(text), (0, ""))
        for what, wrong in [("a quote", text.replace('method="exact"', 'method="ex"act"')),
                            ("a family torn apart", text + "permdelta_new 1\n" + text.splitlines()[2] + "\n"),
                            ("no help", re.sub("# HELP permdelta_cpu_time_seconds .*\n", "", text)),
                            ("milliseconds", text.replace("_seconds", "_milliseconds")),
                            ("a backslash", text.replace('method="exact"', 'method="exact\\"')),
                            ("a number", re.sub(r" \S+\n", " x\n", text))]:
            self.assertNotEqual(wrong, text)
            self.assertNotEqual(self.check(wrong), (0, ""), what)

    def test_its_database_has_every_number(self):
        count = 0
        for path in [*support.OURS, self.stranger]:
            made, blocks = self.create_blocks(self.export(path, "--timestamp=1700000000.25", "--tag=commit=1a \"2b"))
            self.assertEqual(made.returncode, 0, made.stderr)
            (blocks / "wal").mkdir()  # dump wants one
            dump = support.call("promtool", "tsdb", "dump", blocks)
            self.assertEqual(dump.returncode, 0, dump.stderr)
            found = {}
            for line in dump.stdout.splitlines():
                labels, value, time = re.fullmatch(r"(\{.*\}) (\S+) (\d+)", line).groups()
                self.assertEqual(time, "1700000000250")
                labels = labels_of(labels)
                self.assertEqual(labels.pop("commit"), "1a \"2b")
                self.assertNotIn(key_of(labels), found)
                found[key_of(labels)] = float(value)
            self.assertEqual(len([key for key in found if dict(key)["__name__"] == "permdelta_run_info"]), 1)
            expected = 1
            for row, repetitions in support.numbers_of(path).items():
                for i, numbers in enumerate(repetitions):
                    for metric, value in numbers.items():
                        family = family_of(metric)
                        labels = {"__name__": family, **support.parts_of(row), "repetition": "aggregate" if "speed" in path.name else str(i)}
                        if family == "permdelta_user_value":
                            labels["counter"] = support.one_line(metric)
                        value = value / 1e9 if family.endswith("_seconds") else value
                        self.assertIn(key_of(labels), found, row)
                        self.assertEqual(support.bits(found[key_of(labels)]), support.bits(value), (row, metric))
                        expected += 1
            self.assertEqual(len(found), expected)
            count += expected
        self.assertGreater(count, 2500)
        print(f"\n{count} numbers back from Prometheus' database", file=sys.stderr)

    def test_the_database_objects_to_wrong_output(self):
        text = self.export(support.OURS[0], "--timestamp=1700000000")
        self.assertEqual(self.create_blocks(text)[0].returncode, 0)
        for what, wrong in [("no end", text.replace("# EOF\n", "")),
                            ("no time", text.replace(" 1700000000\n", "\n")),
                            ("a unit that is not in the name", text.replace("seconds seconds", "seconds ulp")),
                            ("a quote", text.replace('method="exact"', 'method="ex"act"'))]:
            self.assertNotEqual(wrong, text)
            self.assertNotEqual(self.create_blocks(wrong)[0].returncode, 0, what)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PERMDELTA = sys.argv.pop(1)
    if not shutil.which("promtool"):
        print("skipped: no promtool here (Debian's package: prometheus)")
        sys.exit(77)
    unittest.main()
