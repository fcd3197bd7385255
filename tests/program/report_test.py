#!/usr/bin/env python3
"""`permdelta report` as a file: a page that needs nothing from outside, holds every number, and is not led astray by names; the
charts that Node.js draws; bad input. What a browser makes of the page is in report_browser_test.py, which shares these readers.

report_test.py PERMDELTA REPOSITORY [unittest arguments]
"""

import hashlib
import html.parser
import itertools
import json
import math
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

PERMDELTA = None
REPOSITORY = None
DOCS = ("readme", "speed", "network", "exact")
SCALES = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
# What the library counts and no metric is.
BOOKKEEPING = {"family_index", "per_family_instance_index", "repetitions", "repetition_index", "threads"}
LIMIT = 5_000_000  # bytes of a page of 5000 rows
HOSTILE = ["</script><script>document.title='pwned'</script>", "<!--", "<!-- <script>",
           "<img src=x onerror=\"document.title='pwned'\">",
           "\"'`&quot;&lt;&amp;", "{{data}}", "{{scripts}}{{page.css}}", "$& $1 $` \\1 %s {0}",
           "\u2028\u2029\u00e9\u4e2d\U0001f600\u202e",
           "]]>", "<svg onload=\"document.title='pwned'\">", "a|b*c_d[e](javascript:alert)", "</title></style></textarea>",
           "tab\there",
           "line\nbreak"]


def report(*arguments, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "errors": "replace", "timeout": 300, **options}
    return subprocess.run([PERMDELTA, "report", *map(str, arguments)], check=False, **options)


def require(condition, message):
    """An assertion for checks that are not methods of a test, so that other tests can see them fail."""
    if not condition:
        raise AssertionError(message)


# The runs, read by another reader.

class Row:
    def __init__(self, name):
        self.name, self.outcome, self.message, self.values = name, None, "", {}
        pieces = name.split("/")
        self.ours = len(pieces) > 4 and re.fullmatch(r"n:\d+", pieces[4]) is not None
        self.n, self.axes = None, {}
        if self.ours:
            self.operation, self.method, self.type, self.distribution = pieces[:4]
            self.n = int(pieces[4][2:])
            self.axes = dict(axis.partition(":")[::2] for axis in pieces[5:] if axis != "real_time")
        self.clock = "real_time" if "real_time" in pieces else "cpu_time"

    def value(self, metric):
        metric = self.clock if metric == "time" else metric
        return statistics.median(self.values[metric]) if self.values.get(metric) else None


def rows_of(path):
    """Rows in the file's order: the repetitions where there are some, else the medians."""
    rows = {}
    entries = json.loads(pathlib.Path(path).read_text())["benchmarks"]
    measured = any(entry.get("run_type", "iteration") == "iteration" and not entry.get("error_occurred") for entry in entries)
    for entry in entries:
        wanted = "" if measured or entry.get("error_occurred") or entry.get("skipped") else "median"
        row = rows.setdefault(entry.get("run_name", entry["name"]), Row(entry.get("run_name", entry["name"])))
        if entry.get("aggregate_name", "") != wanted:
            continue
        if entry.get("error_occurred") or entry.get("skipped"):
            row.outcome = "error" if entry.get("error_occurred") else "skipped"
            row.message = entry.get("error_message") or entry.get("skip_message", "")
            continue
        for key, value in entry.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool) and key not in BOOKKEEPING:
                scale = SCALES[entry["time_unit"]] if key in ("real_time", "cpu_time") else 1
                row.values.setdefault(key, []).append(value * scale)
    return list(rows.values())


# What a chart of a view has to show: a set of (x, value, ...) for each layer, from the rows.

def picked_rows(rows, view, sizes=False, parts=("operation", "type", "distribution")):
    """The rows of a view: all sizes, or only the picked one."""
    return [row for row in rows if row.ours and row.outcome is None and row.method not in view.get("hide", ())
            and all(getattr(row, part) == view[part] for part in parts)
            and all(row.axes.get(axis, "") == value for axis, value in view.get("axes", {}).items())
            and (not sizes or row.n == view["n"])]


def against_n(rows, view, metric, scale=1.0):
    return [{"n": row.n, "y": row.value(metric) * scale, "method": row.method} for row in picked_rows(rows, view)
            if row.value(metric) is not None]


def layer_metrics(row):
    return sorted(metric for metric in row.values if re.fullmatch(r"layer_\d+_delta", metric))


def largest(rows, view, metric):
    """The largest value over all sizes, for every method, type and distribution."""
    found = {}
    for row in picked_rows(rows, view, parts=("operation",)):
        if row.value(metric) is not None:
            key = (row.type, row.distribution, row.method)
            found[key] = max(found.get(key, 0), row.value(metric))
    return [{"distribution": source, "delta": value, "method": method} for (_, source, method), value in found.items()]


def expected_charts(rows, view):
    """The points of every chart there should be, by the chart's name, those of `summary` without the zeros."""
    measure, here = view["measure"], picked_rows(rows, view, sizes=True)
    charts = {
        "throughput": against_n(rows, view, "bytes_per_second", 1e-9),
        "delta": against_n(rows, view, measure),
        "scatter": [{"speed": row.value("bytes_per_second") / 1e9, "y": row.value(measure), "method": row.method} for row in here
                    if row.value("bytes_per_second") is not None and row.value(measure) is not None],
        "summary": largest(rows, view, measure),
        "split": against_n(rows, view, "split_delta_ulp"),
        "isa": against_n(rows, view, "isa_delta_ulp"),
        "network": [{"layer": int(metric.split("_")[1]), "y": row.value(metric), "method": row.method}
                    for row in picked_rows(rows, view) for metric in layer_metrics(row)],
    }
    return {name: points for name, points in charts.items() if points}


def check_all(rows, view, shown):
    """All charts of a view against the rows, {name: marks}. Returns how many marks were compared, by chart."""
    expected = expected_charts(rows, view)
    # Against n, of a single size: there may be no such chart.
    single = {name for name in ("throughput", "delta") if len({p["n"] for p in expected.get(name, [])}) == 1}
    require(set(expected) - single <= set(shown) <= set(expected), f"there are the charts {sorted(shown)} of {sorted(expected)}")
    compared = {}
    for name, marks in shown.items():
        if name in ("split", "isa") and not marks_in(marks, "points"):
            compared[name] = check_chart("summary", marks, largest(rows, view, f"{name}_delta_ulp"))
        else:
            compared[name] = check_chart(name, marks, expected[name])
    return compared


def front_of(points):
    """The methods that no other one beats in both: the faster and steadier."""
    return {p["method"] for p in points
            if not any(q["speed"] >= p["speed"] and q["y"] <= p["y"] and (q["speed"], q["y"]) != (p["speed"], p["y"])
                       for q in points)}


# What a chart shows: its marks by layer, each with what is known of it: to a browser the row behind it, in a file only the place.
# One more layer has all the words.

def layer_of(classes):
    found = re.search(r"\b(?:layer_\d+_)?(\w+?)_marks\b", classes or "")
    return found.group(1) if found else None


def marks_of_svg(text):
    """[[layer, [{"place": (x, y), "text": ...}, ...]], ...] of an SVG file."""
    tree = xml.etree.ElementTree.fromstring(text)
    found = [["words", [{"text": "\n".join(tree.itertext())}]]]
    for group in tree.iter("{http://www.w3.org/2000/svg}g"):
        layer = layer_of(group.get("class"))
        if layer:
            found.append([layer, [{"place": tuple(map(float, re.findall(r"-?\d[-\d.e]*", mark.get("transform") or ""))),
                                   "text": mark.text or ""} for mark in group]])
    return found


def marks_in(marks, layer):
    return [mark for name, group in marks if name == layer for mark in group]


def check_places(name, marks, expected):
    """Points by their places alone: both axes are logarithmic, but for a network's layers, whatever their ends are."""
    across = {"scatter": "speed", "network": "layer"}.get(name, "n")
    places = [mark["place"] for mark in marks_in(marks, "points")]
    solid = [point for point in expected if point["y"] != 0]
    require(len(places) == len(expected), f"{name}: {len(places)} marks, not {len(expected)}")

    def scaled(key, value):
        return value if key == "layer" else math.log(value)

    def fitted(key, axis, points, marks_there):
        """From the values of an axis to places, by the smallest and the largest of both."""
        values, found = [scaled(key, point[key]) for point in points], [mark[axis] for mark in marks_there]
        low, high = min(values), max(values)
        start, end = (min(found), max(found)) if axis == 0 else (max(found), min(found))
        return lambda value: start if high == low else start + (scaled(key, value) - low) / (high - low) * (end - start)

    # The zeros are below all others.
    by_height = sorted(places, key=lambda place: place[1])
    above, below = by_height[:len(solid)], by_height[len(solid):]
    require(not below or not above or below[0][1] > above[-1][1], f"{name}: zeros among the others")
    x = fitted(across, 0, expected, places)
    for points, left, y in ((solid, above, fitted("y", 1, solid, above) if solid else None),
                            ([point for point in expected if point["y"] == 0], below, None)):
        left = list(left)
        for point in points:
            fits = [mark for mark in left if abs(mark[0] - x(point[across])) < 0.1
                    and (not y or abs(mark[1] - y(point["y"])) < 0.1)]
            require(fits, f"{name}: no mark where {point} is")
            left.remove(fits[0])
    return len(places)


def check_chart(name, marks, expected):
    """All marks of a chart against its points: as many, and each where it belongs. Returns how many were compared."""
    require(expected, f"{name}: nothing to compare")
    shown, zeros = marks_in(marks, "points" if name != "summary" else "bars"), marks_in(marks, "zeros")
    everything = len(expected)
    if name == "summary":
        wanted = [point for point in expected if point["delta"] == 0]
        require(len(zeros) == len(wanted), f"summary: {len(zeros)} zeros, not {len(wanted)}")
        if all("method" in zero for zero in zeros):
            require(sorted((z["distribution"], z["method"]) for z in zeros) ==
                    sorted((p["distribution"], p["method"]) for p in wanted), f"summary: zeros are {zeros}")
        expected = [point for point in expected if point["delta"] != 0]
    require(len(shown) == len(expected), f"{name}: {len(shown)} marks, not {len(expected)}")
    rail = marks_in(marks, "rail")
    if any(point.get("y") == 0 for point in expected):
        require(len(rail) == 1, f"{name}: zeros without a rail")
        require(any("exactly 0" in word["text"] for word in marks_in(marks, "words")), f"{name}: a rail without a name")
    if shown and "method" not in shown[0]:
        if name != "summary":
            check_places(name, marks, expected)
        shown = []

    def fits(mark, point):
        for key, value in point.items():
            if isinstance(value, str):
                same = mark[key] == value
            elif key == "y" and value == 0:
                # An exact zero has no place on a log axis: it sits on the rail, below the axis' own numbers.
                same = mark[key] == 0 or mark[key] < rail[0]["floor"]
            else:
                same = math.isclose(mark[key], value, rel_tol=1e-12)
            if not same:
                return False
        return True

    left = list(shown)
    for point in expected if shown else []:
        found = next((i for i, mark in enumerate(left) if fits(mark, point)), None)
        require(found is not None, f"{name}: no mark for {point}")
        left.pop(found)
        if point.get("y") and rail:
            require(point["y"] >= rail[0]["floor"], f"{name}: {point} is on the rail")
    if name in ("throughput", "delta", "split", "isa", "network"):
        lines = len([1 for layer, group in marks if layer == "lines" and group])
        require(lines == len({point["method"] for point in expected}), f"{name}: {lines} lines")
    return everything


# The page as a file.

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
REFERENCES = {"src", "href", "xlink:href", "srcset", "poster", "action", "formaction", "data", "background", "ping", "cite",
              "manifest"}


class Page(html.parser.HTMLParser):
    """Elements, scripts and styles; every element has to be closed by its own end tag."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.texts, self.declarations = [], [], [], []
        self.feed(text)
        self.close()
        require(self.open == [], f"not closed: {self.open}")
        require([text.lower() for text in self.declarations] == ["doctype html"], str(self.declarations))

    def handle_decl(self, decl):
        self.declarations.append(decl)

    def unknown_decl(self, data):
        raise AssertionError(f"not HTML: {data[:40]}")

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            if tag in ("script", "style", "title"):
                self.texts.append((tag, dict(attrs), ""))

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        require(self.open and self.open.pop() == tag, f"</{tag}> closes nothing")

    def handle_data(self, data):
        if self.open and self.open[-1] in ("script", "style", "title"):
            tag, attributes, text = self.texts[-1]
            self.texts[-1] = (tag, attributes, text + data)

    def all(self, tag):
        return [(attributes, text) for name, attributes, text in self.texts if name == tag]

    def block(self, name):
        found = [text for attributes, text in self.all("script") if attributes.get("id") == name]
        require(len(found) == 1, f"{len(found)} blocks {name}")
        return found[0]


def strict(text):
    """JSON as its standard has it: no NaN, no key twice."""
    def constant(name):
        raise AssertionError(f"no JSON: {name}")

    def pairs(items):
        keys = [key for key, _ in items]
        require(len(set(keys)) == len(keys), f"a key twice among {keys[:20]}")
        return dict(items)

    try:
        return json.loads(text, parse_constant=constant, object_pairs_hook=pairs)
    except json.JSONDecodeError as problem:
        raise AssertionError(f"no JSON: {problem}") from problem


def vendored():
    return {path.name: path.read_text(encoding="utf-8")
            for path in sorted((REPOSITORY / "tools" / "report" / "vendor").glob("*.js"))}


def check_outside(page):
    """Nothing is asked of the network. Returns how many places could have."""
    looked = 0
    for tag, attributes in page.elements:
        require(not (tag in ("iframe", "object", "embed", "base", "link") and attributes.get("href", "x")[:5] != "data:"),
                f"a <{tag}>")
        for name, value in attributes.items():
            looked += 1
            if name in REFERENCES:
                require(re.match(r"#|data:", value or "#"), f"<{tag} {name}={value!r}>")
            require(not name.startswith("on"), f"<{tag} {name}>")
        require("refresh" not in attributes.get("http-equiv", ""), "a page that leaves")
    for text in [text for _, text in page.all("style")] + [attributes.get("style") or "" for _, attributes in page.elements]:
        looked += 1
        require("@import" not in text, "@import")
        for target in re.findall(r"url\(\s*['\"]?([^'\")]*)", text):
            require(re.match(r"#|data:", target), f"url({target})")
    libraries = [text.strip() for text in vendored().values()]
    for attributes, text in page.all("script"):
        if text.strip() in libraries or attributes.get("id") == "data":
            continue
        looked += 1
        for address in re.findall(r"(?:https?|wss?):?//[^\s'\"`)]*", text):
            require(re.match(r"http://www\.w3\.org/|https://vega\.github\.io/schema/", address), f"a script names {address}")
        for word in (r"\bfetch\s*\(", "XMLHttpRequest", "WebSocket", "EventSource", "sendBeacon", "importScripts",
                     r"\bimport\s*\("):
            require(not re.search(word, text), f"a script has {word}")
    return looked


def flat(value):
    return [] if value is None else [x for item in value for x in flat(item)] if isinstance(value, list) else [value]


def bits(values):
    return [float(value).hex() for value in values]


def check_data(page, *paths):
    """The data block against the files, number by number. Returns how many there were."""
    block = page.block("data")
    require("<" not in block, "the data block has a `<`, which could end the script")
    data = strict(block)
    require(len(data["runs"]) == len(paths), f"{len(data['runs'])} runs")
    compared = 0
    for run, path in zip(data["runs"], paths):
        rows = rows_of(path)
        names, by_name = run["rows"]["name"], {row.name: row for row in rows}
        require(sorted(names) == sorted(by_name), f"{path}: other names")
        rows = [by_name[name] for name in names]
        require(run["context"] == json.loads(pathlib.Path(path).read_text())["context"], f"{path}: another context")
        metrics = [metric["name"] for metric in run["metrics"]]
        require(len(set(metrics)) == len(metrics), "a metric twice")
        there = {metric for row in rows for metric in row.values}
        require(there - {"iterations"} <= set(metrics), f"{path}: no {there - set(metrics)}")
        for metric, column in zip(metrics, run["values"]):
            require(len(column) == len(rows), f"{path}: {len(column)} values of {metric}")
            for row, cell in zip(rows, column):
                require(bits(flat(cell)) == bits(row.values.get(metric, [])), f"{row.name}: {metric} is {cell}")
                compared += len(flat(cell))
        said = {i: message for i, message in run["rows"]["message"] if message}
        require(said == {i: row.message for i, row in enumerate(rows) if row.message}, f"{path}: other messages")
    return compared


# Runs that are made up.

def entry(name, repetition=0, repetitions=1, time=100.0, **counters):
    return {"name": name, "run_name": name, "run_type": "iteration", "repetitions": repetitions, "repetition_index": repetition,
            "threads": 1, "iterations": 1000, "real_time": time * 1.01, "cpu_time": time, "time_unit": "ns", **counters}


def failed(name, message, **more):
    return {"name": name, "run_name": name, "run_type": "iteration", "repetitions": 1, "repetition_index": 0, "threads": 1,
            "error_occurred": True, "error_message": message, "iterations": 0, "real_time": 0.0, "cpu_time": 0.0,
            "time_unit": "ns", **more}


def many_rows(draw, operations=("sum", "mean", "layernorm", "rmsnorm", "softmax"),
              methods=("sequential", "pairwise", "kahan", "lane_split", "exact", "eigen", "onednn", "openblas", "std_reduce",
                       "std_accumulate"),
              types=("fp64", "fp32", "fp16", "bf16"), distributions=("normal", "fixed", "pareto", "lognormal", "cancel"),
              sizes=(64, 1024, 4096, 65536, 1048576)):
    """5000 rows with all counters and all digits, as a long night of the benchmark leaves them."""
    generator = random.Random(draw)
    rows = []
    for operation, method, element, source, n in itertools.product(operations, methods, types, distributions, sizes):
        time, exact = n * generator.uniform(0.03, 0.9), method == "exact"
        delta = 0.0 if exact else generator.lognormvariate(-12, 3)
        rows.append(entry(f"{operation}/{method}/{element}/{source}/n:{n}", time=time, bandwidth_fraction=generator.random(),
                          bytes_per_second=n * 4 / time * 1e9, distinct_results=1.0
                          if exact else float(generator.randint(2, 128)),
                          isa_delta_ulp=delta * 3e5, items_per_second=n / time * 1e9, max_error_ulp=generator.uniform(0, 90),
                          max_perm_delta=delta, orders=128.0, perm_delta_ulp=delta * 1e6, split_delta_ulp=delta * 7e5,
                          **({"fallback_rate": generator.random()} if exact else {})))
    return rows


CONTEXT = {"date": "2026-11-23T04:15:17+00:00", "host_name": "vm", "executable": "bench", "num_cpus": 2, "mhz_per_cpu": 2596,
           "caches": [{"type": "Data", "level": 1, "size": 32768, "num_sharing": 1}], "seed": 42, "orders": 128,
           "cpu_name": "a CPU"}


def write_run(path, rows, **context):
    path.write_text(json.dumps({"context": {**CONTEXT, **context}, "benchmarks": rows}), encoding="utf-8")
    return path


def hostile_rows(texts):
    """A row for each text as a name, as a part of one of our names, as a message, a label and a counter."""
    rows = []
    for i, text in enumerate(texts):
        rows.append(entry(text, time=10.0 + i, label=text, **{f"{text} counted": 1.5}))
        part = text.replace("/", "|")
        rows.append(entry(f"sum/{part}/fp32/normal/n:64", time=20.0 + i, bytes_per_second=1e9 + i, max_perm_delta=1e-7 * i))
        rows.append(entry(f"sum/exact/{part}/{part}/n:64/{part}:1", time=30.0 + i, bytes_per_second=1e9, max_perm_delta=0.0))
        rows.append(failed(f"failing {i} {text}", text))
    return rows


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.page = self.folder / "report.html"

    def made(self, *arguments):
        run = report(*arguments, "-o", self.page)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))
        return self.page.read_text(encoding="utf-8")

    def expect(self, code, *arguments, mentions=(), **options):
        run = report(*arguments, **options)
        self.assertEqual(run.returncode, code, run.stderr)
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        self.assertTrue(run.stderr.startswith("permdelta: "), run.stderr)
        for text in mentions:
            self.assertIn(text, run.stderr)


class Pages(InFolder):
    def test_the_runs_of_the_documentation(self):
        for name in DOCS:
            with self.subTest(name):
                path = REPOSITORY / "docs" / f"{name}_run.json"
                page = Page(self.made(path))
                self.assertGreater(check_outside(page), 50)
                self.assertGreater(check_data(page, path), 150)
                self.assertNotEqual(page.all("title")[0][1].strip(), "")
                for attributes, _ in page.all("script"):
                    self.assertIn(attributes.get("type", ""), ("", "application/json"))

    def test_two_runs(self):
        path, other = (REPOSITORY / "docs" / f"{name}_run.json" for name in ("readme", "network"))
        page = Page(self.made(path, other))
        check_outside(page)
        self.assertGreater(check_data(page, path, other), 400)

    def test_the_checks_object(self):
        path = REPOSITORY / "docs" / "readme_run.json"
        text = self.made(path)
        check_data(Page(text), path)
        first = json.loads(path.read_text())["benchmarks"][0]
        value = next(word for word in re.findall(r"[\d.]+", Page(text).block("data")) if word == repr(first["cpu_time"]))
        for name, broken in (("a number", text.replace(value, value[:-1] + str((int(value[-1]) + 1) % 10), 1)),
                             ("a name", text.replace(first["name"], first["name"] + "0", 1)),
                             ("no number", text.replace(value, "NaN", 1)),
                             ("a key twice", text.replace('"orders":', '"seed":', 1)),
                             ("an end", text.replace(first["name"], "<!--", 1))):
            with self.subTest(name), self.assertRaises(AssertionError):
                self.assertNotEqual(broken, text)
                check_data(Page(broken), path)
        for name, more in (("an image", '<img src="https://example.org/x.png">'),
                           ("a style", "<style>p{background:url(//example.org/x)}</style>"),
                           ("a script", '<script src="x.js"></script>'), ("a request", "<script>fetch('x')</script>"),
                           ("a handler", '<p onclick="x()"></p>'), ("an import", "<style>@import 'x.css';</style>"),
                           ("a sheet", '<link rel="stylesheet" href="x.css">'),
                           ("an address", "<script>x='https://example.org'</script>")):
            with self.subTest(name), self.assertRaises(AssertionError):
                check_outside(Page(text.replace("</body>", more + "</body>")))
        for more in ("<p>", "</p>", "<![CDATA[x]]>"):
            with self.subTest(more), self.assertRaises(AssertionError):
                Page(text.replace("</body>", more + "</body>"))

    def test_vendored_files_are_as_they_came(self):
        folder = REPOSITORY / "tools" / "report" / "vendor"
        sums = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines())
        files = vendored()
        self.assertEqual(set(sums), set(files))
        self.assertGreaterEqual(len(files), 3)
        text = self.made(REPOSITORY / "docs" / "readme_run.json")
        for name in files:
            content = (folder / name).read_bytes()
            self.assertEqual(hashlib.sha256(content).hexdigest(), sums[name], name)
            self.assertEqual(self.page.read_bytes().count(content.strip()), 1, name)
        self.assertEqual(len([1 for _, script in Page(text).all("script")
                              if script.strip() in {c.strip() for c in files.values()}]), len(files))

    def test_names_are_only_text(self):
        harmless = Page(self.made(write_run(self.folder / "harmless.json",
                                            hostile_rows([f"text {i}" for i in range(len(HOSTILE))]))))
        for title in HOSTILE:
            path = write_run(self.folder / "<img src=x onerror=alert(1)>.json", hostile_rows(HOSTILE), cpu_name=title,
                             **{title: title})
            text = self.made(path, f"--title={title}")
            page = Page(text)
            self.assertEqual([tag for tag, _ in page.elements], [tag for tag, _ in harmless.elements], title)
            self.assertGreater(check_data(page, path), 100)
            check_outside(page)
            self.assertEqual(json.loads(page.block("data"))["title"], title)
            self.assertNotIn("pwned'</script>", text)

    def test_the_title(self):
        for title in ("A night's run", "<b>&amp;", "{{data}}"):
            page = Page(self.made(REPOSITORY / "docs" / "readme_run.json", "--title", title))
            self.assertEqual(json.loads(page.block("data"))["title"], title)

    def test_a_filter(self):
        path = REPOSITORY / "docs" / "speed_run.json"
        for expression in ("fp32/.*/n:64$", "exact", "^layernorm/"):
            page = Page(self.made(path, "--filter", expression))
            names = [row.name for row in rows_of(path) if re.search(expression, row.name)]
            self.assertGreater(len(names), 5)
            self.assertEqual(sorted(json.loads(page.block("data"))["runs"][0]["rows"]["name"]), sorted(names))

    def test_the_size_of_5000_rows(self):
        one = write_run(self.folder / "one.json", many_rows(1))
        two = write_run(self.folder / "two.json", many_rows(2))
        page = Page(self.made(one))
        self.assertGreater(check_data(page, one), 50_000)
        size = self.page.stat().st_size
        page = Page(self.made(one, two))
        self.assertGreater(check_data(page, one, two), 100_000)
        print(f"5000 rows: {size} bytes, two runs of 5000: {self.page.stat().st_size} bytes", file=sys.stderr)
        self.assertLess(size, LIMIT)

    def test_the_same_page_again(self):
        path = REPOSITORY / "docs" / "speed_run.json"
        self.assertEqual(self.made(path), self.made(path))

    def test_strangers_and_leftovers(self):
        rows = [entry("BM_StringCopy/64", time=9.0), entry("BM_Vector<float>/1024", time=3.0), entry("BM_Plain"),
                failed("BM_Bad", "no luck")]
        rows += [{**entry("BM_Vector<float>/1024"), "name": f"BM_Vector<float>/1024_{kind}", "run_type": "aggregate",
                  "aggregate_name": kind,
                  "aggregate_unit": "time"} for kind in ("mean", "median", "stddev")]
        for chosen in (rows, rows[:1], rows[3:4], rows[4:]):
            path = write_run(self.folder / "run.json", chosen)
            page = Page(self.made(path))
            check_data(page, path)
            self.assertEqual(len(json.loads(page.block("data"))["runs"][0]["rows"]["name"]),
                             len({row["run_name"] for row in chosen}))


class BadInput(InFolder):
    def setUp(self):
        super().setUp()
        self.run_file = write_run(self.folder / "run.json", many_rows(1, sizes=(64,), types=("fp32",)))
        self.content = self.run_file.read_bytes()
        self.page.write_text("an old page")

    def tearDown(self):
        # Whatever went wrong: nothing is lost, and nothing is left behind.
        self.assertEqual(self.run_file.read_bytes(), self.content)
        self.assertEqual(self.page.read_text(), "an old page")
        self.assertLessEqual({path.name for path in self.folder.iterdir()}, {"run.json", "report.html", "bad.json", "link.json"})

    def test_runs_that_are_none(self):
        bad = self.folder / "bad.json"
        self.expect(2, bad, "-o", self.page, mentions=["bad.json"])
        self.expect(2, self.run_file, bad, "-o", self.page, mentions=["bad.json"])
        for content in ("", "not JSON", "[]", "{}", '{"benchmarks": 5}', '{"context": {}, "benchmarks": []}',
                        '{"benchmarks": [{"name": "x"',
                        "\xff\xfe", '{"context": {}, "benchmarks": [5]}'):
            with self.subTest(content):
                bad.write_text(content, encoding="latin-1")
                self.expect(2, bad, "-o", self.page, mentions=["bad.json"])
                self.expect(2, self.run_file, bad, "-o", self.page, mentions=["bad.json"])
        self.expect(2, self.folder, "-o", self.page)

    def test_usage(self):
        self.expect(2, "-o", self.page)
        self.expect(2, self.run_file)
        self.expect(2, self.run_file, "-o")
        self.expect(2, self.run_file, self.run_file, self.run_file, "-o", self.page)
        self.expect(2, self.run_file, "-o", self.page, "--nonsense")
        self.expect(2, self.run_file, "-o", self.page, "--format=pdf", mentions=["pdf"])
        self.expect(2, self.run_file, "-o", self.page, "--format=")
        self.expect(2, self.run_file, "-o", self.page, "--filter=nothing like this", mentions=["nothing like this"])
        self.expect(2, self.run_file, "-o", self.page, "--filter=(", mentions=["("])

    def test_places_that_cannot_be_written(self):
        missing = self.folder / "missing" / "report.html"
        self.expect(1, self.run_file, "-o", missing, mentions=["missing"])
        self.assertFalse(missing.parent.exists())
        self.expect(1, self.run_file, "-o", "/dev/full", mentions=["/dev/full"])
        run = report(self.run_file, "-o", self.folder)
        self.assertIn(run.returncode, (1, 2))
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)

    def test_a_disk_that_fills(self):
        def limited():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        self.expect(1, self.run_file, "-o", self.page, mentions=["report.html"], preexec_fn=limited)

    def test_an_output_that_is_an_input(self):
        self.expect(2, self.run_file, "-o", self.run_file, mentions=["run.json"])
        self.expect(2, self.page, self.run_file, "-o", self.run_file)
        (self.folder / "bad.json").write_bytes(self.content)
        self.expect(2, self.folder / "bad.json", self.run_file, "-o", self.run_file, mentions=["run.json"])
        self.expect(2, self.run_file, "-o", f"{self.folder}/./run.json")
        self.expect(2, "run.json", "-o", self.run_file, cwd=self.folder)
        link = self.folder / "link.json"
        for make in (link.symlink_to, link.hardlink_to):
            make(self.run_file)
            self.expect(2, self.run_file, "-o", link)
            self.expect(2, link, "-o", self.run_file)
            link.unlink()


NODE = shutil.which("node")


class Drawings(InFolder):
    def drawn(self, folder, *arguments):
        run = report(*arguments, "--format=svg", "-o", self.folder / folder)
        self.assertEqual((run.returncode, run.stdout), (0, ""), run.stderr)
        self.assertEqual(run.stderr, "", "said although all went right")
        return {path.name: path.read_bytes() for path in (self.folder / folder).iterdir()}

    @unittest.skipUnless(NODE, "Node.js is not installed")
    def test_points_are_the_rows(self):
        compared = {}
        for name, choice, view in (
                ("readme", "", {"operation": "layernorm", "type": "fp32", "distribution": "normal", "n": 4096}),
                ("readme", "distribution=pareto&measure=perm_delta_ulp",
                 {"operation": "layernorm", "type": "fp32", "distribution": "pareto",
                                                                         "n": 4096, "measure": "perm_delta_ulp"}),
                ("speed", "operation=sum&type=fp64&n=1024",
                 {"operation": "sum", "type": "fp64", "distribution": "normal", "n": 1024}),
                ("network", "", {"operation": "network", "type": "fp32", "distribution": "normal", "n": 256})):
            with self.subTest(name, choice=choice):
                path = REPOSITORY / "docs" / f"{name}_run.json"
                files = self.drawn(f"{name}{len(choice)}", path, *([f"--view={choice}"] if choice else []))
                texts = {file.partition(".svg")[0]: content.decode("utf-8") for file, content in files.items()}
                for text in texts.values():
                    check_outside_svg(text)
                for chart, count in check_all(rows_of(path), {"measure": "max_perm_delta", **view},
                                              {chart: marks_of_svg(text) for chart, text in texts.items()}).items():
                    compared[chart] = compared.get(chart, 0) + count
        self.assertEqual(set(compared), {"throughput", "delta", "scatter", "summary", "split", "isa", "network"})
        self.assertGreater(sum(compared.values()), 250)

    @unittest.skipUnless(NODE, "Node.js is not installed")
    def test_the_same_bytes_again(self):
        path = REPOSITORY / "docs" / "readme_run.json"
        first = self.drawn("first", path)
        self.assertGreaterEqual(len(first), 4)
        self.assertEqual(first, self.drawn("second", path))
        self.assertEqual(first, self.drawn("first", path), "into the same directory")
        self.assertNotEqual(first, self.drawn("third", path, "--view=distribution=pareto"))

    @unittest.skipUnless(NODE, "Node.js is not installed")
    def test_names_are_only_text(self):
        files = self.drawn("svg", write_run(self.folder / "run.json", hostile_rows(HOSTILE)))
        self.assertGreater(len(files), 0)
        for content in files.values():
            check_outside_svg(content.decode("utf-8"))

    @unittest.skipUnless(NODE, "Node.js is not installed")
    def test_the_check_objects(self):
        path = REPOSITORY / "docs" / "speed_run.json"
        text = self.drawn("svg", path, "--view=n=1024")["delta.svg"].decode("utf-8")
        points = expected_charts(rows_of(path), {"operation": "sum", "type": "fp32", "distribution": "normal", "n": 1024,
                                                 "measure": "max_perm_delta"})["delta"]
        marks = marks_of_svg(text)
        self.assertEqual(check_chart("delta", marks, points), 80)
        lost = re.sub(r'(points_marks"[^>]*>)<path [^>]*/>', r"\1", text, count=1)
        moved = re.sub(r'(points_marks"[^>]*>(?:<path [^>]*/>){20}<path [^>]*translate\(\d+)', r"\g<1>1", text, count=1)
        for broken in (marks_of_svg(lost), marks_of_svg(moved), [pair for pair in marks if pair[0] != "rail"], []):
            with self.assertRaises(AssertionError):
                self.assertNotEqual(broken, marks)
                check_chart("delta", broken, points)
        with self.assertRaises(AssertionError):
            check_outside_svg(text.replace("</svg>", '<image href="https://example.org/x.png"/></svg>'))

    def test_without_node(self):
        for path in ("", "/nonexistent"):
            self.expect(2, REPOSITORY / "docs" / "readme_run.json", "--format=svg", "-o", self.folder / "svg", mentions=["ode"],
                        env={**os.environ, "PATH": path})
            self.assertFalse((self.folder / "svg").exists())

    @unittest.skipUnless(NODE, "Node.js is not installed")
    def test_bad_input(self):
        path = REPOSITORY / "docs" / "readme_run.json"
        self.expect(2, self.folder / "missing.json", "--format=svg", "-o", self.folder / "svg")
        self.assertFalse((self.folder / "svg").exists())
        (self.folder / "file").write_text("a file")
        run = report(path, "--format=svg", "-o", self.folder / "file")
        self.assertIn(run.returncode, (1, 2))
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        self.assertEqual((self.folder / "file").read_text(), "a file")
        mine = self.folder / "mine"
        mine.mkdir()
        (mine / "notes.txt").write_text("mine")
        self.drawn("mine", path)
        self.assertEqual((mine / "notes.txt").read_text(), "mine")


def check_outside_svg(text):
    for element in xml.etree.ElementTree.fromstring(text).iter():
        require(not re.search(r"\}(script|foreignObject|image)$", str(element.tag)), f"a {element.tag}")
        for name, value in element.attrib.items():
            require(not name.startswith("on"), name)
            require(not (name.endswith("href") and not value.startswith("#")), f"{name}={value}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    PERMDELTA = sys.argv.pop(1)
    REPOSITORY = pathlib.Path(sys.argv.pop(1))
    unittest.main()
