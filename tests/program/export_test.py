#!/usr/bin/env python3
"""`permdelta export` as a user runs it: the formats that no program here reads, and each kind of misuse.

export_test.py PERMDELTA [unittest arguments]
"""

import csv
import io
import json
import os
import pathlib
import re
import shlex
import statistics
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import benchfmt  # noqa: E402
import export_support as support  # noqa: E402

PERMDELTA = None
FORMATS = ["benchfmt", "openmetrics", "influx", "github", "github-bigger", "bencher", "csv", "jsonl"]
TIMED = ["openmetrics", "influx", "csv", "jsonl"]
LOWER = {"max_perm_delta", "perm_delta_ulp", "distinct_results", "max_error_ulp", "split_delta_ulp", "isa_delta_ulp", "fallback_rate",
         "layer_01_delta"}
HIGHER = {"bytes_per_second", "items_per_second", "bandwidth_fraction"}
EXACT = LOWER | {"orders"}
ULPS = {"perm_delta_ulp", "max_error_ulp", "split_delta_ulp", "isa_delta_ulp"}


def clock_of(row):
    return "real_time" if re.search("/(real|manual)_time(/|$)", row) else "cpu_time"


def better(metric):
    return "lower" if metric in LOWER | {"cpu_time", "real_time"} else "higher" if metric in HIGHER else ""


class Export(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.stranger = support.write_stranger(self.folder)
        self.all = [*support.OURS, self.stranger]

    def export(self, path, form, *arguments):
        run = support.call(PERMDELTA, "export", path, "--to", form, *arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        lines = run.stderr.splitlines()
        self.assertEqual(len(lines), len(support.STRANGERS_WARNINGS) if path == self.stranger else 0, run.stderr)
        for line, warning in zip(lines, support.STRANGERS_WARNINGS):
            self.assertTrue(line.startswith(f"permdelta: warning: '{path}': {warning}"), line)
        return run.stdout


class Benchfmt(Export):
    UNITS = {"bytes_per_second": "B/s", "items_per_second": "elems/s", "cache misses": "cache_misses", "MB/s": "MB_s",
             "naïve, \"x\"=\ty\\": "naïve,_\"x\"=\\x09y\\"}
    # Names of Go's in place of those that it could not have.
    NAMES = {"BM x": "BenchmarkBM_x", "BM_x": "BenchmarkBM_x_2", "bM_x": "BenchmarkBM_x_3", "日本/42-8": "BenchmarkX日本/42-8-1",
             "we ird, a=b \"q\" ünï\u00a0\u3000x\n\0=\\": "BenchmarkWe_ird,_a=b_\"q\"_ünï__x\\x0a\\x00=\\",
             "back\\\\slash\\,\\ \\=\\\"": "BenchmarkBack\\\\slash\\,\\_\\=\\\""}

    def name_of(self, row):
        if row in self.NAMES:
            return self.NAMES[row]
        base, *rest = support.parts_of(row).items()
        return "/".join(["Benchmark" + base[1][0].upper() + base[1][1:],
                         *(f"{'dist' if key == 'distribution' else key}={value.replace('/', '_')}" for key, value in rest)])

    def test_every_number(self):
        count = 0
        for path in self.all:
            _, units, results = benchfmt.read(self.export(path, "benchfmt"))
            results = iter(results)
            for row, repetitions in support.numbers_of(path).items():
                for numbers in repetitions:
                    name, iterations, values = next(results)
                    self.assertEqual(name, self.name_of(row))
                    self.assertEqual(iterations, numbers.pop("iterations"))
                    times = {"real_time": numbers.pop("real_time"), "cpu_time": numbers.pop("cpu_time")}
                    expected = {"ns/op": times[clock_of(row)]}
                    for metric, value in numbers.items():
                        unit = self.UNITS.get(metric, metric)
                        expected[unit] = value
                        said = {"better": better(metric), "assume": "exact" if metric in EXACT else "nothing"}
                        self.assertEqual(units[benchfmt.tidy(unit)[0]], {key: value for key, value in said.items() if value})
                    self.assertEqual(units["sec/op"], {"better": "lower", "assume": "nothing"})
                    self.assertEqual({unit: support.bits(value) for unit, value in values.items()},
                                     {unit: support.bits(value) for unit, value in expected.items()})
                    count += len(values)
            self.assertEqual(list(results), [])
        self.assertGreater(count, 2000)
        print(f"\n{count} numbers back from Go's format", file=sys.stderr)

    def test_parts_of_names_are_those_that_benchstat_knows(self):
        results = benchfmt.read(self.export(support.OURS[0], "benchfmt"))[2]
        base, parts, processors = benchfmt.parts_of(results[0][0])
        self.assertEqual((base, dict(parts), processors),
                         ("Layernorm", {"method": "sequential", "type": "fp32", "dist": "normal", "n": "4096"}, 1))
        self.assertEqual(benchfmt.parts_of(self.NAMES["日本/42-8"]), ("X日本", ["42-8"], 1))

    def test_the_configuration_is_what_makes_runs_incomparable(self):
        configuration = benchfmt.read(self.export(support.OURS[0], "benchfmt", "--tag=commit=1a 2b"))[0]
        self.assertEqual(configuration["cpu_name"], "AMD EPYC")
        self.assertEqual(configuration["seed"], "42")
        self.assertEqual(configuration["commit"], "1a 2b")
        self.assertFalse({"date", "host_name", "load_avg", "mhz_per_cpu", "bandwidth_gb_per_s"} & set(configuration))
        configuration = benchfmt.read(self.export(self.stranger, "benchfmt"))[0]
        self.assertEqual(configuration, {"num_cpus": "8", "commit_id": "1a2b\\x0a3c", "compiler": "clang, \"18\"=x y\\"})

    def test_the_reader_objects(self):
        good = "cpu: x\nUnit ns/op better=lower assume=nothing\nUnit max_perm_delta better=lower assume=exact\n"
        good += "BenchmarkSum/n=2-1 5 1.5 ns/op 0 max_perm_delta\n"
        self.assertEqual(len(benchfmt.read(good)[2]), 1)
        wrong = [("BenchmarkSum", "Benchmarksum"), ("BenchmarkSum/n=2", "BenchmarkSum n=2"), (" 5 ", " 0 "), (" 5 ", " 5.5 "), (" 5 ", " "),
                 ("1.5", "NaN"), ("1.5", "1,5"), ("1.5", ".5"), (" 0 max_perm_delta", " 0"), (" 0 max_perm_delta", " 0 ns/op"),
                 (" 0 max_perm_delta", " 0 sec/op"), (" 0 max_perm_delta", " 0 other"), ("max_perm_delta\n", "max\u00a0perm_delta\n"),
                 ("better=lower assume=exact", "better=less"), ("assume=exact", "assume=exactly"), ("better=lower assume=exact", "lower"),
                 ("max_perm_delta better", "sec/op better=higher"), ("Unit max_perm_delta better=lower assume=exact", "Unit max_perm_delta"),
                 ("cpu: x", "Cpu: x"), ("cpu: x", "cpu:x"), ("cpu: x", "the cpu: x"), ("cpu: x", "cpu: x\ncpu: y"), ("cpu: x", ""),
                 ("max_perm_delta\n", "max_perm_delta\ncpu: y\n")]
        for before, after in wrong:
            text = after.join(good.rsplit(before, 1))
            self.assertNotEqual(text, good)
            with self.assertRaises(benchfmt.Wrong, msg=f"{before} -> {after}"):
                benchfmt.read(text)
        with self.assertRaises(benchfmt.Wrong):
            benchfmt.read(good[:-1])


def require(condition, what):
    if not condition:
        raise ValueError(what)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def check_github(entries):
    """The schema of github-action-benchmark's custom tools."""
    require(isinstance(entries, list), "an array")
    for entry in entries:
        require(isinstance(entry, dict) and {"name", "unit", "value"} <= set(entry) <= {"name", "unit", "value", "range", "extra"}, "keys")
        require(all(isinstance(text, str) and text for key, text in entry.items() if key != "value"), "texts")
        require(is_number(entry["value"]), "a number")
    require(len({entry["name"] for entry in entries}) == len(entries), "a name twice")


def check_bencher(benchmarks):
    """The schema of Bencher's metric format."""
    require(isinstance(benchmarks, dict), "an object")
    for name, measures in benchmarks.items():
        require(name and isinstance(measures, dict) and measures, "measures")
        for measure, metric in measures.items():
            require(measure and isinstance(metric, dict) and {"value"} <= set(metric) <= {"value", "lower_value", "upper_value"}, "keys")
            require(all(map(is_number, metric.values())), "numbers")
            require(metric.get("lower_value", metric["value"]) <= metric["value"] <= metric.get("upper_value", metric["value"]), "their order")


def refuse(text):
    raise ValueError(f"{text} is not JSON")


def unique(pairs):
    require(len(dict(pairs)) == len(pairs), f"a name twice: {pairs}")
    return dict(pairs)


def strict(text):
    return json.loads(text, parse_constant=refuse, object_pairs_hook=unique)


def by_metric(repetitions):
    values = {}
    for numbers in repetitions:
        for metric, value in numbers.items():
            values.setdefault(metric, []).append(value)
    return values


class Dashboards(Export):
    def test_github(self):
        count = 0
        for path in self.all:
            for form, direction in [("github", "lower"), ("github-bigger", "higher")]:
                entries = strict(self.export(path, form, "--tag=commit=1a 2b"))
                check_github(entries)
                found = {entry["name"]: entry for entry in entries}
                for row, repetitions in support.numbers_of(path).items():
                    for metric, values in by_metric(repetitions).items():
                        if better(metric) != direction or metric in {"cpu_time", "real_time"} - {clock_of(row)}:
                            continue
                        entry = found.pop(f"{row} {metric}")
                        middle = statistics.median(values)
                        self.assertEqual(entry["value"], middle)
                        if metric in ("cpu_time", "real_time"):
                            self.assertEqual(entry["unit"], "ns")
                        spread = max(max(values) - middle, middle - min(values))
                        self.assertEqual(float(entry["range"].removeprefix("± ")) if "range" in entry else None,
                                         spread if len(values) > 1 else None)
                        self.assertTrue(entry["extra"].startswith(f"{direction} is better" + (", exact\n" if metric in EXACT else "\n")))
                        self.assertTrue(entry["extra"].endswith("\ncommit: 1a 2b"))
                        count += 1
                self.assertEqual(found, {})
        self.assertGreater(count, 1500)
        print(f"\n{count} entries for GitHub", file=sys.stderr)

    def test_bencher(self):
        count = 0
        for path in self.all:
            found = strict(self.export(path, "bencher"))
            check_bencher(found)
            rows = support.numbers_of(path)
            self.assertEqual(set(found), set(rows))
            for row, repetitions in rows.items():
                values = by_metric(repetitions)
                times = {clock: values.pop(clock) for clock in ("cpu_time", "real_time")}
                values.pop("iterations")
                values = {"latency": times[clock_of(row)], **{"latency_2" if key == "latency" else key: own for key, own in values.items()}}
                expected = {measure: {"value": statistics.median(own),
                                      **({"lower_value": min(own), "upper_value": max(own)} if len(own) > 1 else {})}
                            for measure, own in values.items()}
                self.assertEqual(found[row], expected)
                count += len(expected)
        self.assertGreater(count, 2000)
        print(f"\n{count} measures for Bencher", file=sys.stderr)

    def test_the_schemas_object(self):
        entry = {"name": "a", "unit": "ns", "value": 1}
        check_github([entry, {**entry, "name": "b", "range": "± 1", "extra": "x"}])
        for wrong in [{}, [1], [{"name": "a", "unit": "ns"}], [{**entry, "value": "1"}], [{**entry, "value": True}], [{**entry, "unit": ""}],
                      [{**entry, "range": 1}], [{**entry, "more": "x"}], [entry, entry]]:
            with self.assertRaises(ValueError, msg=wrong):
                check_github(wrong)
        metric = {"value": 2, "lower_value": 1, "upper_value": 2}
        check_bencher({"a": {"latency": metric, "b": {"value": 1}}})
        for wrong in [[], {"a": 1}, {"a": {}}, {"a": {"latency": 1}}, {"": {"latency": metric}}, {"a": {"latency": {}}},
                      {"a": {"latency": {**metric, "value": "2"}}}, {"a": {"latency": {**metric, "lower_value": 3}}},
                      {"a": {"latency": {**metric, "upper_value": 1}}}, {"a": {"latency": {**metric, "x": 1}}}]:
            with self.assertRaises(ValueError, msg=wrong):
                check_bencher(wrong)
        for wrong in ["[NaN]", '{"a":1,"a":2}', "[1"]:
            with self.assertRaises(ValueError, msg=wrong):
                strict(wrong)


class Tidy(Export):
    def check(self, path, lines):
        """Each a mapping of texts and numbers; returns how many numbers there were."""
        context = json.loads(path.read_text(encoding="utf-8"))["context"]
        lines, count = iter(lines), 0
        for row, repetitions in support.numbers_of(path).items():
            parts = support.parts_of(row)
            known = {key: str(context[key]) for key in ("cpu_name", "compiler", "seed") if key in context}
            if "isa" in context and "isa" not in parts:
                known["isa"] = context["isa"]
            for i, numbers in enumerate(repetitions):
                for metric, value in numbers.items():
                    line = next(lines)
                    self.assertEqual(support.bits(float(line.pop("value"))), support.bits(value), (row, metric))
                    unit = line.pop("unit")
                    if metric in ULPS | {"real_time", "cpu_time", "bytes_per_second"}:
                        self.assertEqual(unit, "ulp" if metric in ULPS else "B/s" if metric == "bytes_per_second" else "ns")
                    self.assertEqual(bool(unit), metric in EXACT | HIGHER | {"real_time", "cpu_time", "iterations"})
                    self.assertEqual(line.pop("exact"), metric in EXACT)
                    self.assertEqual(line.pop("better"), better(metric))
                    self.assertEqual(line.pop("aggregated"), "speed" in path.name)
                    self.assertEqual(int(line.pop("repetition")), i)
                    self.assertEqual(line, {**parts, **known, "run": str(path), "date": "2026-11-23T01:32:38.5Z", "row": row, "metric": metric,
                                            "commit": "1a, \"2b\"", **({"label": "a, \"b\""} if "BM_sort" in row else {})})
                    count += 1
        self.assertEqual(list(lines), [])
        return count

    def test_csv(self):
        count = 0
        for path in self.all:
            text = self.export(path, "csv", "--tag=commit=1a, \"2b\"", "--timestamp=2026-11-23T02:32:38.5+01:00")
            head, *lines = csv.reader(io.StringIO(text, newline=""), strict=True)
            self.assertEqual(len(set(head)), len(head))
            self.assertEqual({len(line) for line in lines}, {len(head)})
            always = {"unit", "better"}
            lines = [{key: {"true": True, "false": False}[value] if key in ("exact", "aggregated") else value
                      for key, value in zip(head, line) if value or key in always} for line in lines]
            count += self.check(path, lines)
        self.assertGreater(count, 2500)
        print(f"\n{count} numbers back from CSV", file=sys.stderr)

    def test_json_lines(self):
        count = 0
        for path in self.all:
            text = self.export(path, "jsonl", "--tag=commit=1a, \"2b\"", "--timestamp=2026-11-23T02:32:38.5+01:00")
            count += self.check(path, [strict(line) for line in text.removesuffix("\n").split("\n")])
        self.assertGreater(count, 2500)
        print(f"\n{count} numbers back from JSON lines", file=sys.stderr)

    def test_the_check_objects(self):
        text = self.export(self.stranger, "jsonl", "--tag=commit=1a, \"2b\"", "--timestamp=2026-11-23T02:32:38.5+01:00")
        lines = [json.loads(line) for line in text.removesuffix("\n").split("\n")]
        for change in [{"value": 1.5000000000000002}, {"unit": "s"}, {"better": "higher"}, {"exact": True}, {"repetition": 1}, {"name": "x"},
                       {"date": "2026-11-23"}, {"more": "x"}]:
            wrong = [dict(line) for line in lines]
            wrong[1].update(change)  # a real_time
            with self.assertRaises(AssertionError, msg=change):
                self.check(self.stranger, wrong)

    def test_the_date_is_the_runs_own(self):
        for path, date in [(support.OURS[0], "2026-11-23T04:15:17Z"), (self.stranger, "2024-05-06T05:08:09Z")]:
            self.assertEqual({json.loads(line)["date"] for line in self.export(path, "jsonl").splitlines()}, {date})


class Misuse(Export):
    """One line on stderr, nothing on stdout, the right exit code, the output file as it was."""

    def expect(self, code, mentions, *arguments, **options):
        output = self.folder / "out"
        output.write_text("precious")
        run = support.call(PERMDELTA, *arguments, **options)
        self.assertEqual(run.returncode, code, f"{arguments}: {run.stderr}")
        self.assertIn(run.stdout, ("", None))
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        self.assertTrue(run.stderr.startswith("permdelta: "), run.stderr)
        for text in mentions:
            self.assertIn(text, run.stderr)
        self.assertEqual(output.read_text(), "precious")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["out", "stranger.json"])

    def setUp(self):
        super().setUp()
        self.run_file = support.OURS[0]
        self.good = ["export", self.run_file, "--to", "csv", "-o", self.folder / "out"]

    def test_usage(self):
        self.expect(2, ["RUN.json is required"], "export", "--to=csv")
        self.expect(2, ["--to is required"], "export", self.run_file)
        for form in ("xml", "CSV", "csv,jsonl", "prometheus"):
            self.expect(2, [f"--to: unknown format '{form}'; allowed: {', '.join(FORMATS)}"], "export", self.run_file, f"--to={form}")
        for flag in ("--to", "--timestamp", "--tag", "--output"):
            self.expect(2, [f"{flag}: 1 required"], "export", self.run_file, "--to=csv", f"{flag}=")
        self.expect(2, ["stray"], *self.good, "stray")
        self.expect(2, ["--frobnicate"], *self.good, "--frobnicate")

    def test_timestamps(self):
        for text in ("now", "-1", "1e9", "2026-02-29", "2026-11-23T25:00", "9999-01-01", "1970-01-01T00:00+01:00"):
            self.expect(2, [f"--timestamp: '{text}' is none; allowed: seconds"], *self.good, f"--timestamp={text}")
        for form in set(FORMATS) - set(TIMED):
            self.expect(2, [f"--timestamp: {form} has no time; these have: {', '.join(TIMED)}"],
                        "export", self.run_file, "--to", form, "--timestamp=0")

    def test_tags(self):
        for tag, why in [("commit", "no '='"), ("=x", "key"), ("Commit=x", "key"), ("1a=x", "key"), ("_a=x", "key"),
                         ("a-b=x", "key"), ("ä=x", "key"), ("a b=x", "key"), ("commit=", "empty"), ("commit=a\nb", "control"),
                         ("n=3", "'n' is something else"), ("operation=x", "something else"), ("isa=x", "something else"),
                         ("time=1", "something else"), ("repetition=1", "something else"), ("le=1", "something else")]:
            self.expect(2, ["--tag: '", why], *self.good, f"--tag={tag}")
        self.expect(2, ["'commit' is something else"], *self.good, "--tag=commit=a", "--tag=commit=a")
        self.expect(2, ["the value is not valid UTF-8"], *self.good, b"--tag=commit=\xff".decode(errors="surrogateescape"), errors="surrogateescape")
        self.expect(2, ["--tag: bencher has no tags"], "export", self.run_file, "--to=bencher", "--tag=commit=x")
        self.expect(2, ["stray=2"], *self.good, "--tag", "commit=a", "stray=2")

    def test_files(self):
        for form in FORMATS:
            self.expect(2, ["No such file"], "export", self.folder / "missing.json", "--to", form, "-o", self.folder / "out")
            self.expect(2, ["Is a directory"], "export", self.folder, "--to", form)
            self.expect(2, ["the file is an array"], "export", "/dev/stdin", "--to", form, input="[]")
        text = self.run_file.read_text().replace('"date"', '"no_date"', 1)
        self.expect(2, ["no date", "--timestamp"], "export", "/dev/stdin", "--to=influx", input=text)

    def test_output_that_cannot_be_written(self):
        good = self.good[:-2]
        for form in FORMATS:
            good[-1] = form
            self.expect(1, ["/no/such/out", "No such file or directory"], *good, "-o", "/no/such/out")
            self.expect(1, [str(self.folder), "directory"], *good, "-o", self.folder)
            if os.path.exists("/dev/full"):
                self.expect(1, ["/dev/full"], *good, "-o", "/dev/full")
                with open("/dev/full", "w", encoding="ascii") as full:
                    self.expect(1, ["standard output"], *good, stdout=full)

    def test_a_run_of_nothing(self):
        for form in FORMATS:
            run = support.call(PERMDELTA, "export", "/dev/stdin", "--to", form, input='{"context":{"date":"2026-11-23"},"benchmarks":[]}')
            self.assertEqual(run.returncode, 0)
            self.assertEqual(run.stderr, "permdelta: warning: '/dev/stdin': nothing in it to export\n")
            if form in ("github", "github-bigger", "bencher"):
                self.assertFalse(strict(run.stdout))

    def test_numbers_too_large_for_nanoseconds_are_left_out(self):
        text = ('{"context":{},"benchmarks":[{"name":"x","iterations":1e300,"real_time":1,"cpu_time":1e305,"time_unit":"s"},'
                '{"name":"y","iterations":1,"real_time":1,"cpu_time":2,"time_unit":"ns"}]}')
        for form in FORMATS:
            arguments = ["--timestamp=1"] if form in TIMED else []
            run = support.call(PERMDELTA, "export", "/dev/stdin", "--to", form, *arguments, input=text)
            self.assertEqual(run.returncode, 0)
            self.assertEqual(run.stderr, "permdelta: warning: '/dev/stdin': 1 number that is not finite: left out\n")
            self.assertNotRegex(run.stdout.lower(), r"\b(inf|nan|null)\b")
            if form == "benchfmt":
                self.assertEqual(len(benchfmt.read(run.stdout)[2]), 1)


class Output(Export):
    def test_a_file_is_what_would_be_printed(self):
        for form in FORMATS:
            printed = self.export(support.OURS[0], form)
            output = self.folder / form
            self.assertEqual(self.export(support.OURS[0], form, "-o", output), "")
            self.assertEqual(output.read_text(encoding="utf-8"), printed)
            self.assertGreater(len(printed), 1000)

    def test_the_readmes_commands(self):
        (self.folder / "run.json").write_bytes(support.OURS[0].read_bytes())
        lines = re.findall(r"^\./permdelta export (.*?) +# ", (support.REPOSITORY / "README.md").read_text(), re.M)
        self.assertEqual({shlex.split(line)[2] for line in lines}, set(FORMATS) - {"jsonl"})
        for line in lines:
            run = support.call(PERMDELTA, "export", *shlex.split(line), cwd=self.folder)
            self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""), line)
            self.assertGreater((self.folder / shlex.split(line)[-1]).stat().st_size, 1000)

    def test_help_names_every_format(self):
        run = support.call(PERMDELTA, "export", "--help")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        for form in FORMATS:
            self.assertRegex(run.stdout, f"\n  {form} ")
        self.assertLessEqual(max(map(len, run.stdout.splitlines())), 110)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PERMDELTA = os.path.abspath(sys.argv.pop(1))
    unittest.main()
