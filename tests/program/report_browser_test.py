#!/usr/bin/env python3
"""The page that `permdelta report` writes, in a browser: charts, pickers, table, downloads, widths, keyboard, against the runs.

report_browser_test.py PERMDELTA REPOSITORY [unittest arguments]
Exit code 77 (ctest: skipped) where Selenium, Chromium or its driver are not installed.
"""

import csv
import itertools
import json
import math
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import report_test
from report_test import (HOSTILE, LIMIT, check_data, entry, expected_charts, failed, front_of, hostile_rows,
                         layer_of, many_rows, picked_rows, report, require, rows_of, write_run)

try:
    from selenium import webdriver
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.support.ui import Select
except ImportError:
    print("Selenium (Debian: python3-selenium) is not installed")
    sys.exit(77)

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CHROMEDRIVER = shutil.which("chromedriver")
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND",
         "--force-prefers-reduced-motion")
PATIENCE = 30  # seconds: a machine that does something else too

DRIVER = None
FOLDER = None
ABSENT = "(not in the name)"  # what a picker calls the rows without its axis


def setUpModule():
    global DRIVER, FOLDER
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    FOLDER = pathlib.Path(folder.name)
    options = Options()
    for flag in FLAGS:
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={FOLDER / 'profile'}")
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    DRIVER = webdriver.Chrome(service=Service(CHROMEDRIVER), options=options)
    unittest.addModuleCleanup(DRIVER.quit)
    DRIVER.set_script_timeout(PATIENCE)


def js(script, *arguments):
    return DRIVER.execute_script(script, *arguments)


def wait(condition, what):
    end = time.monotonic() + PATIENCE
    while not (value := condition()):
        require(time.monotonic() < end, f"waited in vain: {what}")
        time.sleep(0.02)
    return value


def ready():
    return int(js("return document.documentElement.dataset.ready || 0"))


def redrawn(action):
    """Does something that draws the charts anew, and waits for them."""
    before = ready()
    action()
    wait(lambda: ready() > before, "a redraw")


def settled(action):
    """Does something after which there may be a redraw or none."""
    action()
    js("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    before = -1
    while before != (now := ready()):
        before = now
        time.sleep(0.1)


def element(selector):
    return DRIVER.find_element(By.CSS_SELECTOR, selector)


def text_of(selector):
    return js("const e = document.querySelector(arguments[0]); return e && !e.hidden ? e.textContent : ''", selector)


def messages():
    return [entry["message"] for entry in DRIVER.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]


def check_console():
    said = messages()
    require(said == [], f"the console: {said}")


def open_page(path, fragment=""):
    """Opens it afresh, and waits until it is drawn; a page that says something on the console fails."""
    DRIVER.get("about:blank")
    DRIVER.get(path.as_uri() + (f"#{fragment}" if fragment else ""))
    end = time.monotonic() + PATIENCE
    while not ready():
        check_console()
        require(time.monotonic() < end, "the page never got ready")
        time.sleep(0.02)
    check_console()
    wrong = js("return [...document.querySelectorAll('.nothing')].map(e => e.textContent).filter(t => t.includes('could not'))")
    require(wrong == [], f"the page: {wrong}")
    outside = js("return performance.getEntriesByType('resource').map(e => e.name).filter(n => !/^(data|blob):/.test(n))")
    require(outside == [], f"the page asked for {outside}")


def fragment():
    return dict(part.partition("=")[::2] for part in js("return location.hash").lstrip("#").split("&") if part)


def pickers():
    return js("return Object.fromEntries([...document.querySelectorAll('#pickers select')].map(s => [s.name, s.value]))")


def options_of(name):
    return js("return [...document.querySelectorAll(`#pickers select[name=${arguments[0]}] option`)].map(o => o.value)", name)


def pick(name, value):
    if pickers()[name] != value:
        redrawn(lambda: Select(element(f"#pickers select[name={name}]")).select_by_value(value))


def view_shown():
    """The view that the pickers say, for the reader of the runs."""
    known = ("operation", "type", "distribution", "n", "measure", "run")
    shown = pickers()
    hidden = js("return [...document.querySelectorAll('#methods input')].filter(i => !i.checked).map(i => i.dataset.method)")
    return {**{key: shown[key] for key in known if key in shown and key != "n"},
            **({"n": int(shown["n"])} if "n" in shown else {}),
            "axes": {key: value if value != ABSENT else "" for key, value in shown.items() if key not in known}, "hide": hidden}


# Charts.

def charts():
    """{the chart's name: [[layer, the marks' labels], ...]} as they are seen."""
    found = js("""return [...document.querySelectorAll('#charts figure')].filter(f => f.offsetParent !== null).map(f => [
        f.dataset.chart, f.querySelector('h3')?.textContent ?? '', f.textContent.length,
        f.querySelectorAll('.plot svg.marks').length,
        [...f.querySelectorAll('.plot svg.marks g[class*=_marks]')].map(g => [g.getAttribute('class'), [...g.children].map(m => {
            // Vega leaves the row behind a mark on its element.
            const datum = m.__data__?.datum ?? m.__data__?.items?.[0]?.datum ?? {};
            // Names that every object has are given to Vega with a character that nobody sees.
            const plain = value => typeof value === 'string' ? value.replaceAll('\u200b', '') : value;
            return {...Object.fromEntries(Object.entries(datum).filter(([, value]) => typeof value !== 'object')
                                                .map(([key, value]) => [key, plain(value)])),
                shown: m.textContent, place: m.getAttribute('transform')};
        })])])""")
    require(len({name for name, *_ in found}) == len(found), "a chart twice")
    for name, head, length, drawings, _ in found:
        require(head and length > len(head) + 10 and drawings == 1, f"{name}: a chart without a title, a caption or a drawing")
    words = js("""return [...document.querySelectorAll('#charts figure')].map(f =>
        [f.dataset.chart, f.querySelector('.plot').textContent])""")
    words = {name: [["words", [{"text": text}]]] for name, text in words}
    return {name: [[layer_of(classes), group] for classes, group in marks] + words[name] for name, _, _, _, marks in found}


def front(methods):
    """The corners of the front's line, and where the marks of these methods are, both from the slow to the fast."""
    line = js("return document.querySelector('figure[data-chart=scatter] g[class*=front_marks] path')?.getAttribute('d') ?? ''")
    marks = [mark["place"] for mark in report_test.marks_in(charts()["scatter"], "points") if mark["method"] in methods]
    pairs = [re.findall(r"(-?\d[-\d.e]*),(-?\d[-\d.e]*)", text) for text in (line, " ".join(marks))]
    # Whole pixels: the line's numbers have fewer digits than the marks'.
    return [sorted((round(float(x)), round(float(y))) for x, y in numbers) for numbers in pairs]


def check_charts(rows, view=None):
    """Every chart of the view against the rows. Returns how many marks were compared."""
    view = view or view_shown()
    expected, shown = expected_charts(rows, view), charts()
    compared = sum(report_test.check_all(rows, view, {name: shown[name] for name in set(shown) - {"times", "ratio"}}).values())
    if "scatter" in expected:
        line, points = front(front_of(expected["scatter"]))
        require(set(points) <= set(line), f"scatter: the front is {line}, not {points}")
        for corner in set(line) - set(points):
            require(any(corner in ((a[0], b[1]), (b[0], a[1])) for a, b in zip(points, points[1:])),
                    f"scatter: {corner} is no corner of {points}")
    return compared


# The table.

def table():
    """(the columns' keys, the rows' cells), as they are shown."""
    return js("""const rows = document.querySelectorAll('#rows tbody tr');
        return [[...document.querySelectorAll('#rows th[data-key]')].map(h => h.dataset.key),
            [...rows].map(r => [...r.children].map(c => c.textContent))]""")


def column(key):
    keys, rows = table()
    return [row[keys.index(key)] for row in rows]


def sort_by(key):
    element(f"#rows th[data-key={key}] button").click()


def sorting(key):
    return js("return document.querySelector(`#rows th[data-key=${arguments[0]}]`).getAttribute('aria-sort')", key)


def cell_fits(text, key, value):
    if value is None:
        return text.strip() in ("", "-", "error", "skipped")
    found = re.fullmatch(r"([-+\u2212\d.e]+) ?(ns|us|\u00b5s|ms|s)?", text.strip())
    if not found:
        return False
    shown = float(found.group(1).replace("\u2212", "-"))
    if key == "time":
        return found.group(2) is not None and math.isclose(shown * {"ns": 1, "ms": 1e6, "s": 1e9}.get(found.group(2), 1e3), value,
                                                           rel_tol=6e-4)
    if key == "bytes_per_second":
        value /= 1e9
    return shown == 0 if value == 0 else math.isclose(shown, value, rel_tol=6e-3)


def check_table(rows, order=None):
    """All cells of the table; the rows in this order, or in any. Returns how many were compared."""
    keys, cells = table()
    require(keys[:2] == ["name", "time"], f"the columns are {keys}")
    by_name, compared = {row.name: row for row in rows}, 0
    names = order or [row.name for row in rows]
    require([row[0] for row in cells] == names if order else sorted(row[0] for row in cells) == sorted(names),
            f"the table has {len(cells)} rows, not the {len(names)} wanted, or in another order")
    for row in cells:
        require(len(row) == len(keys), f"{row[0]}: {len(row)} cells")
        if by_name[row[0]].outcome:
            said = {"error": r"error|failed", "skipped": "skipped"}[by_name[row[0]].outcome]
            require(re.search(said, " ".join(row[1:])), f"{row[0]}: says nothing of its {by_name[row[0]].outcome}")
            continue
        for key, text in zip(keys[1:], row[1:]):
            if key in ("ratio", "interval", "verdict", "counters"):
                continue
            require(cell_fits(text, key, by_name[row[0]].value(key)),
                    f"{row[0]}: {key} is {text}, not {by_name[row[0]].value(key)}")
            compared += 1
    return compared


def brightness(selector="body", what="backgroundColor"):
    color = js("return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]", selector, what)
    parts = [float(x) for x in re.findall(r"[\d.]+", color)]
    require(len(parts) == 3 or parts[3] == 1, f"{selector} has the {what} {color}")
    return sum(parts[:3]) / 3


def emulate(width=1280, scheme="light"):
    DRIVER.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
    DRIVER.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})


class InBrowser(unittest.TestCase):
    pages = {}

    def setUp(self):
        emulate()
        messages()

    def tearDown(self):
        self.assertEqual(messages(), [], "on the console")

    def made(self, *arguments):
        """The page of these arguments, which is written once."""
        key = tuple(map(str, arguments))
        if key not in self.pages:
            path = FOLDER / f"page {len(self.pages)}.html"
            run = report(*arguments, "-o", path)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.pages[key] = path
        return self.pages[key]

    def doc(self, name):
        path = report_test.REPOSITORY / "docs" / f"{name}_run.json"
        return path, rows_of(path)

    def run_of(self, name, rows, **context):
        return write_run(FOLDER / f"{name}.json", rows, **context)


class Charts(InBrowser):
    def test_marks_are_the_rows(self):
        compared = {}
        for name, choices in (("readme", [("distribution", "fixed"), ("distribution", "pareto"), ("measure", "split_delta_ulp")]),
                              ("speed", [("type", "fp64"), ("n", "1024"), ("measure", "perm_delta_ulp"),
                                         ("operation", "layernorm"), ("n", "1024")]),
                              ("network", [("distribution", "pareto")])):
            path, rows = self.doc(name)
            open_page(self.made(path))
            compared[name] = check_charts(rows)
            for picker, value in choices:
                pick(picker, value)
                self.assertEqual(pickers()[picker], value)
                self.assertEqual(fragment().get(picker), value)
                compared[name] += check_charts(rows)
        self.assertGreater(compared["readme"], 100)
        self.assertGreater(compared["speed"], 600)
        self.assertGreater(compared["network"], 250)

    def test_every_axis_of_the_names_has_a_picker(self):
        path, rows = self.doc("speed")
        open_page(self.made(path), "operation=layernorm")
        self.assertEqual(set(options_of("operation")), {row.operation for row in rows})
        chosen = [row for row in rows if row.operation == "layernorm"]
        self.assertEqual(set(options_of("n")), {str(row.n) for row in chosen})
        self.assertEqual(set(options_of("rows")), {row.axes.get("rows", ABSENT) for row in chosen})
        compared = 0
        for value in ("16", "1024", "65536"):
            pick("rows", value)
            self.assertEqual(fragment().get("rows"), value)
            compared += check_charts(rows)
        self.assertGreater(compared, 30)
        axes = [entry(f"sum/{method}/{element}/normal/n:64/isa:{isa}/workers:{workers}", time=10.0 * workers + len(isa)
                      + len(method),
                      bytes_per_second=1e9 * workers + len(isa), max_perm_delta=1e-7 * workers)
                for method in ("exact", "kahan") for element in ("fp32", "fp64") for isa in ("sse2", "avx2", "avx512")
                for workers in (1, 2)]
        path = self.run_of("axes", axes)
        open_page(self.made(path))
        self.assertEqual(set(pickers()), {"operation", "type", "distribution", "isa", "workers", "n", "measure"})
        self.assertEqual(set(options_of("isa")), {"sse2", "avx2", "avx512"})
        pick("isa", "avx2")
        pick("workers", "2")
        self.assertGreaterEqual(check_charts(rows_of(path)), 6)

    def test_scales_bands_and_laws(self):
        path, rows = self.doc("speed")
        open_page(self.made(path))
        shown = charts()
        caches = [mark["shown"] for mark in report_test.marks_in(shown["throughput"], "caches_text")]
        self.assertEqual(caches, ["L1 32 KiB", "L2 1 MiB", "L3 32 MiB"])
        self.assertEqual(len(report_test.marks_in(shown["throughput"], "caches")), 3)
        for name in ("delta", "scatter"):
            self.assertEqual(len(report_test.marks_in(shown[name], "rail")), 1)
            self.assertIn("exactly 0", report_test.marks_in(shown[name], "words")[0]["text"])
        laws = {mark["law"]: mark for mark in report_test.marks_in(shown["delta"], "guides")}
        self.assertEqual(set(laws), {"n eps", "sqrt(n) eps", "log2(n) eps"})
        for law, value in (("n eps", 64), ("sqrt(n) eps", 8), ("log2(n) eps", 6)):
            self.assertEqual(laws[law]["n"], 64)
            self.assertTrue(math.isclose(laws[law]["y"], value * 2.0 ** -23, rel_tol=1e-9), laws[law])
        # A mark has to be where it can be seen: inside of its drawing.
        self.assertEqual(self.lost_marks(), [])

    def test_the_front_claims_no_more_than_was_measured(self):
        path, rows = self.doc("readme")
        compared = 0
        open_page(self.made(path))
        for distribution in ("fixed", "pareto", "normal"):
            pick("distribution", distribution)
            line, points = front(front_of(expected_charts(rows, view_shown())["scatter"]))
            for slow, fast in zip(points, points[1:]):
                # Between two methods, the corner is as slow as the one and moves as much as the other: a better one was not seen.
                self.assertNotIn((fast[0], slow[1]), line)
                compared += 1
        self.assertGreater(compared, 2)

    def lost_marks(self):
        """Points and texts that the edge of their drawing cuts, on screen."""
        return js("""const lost = [];
            for (const svg of document.querySelectorAll('#charts .plot svg.marks')) {
                const frame = svg.getBoundingClientRect();
                const marks = 'g[class*=points_marks] > *, g[class*=bars_marks] > *, g[class*=_marks] > text';
                for (const mark of svg.querySelectorAll(marks)) {
                    const box = mark.getBoundingClientRect();
                    if (mark.tagName === 'text' && !mark.textContent) continue;
                    if (box.left < frame.left - 1 || box.right > frame.right + 1
                            || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
                        lost.push([svg.closest('figure').dataset.chart, mark.parentElement.getAttribute('class'),
                                   mark.textContent].join(' '));
                }
            }
            return lost""")

    def test_methods_hide(self):
        path, rows = self.doc("readme")
        open_page(self.made(path))
        self.assertEqual(js("return [...document.querySelectorAll('#methods input[type=checkbox]')].map(i => i.dataset.method)"),
                         ["sequential", "pairwise", "kahan", "lane_split", "exact", "onednn"])
        before = check_charts(rows)
        for method in ("kahan", "onednn"):
            redrawn(element(f"#methods input[data-method={method}]").click)
        self.assertEqual(view_shown()["hide"], ["kahan", "onednn"])
        self.assertEqual(set(re.split(r"\+|%20| ", fragment()["hide"])), {"kahan", "onednn"})
        self.assertLess(check_charts(rows), before)
        redrawn(element("#methods input[data-method=kahan]").click)
        redrawn(element("#methods input[data-method=onednn]").click)
        self.assertEqual(check_charts(rows), before)
        self.assertNotIn("hide", fragment())
        # All of them: nothing to draw, which is no error.
        for method in view_shown()["hide"] or ["sequential", "pairwise", "kahan", "lane_split", "exact", "onednn"]:
            settled(element(f"#methods input[data-method={method}]").click)
        check_console()

    def test_answers(self):
        answered = 0
        for name in ("readme", "speed", "network"):
            path, rows = self.doc(name)
            open_page(self.made(path))
            operations = options_of("operation")
            self.assertEqual(js("return [...document.querySelectorAll('#answers li')].map(a => a.dataset.operation)"), operations)
            for operation in operations:
                pick("operation", operation)
                for size in options_of("n")[::3]:
                    pick("n", size)
                    answered += self.check_answer(rows, view_shown())
        self.assertGreaterEqual(answered, 6)

    def check_answer(self, rows, view):
        text = text_of(f"#answers li[data-operation={view['operation']}]")
        named = js("""return [...document.querySelectorAll(`#answers li[data-operation=${arguments[0]}] strong`)].map(e =>
            e.textContent)""", view["operation"])
        here = sorted(picked_rows(rows, {**view, "hide": ()}, sizes=True), key=lambda row: row.value("time"))
        moving = {row.method for row in rows if row.ours and (row.operation, row.type) == (view["operation"], view["type"])
                  and row.value("max_perm_delta")}
        steady = [row for row in here if row.method not in moving]
        wanted = [row.method for row in here[:1] + (steady[:1] if steady and steady[0] is not here[0] else [])]
        self.assertEqual(named, wanted, text)
        shown = [(float(value), unit) for value, unit in re.findall(r"([\d.]+) (ns|us|ms|s) \(", text)]
        self.assertEqual(len(shown), len(wanted), text)
        for (value, unit), row in zip(shown, here[:1] + steady[:1]):
            self.assertTrue(math.isclose(value * {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[unit], row.value("time"),
                                         rel_tol=6e-4), text)
        return 1


class Fragments(InBrowser):
    VIEW = ("operation=layernorm&type=fp32&n=4096&measure=perm_delta_ulp&sort=-time&filter=n:4096&hide=kahan+eigen&theme=dark"
            "&picked=1")

    def check_view(self, rows):
        self.assertEqual({key: value for key, value in pickers().items() if key != "rows"},
                         {"operation": "layernorm", "type": "fp32", "distribution": "normal", "n": "4096",
                          "measure": "perm_delta_ulp"})
        self.assertIn("kahan", view_shown()["hide"])
        self.assertEqual(js("return [document.querySelector('#filter').value, document.querySelector('#picked').checked]"),
                         ["n:4096", True])
        self.assertEqual(js("return document.documentElement.dataset.theme"), "dark")
        self.assertEqual(sorting("time"), "descending")
        names = column("name")
        self.assertTrue(names and all(name.startswith("layernorm/") and "n:4096" in name for name in names), names)
        self.assertGreater(check_charts(rows), 10)

    def test_a_view_comes_back(self):
        path, rows = self.doc("speed")
        page = self.made(path)
        open_page(page, self.VIEW)
        self.check_view(rows)
        DRIVER.refresh()
        wait(ready, "the page after its reload")
        self.check_view(rows)
        # And as an address that is followed from the open page.
        redrawn(lambda: DRIVER.get(page.as_uri() + "#operation=sum&type=fp64&n=512"))
        self.assertEqual([pickers()[key] for key in ("operation", "type", "n", "measure")],
                         ["sum", "fp64", "512", "max_perm_delta"])
        self.assertEqual(view_shown()["hide"], [])
        check_charts(rows)

    def test_what_is_chosen_is_in_the_address(self):
        path, rows = self.doc("speed")
        page = self.made(path)
        open_page(page)
        pick("operation", "layernorm")
        pick("n", "4096")
        pick("measure", "perm_delta_ulp")
        redrawn(element("#methods input[data-method=kahan]").click)
        sort_by("time")
        sort_by("time")
        element("#filter").send_keys("n:4096")
        element("#picked").click()
        settled(element("#theme").click)
        wait(lambda: fragment().get("theme") == "dark" and "filter" in fragment(), "the theme and the filter in the address")
        address = DRIVER.current_url
        open_page(page, address.partition("#")[2])
        self.check_view(rows)

    def test_the_view_of_the_command_line(self):
        path, rows = self.doc("speed")
        open_page(self.made(path, f"--view={self.VIEW}"))
        self.check_view(rows)

    def test_nonsense_is_ignored(self):
        path, rows = self.doc("readme")
        page = self.made(path)
        open_page(page)
        default = (pickers(), column("name"), view_shown())
        for nonsense in ("%E0%A4%A&operation=nothing&type=&n=abc&sort=-&measure=xyz&&&=&theme=pink&hide=zzz&run=third&isa=x",
                         "__proto__=1&constructor=2&sort=-__proto__&toString", "filter=%28", "sort=nothing",
                         "<img src=x onerror=alert(1)>"):
            with self.subTest(nonsense):
                open_page(page, nonsense)
                self.assertEqual(pickers(), default[0])
                self.assertEqual(view_shown(), default[2])
                self.assertIn(js("return document.documentElement.dataset.theme"), ("light", "dark"))
                if "filter" not in nonsense:
                    self.assertEqual(column("name"), default[1])
                self.assertGreater(check_charts(rows), 30)


class Table(InBrowser):
    def test_cells(self):
        compared = 0
        for name in ("readme", "network", "exact"):
            path, rows = self.doc(name)
            open_page(self.made(path))
            compared += check_table(rows)
            self.assertIn(str(len(rows)), text_of("#rows-count"))
        self.assertGreater(compared, 500)

    def test_sorting(self):
        path, rows = self.doc("speed")
        open_page(self.made(path), "all=1")
        by_name = {row.name: row for row in rows}
        order = column("name")
        self.assertEqual(sorted(order), sorted(by_name))
        for key in ("time", "bytes_per_second", "max_perm_delta", "fallback_rate", "name"):
            with self.subTest(key):
                values, orders = {}, {}
                for state in ("ascending", "descending", "none"):
                    sort_by(key)
                    wait(lambda state=state: (sorting(key) or "none") == state, f"{key} {state}")
                    orders[state] = column("name")
                    self.assertEqual(sorted(orders[state]), sorted(order))
                    values[state] = [by_name[name].value(key) for name in orders[state]] if key != "name" else orders[state]
                self.assertEqual(orders["none"], order)
                there = [value for value in values["none"] if value is not None]
                self.assertGreater(len(set(there)), 0 if key == "fallback_rate" else 5)
                if key == "name":
                    self.assertEqual(orders["descending"], orders["ascending"][::-1])
                    self.assertIn(orders["ascending"], (sorted(order), sorted(order, key=lambda n: [
                        int(part) if part.isdigit() else part for part in re.split(r"(\d+)", n)])))
                    continue
                # Those without a number come last, whichever way.
                missing = [None] * (len(order) - len(there))
                self.assertEqual(values["ascending"], sorted(there) + missing)
                self.assertEqual(values["descending"], sorted(there, reverse=True) + missing)

    def write(self, expression):
        """All at once, as if it were pasted."""
        js("""const f = document.querySelector('#filter');
            f.value = arguments[0];
            f.dispatchEvent(new Event('input', {bubbles: true}));""", expression)

    def test_unsorted_is_the_order_of_the_catalog(self):
        path, rows = self.doc("exact")  # its rows ran in a random order
        open_page(self.made(path), "all=1")
        names = [name.split("/") for name in column("name")]
        self.assertEqual(len(names), len(rows))
        known = [["sum", "mean", "layernorm", "rmsnorm", "softmax"], ["fp64", "fp32", "fp16", "bf16"]]
        places = [(known[0].index(each[0]), known[1].index(each[2])) for each in names]
        self.assertEqual(places, sorted(places))
        sizes = [[int(each[4][2:]) for each in group]
                 for _, group in itertools.groupby(names, key=lambda each: (each[0], *each[2:4]))]
        self.assertEqual(sizes, [sorted(each) for each in sizes])
        self.assertNotEqual(column("name"), [row.name for row in rows])

    def test_filter(self):
        path, rows = self.doc("speed")
        open_page(self.made(path), "all=1")
        filtered = 0
        for expression in ("exact", "^layernorm/.*rows:16$", "fp(16|64)/.*/n:64$", "-fp32", "-^sum/", "N:64",
                           "nothing like this"):
            with self.subTest(expression):
                self.write(expression)
                field = element("#filter")
                negated, pattern = expression.startswith("-"), expression.lstrip("-")
                names = [row.name for row in rows if bool(re.search(pattern, row.name)) != negated]
                wait(lambda names=names: sorted(column("name")) == sorted(names), f"{len(names)} rows of {expression}")
                self.assertIn(str(len(names)), text_of("#rows-count"))
                self.assertNotEqual(field.get_attribute("aria-invalid"), "true")
                filtered += bool(names)
        self.assertEqual(filtered, 5)
        field.send_keys(Keys.CONTROL, "a", Keys.NULL, "x(")
        wait(lambda: field.get_attribute("aria-invalid") == "true", "an invalid expression to be marked")
        field.send_keys(Keys.BACKSPACE)
        wait(lambda: field.get_attribute("aria-invalid") != "true", "a valid one to be unmarked")
        self.write("")
        wait(lambda: len(column("name")) == len(rows), "all rows without a filter")

    def test_picked(self):
        path, rows = self.doc("speed")
        open_page(self.made(path), "operation=layernorm&n=1024")
        settled(element("#picked").click)
        names = [row.name for row in picked_rows(rows, view_shown(), sizes=False)]
        self.assertGreater(len(names), 3)
        self.assertEqual(sorted(column("name")), sorted(names))
        pick("rows", "16")
        others = [row.name for row in picked_rows(rows, view_shown(), sizes=False)]
        self.assertNotEqual(names, others)
        self.assertEqual(sorted(column("name")), sorted(others))
        settled(element("#picked").click)
        self.assertGreater(len(column("name")), len(others))

    def test_all_rows_are_shown_when_asked_for(self):
        path, rows = self.doc("speed")
        open_page(self.made(path))
        self.assertEqual(len(set(column("name")) & {row.name for row in rows}), 200)
        settled(element("#show-all").click)
        self.assertGreater(check_table(rows), 1500)
        self.assertFalse(element("#show-all").is_displayed())
        self.assertEqual(fragment().get("all"), "1")

    def test_copy_as_markdown(self):
        path, rows = self.doc("readme")
        open_page(self.made(path), "sort=time")
        DRIVER.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
        element("#filter").send_keys("pareto")
        wait(lambda: len(column("name")) == 6, "six rows")
        element("#copy").click()
        wait(lambda: text_of("#copied"), "a word on the copy")
        copied = js("return navigator.clipboard.readText()")
        head, rule, *lines = copied.strip("\n").split("\n")
        split = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]] for line in (head, *lines)]
        self.assertRegex(rule, r"^[|:\- ]+$")
        keys, cells = table()
        self.assertEqual(len(split[0]), len(keys))
        self.assertEqual([[re.sub(r"[`\\]", "", cell) for cell in line] for line in split[1:]], cells)
        self.assertEqual(len(lines), 6)

    def test_copy_without_permission_says_so(self):
        path, _ = self.doc("readme")
        open_page(self.made(path))
        js("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); document.execCommand = () => false;")
        element("#copy").click()
        wait(lambda: text_of("#copied"), "a word on the copy that failed")
        self.assertNotRegex(text_of("#copied"), r"^\d+ rows copied|^[Cc]opied\b")


class Downloads(InBrowser):
    def downloaded(self, name, action):
        folder = pathlib.Path(tempfile.mkdtemp(dir=FOLDER))
        DRIVER.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
        action()
        return wait(lambda: next((path for path in folder.iterdir() if path.name == name and path.stat().st_size), None),
                    f"{name} to be saved")

    def button(self, name):
        return next(b for b in DRIVER.find_elements(By.CSS_SELECTOR, "#downloads button") if b.text.endswith(name))

    def check_json(self, original, name):
        button = self.button(name)
        saved = self.downloaded(button.text, button.click)
        run = subprocess.run([report_test.PERMDELTA, "compare", "--format=json", original, saved], capture_output=True, text=True,
                             check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        result = json.loads(run.stdout)
        verdicts = {change["verdict"] for row in result["rows"] for change in row["metrics"].values() if "verdict" in change}
        self.assertLessEqual(verdicts, {"SAME", "EQUAL"})
        self.assertEqual(result["context_differences"], [])
        before, after = (sorted(rows_of(path), key=lambda row: row.name) for path in (original, saved))
        self.assertEqual([(row.name, row.outcome, row.message) for row in before],
                         [(row.name, row.outcome, row.message) for row in after])
        for row, other in zip(before, after):
            self.assertEqual({metric: values for metric, values in row.values.items() if metric != "iterations"},
                             {metric: values for metric, values in other.values.items() if metric != "iterations"}, row.name)
        self.assertEqual(json.loads(saved.read_text())["context"], json.loads(original.read_text())["context"])
        return len(result["rows"])

    def check_csv(self, rows, saved, names):
        with saved.open(newline="", encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
        if names:
            self.assertEqual([line["name"] for line in lines], names)
        else:
            self.assertEqual(sorted(line["name"] for line in lines), sorted(row.name for row in rows))
        by_name, compared = {row.name: row for row in rows}, 0
        for line in lines:
            for metric in ("cpu_time", "real_time", "bytes_per_second", "max_perm_delta", "perm_delta_ulp", "fallback_rate"):
                value = by_name[line["name"]].value(metric)
                if metric in line:
                    self.assertEqual(float(line[metric]) if line[metric] else None, value, f"{line['name']}: {metric}")
                    compared += value is not None
        return compared

    def test_the_run_again(self):
        for name, count in (("readme", 18), ("speed", 222), ("exact", 64)):
            path, rows = self.doc(name)
            open_page(self.made(path))
            self.assertEqual(self.check_json(path, f"{name}_run.json"), count)
            saved = self.downloaded(f"{name}_run.csv", self.button(f"{name}_run.csv").click)
            self.assertGreater(self.check_csv(rows, saved, column("name") if len(rows) <= 200 else None), 4 * count)

    def test_repetitions(self):
        base, other = repeated("first"), repeated("second", slow="layernorm/kahan/fp32/normal/n:4096")
        open_page(self.made(base, other))
        for path in (base, other):
            self.assertEqual(self.check_json(path, path.name), 18)
            self.assertEqual({len(row.values["cpu_time"]) for row in rows_of(path)}, {5})

    def test_the_table_as_csv(self):
        path, rows = self.doc("readme")
        open_page(self.made(path), "filter=pareto&sort=-time")
        saved = None
        folder = pathlib.Path(tempfile.mkdtemp(dir=FOLDER))
        DRIVER.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
        element("#table-csv").click()
        saved = wait(lambda: next((p for p in folder.iterdir() if p.suffix == ".csv" and p.stat().st_size), None),
                     "the table to be saved")
        names = sorted((row.name for row in rows if "pareto" in row.name),
                       key=lambda n: -next(r for r in rows if r.name == n).value("time"))
        self.assertEqual(len(names), 6)
        self.assertGreater(self.check_csv(rows, saved, names), 12)


def repeated(name, slow=None, worse=None, without=None, **context):
    """The README's run over five repetitions that differ a little, a row of it 30 % slower, a counter of another one worse."""
    generator = report_test.random.Random(name)
    run = json.loads((report_test.REPOSITORY / "docs" / "readme_run.json").read_text())
    rows = []
    for row, i in itertools.product(run["benchmarks"], range(5)):
        factor = (1 + 0.003 * generator.uniform(-1, 1)) * (1.3 if row["name"] == slow else 1)
        changed = {**row, "repetitions": 5, "repetition_index": i, "cpu_time": row["cpu_time"] * factor,
                   "real_time": row["real_time"] * factor}
        if row["name"] == worse:
            changed["max_perm_delta"] *= 2
        if row["name"] != without:
            rows.append(changed)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps({"context": {**run["context"], **context}, "benchmarks": rows}))
    return path


class TwoRuns(InBrowser):
    SLOW, WORSE, GONE = ("layernorm/kahan/fp32/normal/n:4096", "layernorm/pairwise/fp32/pareto/n:4096",
                         "layernorm/onednn/fp32/fixed/n:4096")

    def test_every_verdict_of_an_experiment_is_drawn(self):
        """The two files of `permdelta ab`: more rows are UNCLEAR by more than the chart has room for."""
        spread = [0.4, 3.0, 0.5, 2.5, 0.6, 2.0, 0.7, 1.8, 0.8, 1.6]
        kinds = {"UNCLEAR": (50, lambda r: spread[r]), "SLOWER": (45, lambda r: 1.05 + r / 1e4), "FASTER": (2, lambda r: 0.95 + r / 1e4)}
        rows, expected = ([], []), {}
        for verdict, (count, ratio) in kinds.items():
            for i in range(count):
                name = f"{('sum', 'layernorm')[i % 2]}/{('exact', 'pairwise', 'kahan')[i % 3]}/{('fp32', 'fp64')[i // 3 % 2]}/normal/n:{1000 + len(expected)}"
                expected[name] = verdict
                for side in (0, 1):
                    rows[side].extend({"name": name, "run_name": name, "run_type": "iteration", "repetitions": 10, "repetition_index": r, "threads": 1,
                                       "iterations": 1000, "real_time": 100.0, "cpu_time": 100.0, "time_unit": "ns", **({"ab_ratio": ratio(r)} if side else {})}
                                      for r in range(10))
        files = [FOLDER / "ab_base.json", FOLDER / "ab_contender.json"]
        for file, side in zip(files, rows):
            file.write_text(json.dumps({"context": {"ab_experiment": "this one", "ab_restarts": 10}, "benchmarks": side}))
        run = subprocess.run([report_test.PERMDELTA, "compare", "--format=json", *files], capture_output=True, text=True, check=True)
        compared = {row["name"]: row["metrics"]["cpu_time"] for row in json.loads(run.stdout)["rows"]}
        self.assertEqual({name: time["verdict"] for name, time in compared.items()}, expected)
        open_page(self.made(*files))
        called = {name for name, verdict in expected.items() if verdict != "UNCLEAR"}
        points = {point["name"]: point for point in report_test.marks_in(charts()["ratio"], "points")}
        self.assertEqual(called - set(points), set())
        self.assertEqual(len(report_test.marks_in(charts()["ratio"], "intervals")), len(points))
        for name in called:
            self.assertEqual(points[name]["verdict"], expected[name])
            for end, bound in zip(("low", "high"), compared[name]["interval"]):
                self.assertTrue(math.isclose(points[name][end], bound, rel_tol=1e-9), name)

    def test_another_seed(self):
        base, other = repeated("seeded"), repeated("seeded otherwise", worse="layernorm/lane_split/fp32/fixed/n:4096", seed=7)
        open_page(self.made(base, other))
        words = text_of("#comparison-text")
        self.assertIn("not compared", words)
        self.assertRegex(words, r"seed 42.*seed 7")
        self.assertNotIn("worse", words)
        self.assertEqual(js("return document.querySelectorAll('#worse-list li').length"), 0)

    def test_what_changed(self):
        base, other = repeated("base"), repeated("contender", self.SLOW, self.WORSE, self.GONE, cpu_name="another CPU",
                                                 date="tomorrow")
        open_page(self.made(base, other))
        run = subprocess.run([report_test.PERMDELTA, "compare", "--format=json", base, other], capture_output=True, text=True,
                             check=True)
        compared = {row["name"]: row["metrics"]["cpu_time"] for row in json.loads(run.stdout)["rows"]}
        rows = rows_of(other)
        self.assertEqual(set(compared), {row.name for row in rows})
        self.assertEqual({name for name, time in compared.items() if time["verdict"] == "DIFFERS"}, {self.SLOW})
        # The table says what `compare` says.
        self.assertGreater(check_table(rows), 100)
        keys, cells = table()
        for row in cells:
            line, time = dict(zip(keys, row)), compared[row[0]]
            self.assertEqual(line["verdict"], time["verdict"])
            self.assertTrue(math.isclose(percent(line["ratio"]), time["ratio"] - 1, rel_tol=6e-2, abs_tol=6e-5), line)
            for shown, bound in zip(line["interval"].split(" to "), time["interval"], strict=True):
                self.assertTrue(math.isclose(percent(shown), bound - 1, rel_tol=6e-2, abs_tol=6e-5), line)
            self.assertEqual("max_perm_delta" in line["counters"], row[0] == self.WORSE)
        # Charts: a point a pair.
        total = 0
        for distribution in options_of("distribution"):
            pick("distribution", distribution)
            points = report_test.marks_in(charts()["ratio"], "points")
            here = [row.name for row in picked_rows(rows, view_shown())]
            self.assertEqual(sorted(point["name"] for point in points), sorted(here))
            for point in points:
                self.assertTrue(math.isclose(point["ratio"], compared[point["name"]]["ratio"], rel_tol=1e-9))
                self.assertEqual(point["verdict"], compared[point["name"]]["verdict"])
            self.assertEqual(len(report_test.marks_in(charts()["ratio"], "intervals")), len(points))
            check_charts(rows)
            total += len(points)
        self.assertEqual(total, 17)
        # What got worse, what has no partner, and what may be why.
        self.assertIn("17 rows", text_of("#comparison-text"))
        listed = js("return [...document.querySelectorAll('#worse-list li')].map(e => e.textContent)")
        self.assertEqual(len(listed), 2, listed)
        self.assertTrue(any(self.SLOW in text and "30" in text for text in listed), listed)
        self.assertTrue(any(self.WORSE in text and "max_perm_delta" in text for text in listed), listed)
        self.assertEqual(js("return [...document.querySelectorAll('#unpaired-list li code')].map(e => e.textContent)"),
                         [self.GONE])
        self.assertEqual(js("return [...document.querySelectorAll('#environment-table tr.different')].map(e => e.dataset.key)"),
                         ["cpu_name"])
        self.assertIn("another CPU", text_of("#environment-table tr.different"))
        # And the other run's numbers.
        pick("run", "base")
        self.assertEqual(fragment().get("run"), "base")
        check_charts(rows_of(base))

    def test_sorting_by_the_change(self):
        base, other = repeated("base"), repeated("contender", self.SLOW, self.WORSE, self.GONE, cpu_name="another CPU",
                                                 date="tomorrow")
        open_page(self.made(base, other), "sort=-ratio")
        ratios = [percent(text) for text in column("ratio")]
        self.assertEqual(len(ratios), 17)
        self.assertEqual(ratios, sorted(ratios, reverse=True))
        self.assertEqual(column("name")[0], self.SLOW)

    def test_the_same_run_twice(self):
        path, rows = self.doc("speed")
        open_page(self.made(path, path), "all=1")
        self.assertEqual(set(column("verdict")), {"SAME"})
        self.assertEqual(js("return document.querySelectorAll('#worse-list li, #unpaired-list li, tr.different').length"), 0)
        # Of many pairs a chart has those that changed most, and says so.
        names = [mark["name"] for mark in report_test.marks_in(charts()["ratio"], "points")]
        pairs = {row.name for row in picked_rows(rows, view_shown())}
        self.assertGreater(len(pairs), 40)
        self.assertEqual((len(names), len(set(names) & pairs)), (40, 40))
        self.assertIn(f"40 of {len(pairs)}", text_of("figure[data-chart=ratio]"))
        pick("operation", "layernorm")
        names = sorted(mark["name"] for mark in report_test.marks_in(charts()["ratio"], "points"))
        self.assertGreater(len(names), 5)
        self.assertEqual(names, sorted(row.name for row in picked_rows(rows, view_shown())))

    def test_runs_that_share_nothing(self):
        (one, rows), (two, _) = self.doc("network"), self.doc("readme")
        open_page(self.made(two, one))
        self.assertGreater(check_table(rows), 80)
        self.assertNotIn("ratio", charts())
        self.assertGreater(js("return document.querySelectorAll('#unpaired-list li').length"), 20)


def percent(text):
    found = re.fullmatch(r"([-+\u2212]?[\d.e]+)\s*%", text.strip())
    require(found, f"no change in percent: {text}")
    return float(found.group(1).replace("\u2212", "-")) / 100


class Looks(InBrowser):
    def test_light_and_dark(self):
        path, _ = self.doc("readme")
        seen = {}
        for scheme in ("light", "dark"):
            emulate(scheme=scheme)
            open_page(self.made(path))
            self.assertEqual(js("return document.documentElement.dataset.theme"), scheme)
            seen[scheme] = (brightness(), brightness("h1", "color"), brightness("#charts svg .role-axis-label text", "fill"))
        self.assertGreater(seen["light"][0], 220)
        self.assertLess(seen["dark"][0], 60)
        for scheme, (back, head, axis) in seen.items():
            self.assertGreater(abs(back - head), 120, scheme)
            self.assertGreater(abs(back - axis), 80, scheme)
        # The button is for those whose system says otherwise.
        redrawn(element("#theme").click)
        self.assertEqual(js("return document.documentElement.dataset.theme"), "light")
        self.assertGreater(brightness(), 220)
        self.assertEqual(fragment().get("theme"), "light")
        redrawn(element("#theme").click)
        self.assertLess(brightness(), 60)

    def test_nothing_is_wider_than_the_window(self):
        slow = "layernorm/kahan/fp32/normal/n:4096"
        pages = [self.made(self.doc("speed")[0]), self.made(self.doc("readme")[0]),
                 self.made(repeated("base"), repeated("wide", slow)),
                 self.made(self.run_of("hostile", hostile_rows(HOSTILE)))]
        looked = 0
        for i, page in enumerate(pages):
            # Opened narrow or wide, then turned; in all colours.
            widths, schemes = ((390, 1600), (1600, 390))[i % 2], ("light", "dark")
            emulate(widths[0], schemes[0])
            open_page(page)
            looked += self.check_width(page, widths[0])
            for width, scheme in ((widths[0], schemes[1]), (widths[1], schemes[1]), (widths[1], schemes[0])):
                settled(lambda width=width, scheme=scheme: emulate(width, scheme))
                looked += self.check_width(page, width)
        self.assertEqual(looked, 4 * len(pages))

    def check_width(self, page, width):
        scroll, inner = js("return [document.documentElement.scrollWidth, innerWidth]")
        self.assertEqual(inner, width)
        self.assertLessEqual(scroll, inner, f"{page.name} at {width}")
        wide = js("""return [...document.querySelectorAll('#charts figure, #controls, header, #answers li')].filter(e =>
            e.getBoundingClientRect().right > innerWidth + 1).map(e => e.id || e.dataset.chart || e.tagName)""")
        self.assertEqual(wide, [], f"{page.name} at {width}")
        return 1

    def test_the_keyboard_alone(self):
        path, _ = self.doc("readme")
        open_page(self.made(path))
        where = """const e = document.activeElement;
            return e.name && e.tagName === 'SELECT' ? 'picker ' + e.name
                : e.closest('th[data-key]') ? 'sort ' + e.closest('th').dataset.key
                : e.dataset.method ? 'method ' + e.dataset.method : e.id || e.textContent.trim().slice(0, 30) || e.tagName"""
        reached = []
        for _ in range(120):
            ActionChains(DRIVER).send_keys(Keys.TAB).perform()
            reached.append(js(where))
            if len(reached) > 3 and "readme_run.csv" in reached:
                break
        wanted = {"theme", "filter", "picked", "copy", "table-csv", "readme_run.json", "readme_run.csv"}
        wanted |= {f"picker {name}" for name in pickers()} | {f"sort {key}" for key in table()[0]}
        wanted |= {f"method {m}" for m in ("sequential", "pairwise", "kahan", "lane_split", "exact", "onednn")}
        self.assertGreater(len(wanted), 25)
        self.assertEqual(wanted - set(reached), set())
        # A focus that cannot be seen is none.
        element("#theme").send_keys(Keys.TAB)
        outlined = js("""const s = getComputedStyle(document.activeElement);
            return s.outlineStyle !== 'none' || s.boxShadow !== 'none'""")
        self.assertTrue(outlined)
        # The focus stays where it is after what was pressed.
        for state in ("ascending", "descending"):
            if state == "ascending":
                js("document.querySelector('th[data-key=time] button').focus()")
            ActionChains(DRIVER).send_keys(Keys.ENTER).perform()
            wait(lambda state=state: sorting("time") == state, f"Enter to sort {state}")
            self.assertEqual(js(where), "sort time")
        js("document.querySelector('#pickers select[name=distribution]').focus()")
        redrawn(lambda: ActionChains(DRIVER).send_keys("p").perform())
        self.assertEqual((js(where), pickers()["distribution"]), ("picker distribution", "pareto"))
        js("document.querySelector('#methods input[data-method=kahan]').focus()")
        redrawn(lambda: ActionChains(DRIVER).send_keys(Keys.SPACE).perform())
        self.assertEqual((js(where), view_shown()["hide"]), ("method kahan", ["kahan"]))

    def test_every_control_has_a_name(self):
        path, _ = self.doc("readme")
        open_page(self.made(path))
        nameless = js("""return [...document.querySelectorAll('select, input, button')].filter(e =>
            ![...e.labels ?? []].some(l => l.textContent.trim()) && !e.getAttribute('aria-label') && !e.textContent.trim())
            .map(e => e.outerHTML)""")
        self.assertEqual(nameless, [])
        self.assertEqual(js("return [document.documentElement.lang !== '', document.querySelectorAll('h1').length]"), [True, 1])
        names = js("return [...document.querySelectorAll('[id]')].map(e => e.id)")
        self.assertGreater(len(names), 20)
        self.assertEqual(len(set(names)), len(names))

    def test_nothing_leads_outside(self):
        path, _ = self.doc("readme")
        open_page(self.made(path))
        texts, links = js("""return [[...document.querySelectorAll('.vega-actions a')].map(a => a.textContent),
            [...document.querySelectorAll('[href], [src]')].map(e => e.getAttribute('href') ?? e.getAttribute('src'))]""")
        self.assertEqual([link for link in links if not re.match(r"#|data:|blob:", link)], [])
        self.assertEqual([text for text in texts if "Editor" in text], [])

    def test_the_title(self):
        path, _ = self.doc("readme")
        open_page(self.made(path, "--title=A <b>night's</b> run"))
        self.assertEqual(text_of("#title"), "A <b>night's</b> run")
        self.assertIn("A <b>night's</b> run", js("return document.title"))
        self.assertIn("18 rows", text_of("#subtitle"))
        self.assertIn("AMD EPYC", text_of("#subtitle"))


class Commands(InBrowser):
    def test_the_command_asks_for_all_rows_again(self):
        bench = pathlib.Path(report_test.PERMDELTA).with_name("bench")
        for name in ("readme", "speed", "network", "exact"):
            with self.subTest(name):
                path, rows = self.doc(name)
                open_page(self.made(path))
                listed = set()
                for command in js("return [...document.querySelectorAll('#commands code')].map(e => e.textContent)"):
                    program, *arguments = shlex.split(command)
                    self.assertIn("bench", program)
                    arguments = [argument for argument in arguments if not argument.startswith("--benchmark_out")]
                    run = subprocess.run([bench, *arguments, "--benchmark_list_tests=true"], capture_output=True, text=True,
                                         check=False, cwd=FOLDER)
                    self.assertEqual(run.returncode, 0, run.stderr)
                    listed.update(run.stdout.split())
                    seed = json.loads(path.read_text())["context"]["seed"]
                    self.assertIn(f"--seed={seed}", arguments)
                lost = sorted(row.name for row in rows if row.name not in listed)
                self.assertEqual(lost, [])
                self.assertGreater(len(listed), 0)


class OtherRuns(InBrowser):
    """Whatever a file has: a page with all its rows, without a word on the console."""

    def check(self, name, rows, charts_wanted=None, **context):
        path = self.run_of(name, rows, **context)
        open_page(self.made(path), "all=1")
        read = rows_of(path)
        self.assertGreaterEqual(check_table(read) + sum(row.outcome is not None for row in read), len(read))
        self.assertGreater(js("return document.querySelector('#charts').getBoundingClientRect().height"), 10)
        self.assertTrue(text_of("#charts").strip())
        if charts_wanted is not None:
            self.assertEqual(set(charts()), charts_wanted)
        for picker in pickers():
            for value in options_of(picker)[1:2]:
                choice = Select(element(f"#pickers select[name={picker}]"))
                settled(lambda choice=choice, value=value: choice.select_by_value(value))
        check_console()
        words = js("return document.body.innerText")
        self.assertNotRegex(words, r"\b(undefined|NaN|null|Infinity)\b|\[object")
        return read

    def test_only_times(self):
        rows = self.check("times", [entry(f"sum/{m}/fp32/normal/n:{n}", time=n / 3 + len(m)) for m in ("exact", "kahan")
                                    for n in (64, 1024)])
        self.assertNotIn("delta", charts())
        self.assertEqual(len(rows), 4)

    def test_a_stranger(self):
        rows = [entry(f"BM_StringCopy/{n}", time=n / 3) for n in (8, 64, 512)]
        for kind, factor in (("mean", 1.01), ("median", 1), ("stddev", 0.01)):
            rows.append({**entry("BM_Vector<float>/1024", time=100.0 * factor), "name": f"BM_Vector<float>/1024_{kind}",
                         "run_type": "aggregate",
                         "aggregate_name": kind, "aggregate_unit": "time"})
        self.check("stranger", rows[:3] + [{**entry("BM_Vector<float>/1024", time=100.0)}] + rows[3:]
                   + [entry("BM_Plain"), entry("BM_Other", time=7.0, misses=3.0)])
        self.assertEqual(len(report_test.marks_in(charts()["times"], "bars")), 2)

    def test_only_aggregates_of_a_stranger(self):
        rows = [{**entry("BM_Vector<float>/1024", time=100.0 * factor), "name": f"BM_Vector<float>/1024_{kind}",
                 "run_type": "aggregate", "aggregate_name": kind, "aggregate_unit": "time"}
                for kind, factor in (("mean", 1.01), ("median", 1), ("stddev", 0.01))]
        self.assertEqual(len(self.check("aggregates", rows)), 1)

    def test_names_without_numbers(self):
        self.check("names", [entry(name, time=10.0 + len(name))
                             for name in ("BM_Plain", "BM_Other", "BM_Third<int>", "ns::BM_Fourth")], {"times"})
        self.assertEqual(len(report_test.marks_in(charts()["times"], "bars")), 4)

    def test_one_row(self):
        self.check("one", many_rows(1, ("sum",), ("kahan",), ("fp32",), ("normal",), (64,)))
        self.assertGreater(check_charts(rows_of(FOLDER / "one.json")), 3)

    def test_only_errors(self):
        self.check("errors", [failed("sum/exact/fp16/pareto/n:8192", "the result overflows"), failed("BM_Bad", "no luck")], set())
        listed = js("return [...document.querySelectorAll('#troubles li')].map(e => e.textContent)")
        self.assertEqual(len(listed), 2)
        self.assertTrue(any("BM_Bad" in text and "no luck" in text for text in listed), listed)

    def test_errors_and_skips_among_others(self):
        skip = {**entry("sum/exact/fp16/normal/n:64"), "skipped": True, "skip_message": "not here"}
        self.check("mixed", many_rows(1, ("sum",), types=("fp32",), distributions=("normal",), sizes=(64, 1024))
                   + [failed("sum/exact/fp32/normal/n:8192", "too large"), skip])
        listed = js("return [...document.querySelectorAll('#troubles li')].map(e => e.textContent)")
        self.assertEqual(len(listed), 2)
        self.assertTrue(any("too large" in text for text in listed) and any("not here" in text for text in listed), listed)
        path, _ = self.doc("readme")
        open_page(self.made(path))
        self.assertFalse(element("#troubles").is_displayed())

    def test_only_zeros(self):
        rows = [{**row, **{key: 0.0 for key in row if key.endswith(("_delta", "_ulp"))}}
                for row in many_rows(1, ("sum",), types=("fp32",), sizes=(64, 1024, 4096))]
        self.check("zeros", rows)
        open_page(self.made(FOLDER / "zeros.json"))
        self.assertGreater(check_charts(rows_of(FOLDER / "zeros.json")), 100)

    def test_one_size(self):
        self.check("size", many_rows(3, ("sum", "mean"), types=("fp32",), sizes=(4096,)))
        open_page(self.made(FOLDER / "size.json"))
        self.assertGreater(check_charts(rows_of(FOLDER / "size.json")), 40)

    def test_one_zero_time(self):
        self.check("zero time", [entry("sum/exact/fp32/normal/n:64", time=0.0, bytes_per_second=0.0, max_perm_delta=0.0),
                                 entry("sum/kahan/fp32/normal/n:64", time=5.0, bytes_per_second=1e9, max_perm_delta=1e-7)])

    def test_counters_that_some_rows_lack(self):
        rows = many_rows(4, ("sum",), types=("fp32",), distributions=("normal",))
        for i, row in enumerate(rows):
            for key in ("max_perm_delta", "bytes_per_second", "split_delta_ulp")[i % 3:]:
                del row[key]
        self.check("lacking", rows)
        open_page(self.made(FOLDER / "lacking.json"))
        self.assertGreater(check_charts(rows_of(FOLDER / "lacking.json")), 50)

    def test_names_do_nothing(self):
        path = self.run_of("hostile", hostile_rows(HOSTILE), cpu_name=HOSTILE[0], **{HOSTILE[3]: HOSTILE[3]})
        page = self.made(path, f"--title={HOSTILE[3]}")
        open_page(page)
        rows = rows_of(path)
        self.assertEqual(sorted(column("name")), sorted(row.name for row in rows))
        drawn = 0
        for picker in ("operation", "type", "distribution"):
            for value in options_of(picker):
                pick(picker, value)
                check_injection()
                drawn += len(charts())
        self.assertGreaterEqual(drawn, 1)

    def test_methods_of_any_name_can_be_hidden(self):
        names = [f"BM {text.replace('/', '|')}" for text in HOSTILE[3:8]] + ["a+b&c=d#e%20f"]
        path = self.run_of("odd methods", [entry(f"{name}/{n}", time=float(n)) for name in names for n in (64, 128)])
        open_page(self.made(path))
        methods = js("return [...document.querySelectorAll('#methods input')].map(i => i.dataset.method)")
        self.assertEqual(set(methods), set(names))
        click = "[...document.querySelectorAll('#methods input')].find(i => i.dataset.method === arguments[0]).click()"
        hidden = [name for name in methods if "&" in name]
        self.assertGreater(len(hidden), 1)
        for name in hidden:
            redrawn(lambda name=name: js(click, name))
        for _ in range(2):
            self.assertEqual(sorted(view_shown()["hide"]), sorted(hidden))
            # It is in the address that is passed on.
            DRIVER.refresh()
            wait(ready, "the page after its reload")
        check_injection()

    def test_names_that_every_object_has(self):
        names = ("constructor", "__proto__", "toString", "hasOwnProperty", "valueOf")
        path = self.run_of("objects", [entry(f"sum/{method}/{element}/normal/n:{n}", time=float(n + i),
                                             bytes_per_second=1e9 + i,
                                             max_perm_delta=1e-7 * i, **{method: 1.0}) for element in ("fp32", *names)
                                       for i, method in enumerate(names) for n in (64, 128)])
        open_page(self.made(path))
        self.assertEqual(set(options_of("type")), {"fp32", *names})
        self.assertEqual(set(js("return [...document.querySelectorAll('#methods input')].map(i => i.dataset.method)")),
                         set(names))
        self.assertGreater(check_charts(rows_of(path)), 0)

    def test_5000_rows(self):
        path = self.run_of("large", many_rows(1))
        page = self.made(path)
        DRIVER.get("about:blank")
        DRIVER.get(page.as_uri())
        wait(ready, "5000 rows")
        taken = js("return performance.now()")
        self.assertEqual(len(column("name")), 200)
        rows = rows_of(path)
        compared = check_charts(rows)
        started = time.monotonic()
        pick("type", "bf16")
        redraw = (time.monotonic() - started) * 1000
        self.assertGreater(compared + check_charts(rows), 600)
        started = time.monotonic()
        settled(element("#show-all").click)
        self.assertGreater(check_table(rows), 49_999)
        print(f"5000 rows: ready within {taken:.0f} ms, a redraw within {redraw:.0f} ms, all rows within "
              f"{(time.monotonic() - started) * 1000:.0f} ms, {page.stat().st_size} bytes", file=sys.stderr)
        self.assertLess(page.stat().st_size, LIMIT)


def check_injection():
    """No text of a run has become an element, or ran."""
    require("pwned" != js("return document.title"), "a name ran")
    found = js("""return [...document.querySelectorAll('body img, body iframe, body object, [onload], [onerror], #rows script, '
        + '#charts script')].map(e => e.outerHTML.slice(0, 80))""")
    require(found == [], f"a name became {found}")
    foreign = js("""return [...document.querySelectorAll('#rows td *, #rows th[scope=row] *, #methods label > :not(input), '
        + '#title *')].map(e => e.tagName)""")
    require(foreign == [], f"elements in texts: {foreign}")


class BrokenPages(InBrowser):
    """The checks of this file object to pages that are wrong."""

    def broken(self, name, change):
        text = self.made(self.doc("readme")[0]).read_text(encoding="utf-8")
        changed = change(text)
        self.assertNotEqual(text, changed)
        path = FOLDER / f"broken {name}.html"
        path.write_text(changed, encoding="utf-8")
        return path

    def edit(self, text, change):
        start = text.index('id="data">') + len('id="data">')
        end = text.index("</script>", start)
        data = json.loads(text[start:end])
        change(data)
        return text[:start] + json.dumps(data).replace("<", "\\u003c") + text[end:]

    def test_a_row_that_is_lost(self):
        def lose(data):
            run = data["runs"][0]
            for part in [run["rows"]["name"], run["rows"]["outcome"], run["rows"]["repetitions"], *run["values"]] + \
                    [p["of"] for p in run["parts"].values()]:
                if len(part) == 18:
                    del part[2]
        rows = self.doc("readme")[1]
        open_page(self.broken("row", lambda text: self.edit(text, lose)))
        self.assertEqual(len(column("name")), 17)
        self.assertRaises(AssertionError, check_table, rows)
        self.assertRaises(AssertionError, check_charts, rows)

    def test_a_number_that_is_changed(self):
        path, rows = self.doc("readme")
        value = rows[2].value("max_perm_delta")
        page = self.broken("number", lambda text: text.replace(json.dumps(value), json.dumps(value * 1.02)))
        open_page(page)
        self.assertRaises(AssertionError, check_table, rows)
        self.assertRaises(AssertionError, check_charts, rows)
        self.assertRaises(AssertionError, check_data, report_test.Page(page.read_text(encoding="utf-8")), path)

    def test_a_script_that_fails(self):
        page = self.broken("script", lambda text: text[::-1].replace("<script>"[::-1], "<script>throw new Error('broken');"[::-1],
                                                                     1)[::-1])
        self.assertRaisesRegex(AssertionError, "console.*broken", open_page, page)

    def test_a_request(self):
        more = "<script>fetch('https://example.org/x').catch(() => 0)</script></main>"
        page = self.broken("request", lambda text: text.replace("</main>", more))
        self.assertRaises(AssertionError, open_page, page)
        messages()

    def test_an_element_from_a_name(self):
        page = self.broken("element", lambda text: text.replace("</main>", "</main><img alt='' onerror=''>"))
        open_page(page)
        self.assertRaises(AssertionError, check_injection)

    def test_a_mark_that_is_lost(self):
        rows = self.doc("readme")[1]
        open_page(self.made(self.doc("readme")[0]))
        js("document.querySelector('figure[data-chart=scatter] g[class*=points_marks]').firstElementChild.remove()")
        self.assertRaisesRegex(AssertionError, "scatter", check_charts, rows)

    def test_a_page_that_is_too_wide(self):
        emulate(390)
        open_page(self.broken("width", lambda text: text.replace("</main>", "<div style='width: 700px'>x</div></main>")))
        self.assertGreater(js("return document.documentElement.scrollWidth"), 390)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    if not CHROMIUM or not CHROMEDRIVER:
        print("Chromium or its driver (Debian: chromium, chromium-driver) is not installed")
        sys.exit(77)
    report_test.PERMDELTA = sys.argv.pop(1)
    report_test.REPOSITORY = pathlib.Path(sys.argv.pop(1))
    unittest.main()
