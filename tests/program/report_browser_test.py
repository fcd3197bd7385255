#!/usr/bin/env python3
"""The page that `permdelta report` writes, in a browser: charts, pickers, table, downloads, widths, keyboard, all against the runs.

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
from report_test import (CONTEXT, HOSTILE, LIMIT, check_chart, check_data, entry, expected_charts, failed, flat, front_of, hostile_rows, layer_of,
                         many_rows, picked_rows, report, require, rows_of, write_run)

try:
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException
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
PATIENCE = 60  # seconds: a machine that does something else too

DRIVER = None
FOLDER = None
README = {"operation": "layernorm", "type": "fp32", "distribution": "normal", "n": 4096, "measure": "max_perm_delta"}


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
    outside = js("return performance.getEntriesByType('resource').map(e => e.name).filter(n => !/^(data|blob):/.test(n))")
    require(outside == [], f"the page asked for {outside}")


def fragment():
    return dict(part.partition("=")[::2] for part in js("return location.hash").lstrip("#").split("&") if part)


def pickers():
    return js("return Object.fromEntries([...document.querySelectorAll('#pickers select')].map(s => [s.name, s.value]))")


def options_of(name):
    return js("return [...document.querySelectorAll(`#pickers select[name=${arguments[0]}] option`)].map(o => o.value)", name)


def pick(name, value):
    redrawn(lambda: Select(element(f"#pickers select[name={name}]")).select_by_value(value))


def view_shown():
    """The view that the pickers say, for the reader of the runs."""
    known = ("operation", "type", "distribution", "n", "measure", "run")
    shown = pickers()
    hidden = js("return [...document.querySelectorAll('#methods input')].filter(i => !i.checked).map(i => i.dataset.method)")
    return {**{key: shown[key] for key in known if key in shown and key != "n"}, **({"n": int(shown["n"])} if "n" in shown else {}),
            "axes": {key: value for key, value in shown.items() if key not in known}, "hide": hidden}


# Charts.

def charts():
    """{the chart's name: [[layer, the marks' labels], ...]} as they are seen."""
    found = js("""return [...document.querySelectorAll('#charts figure')].filter(f => f.offsetParent !== null).map(f => [f.dataset.chart,
        f.querySelector('h3')?.textContent ?? '', f.textContent.length, f.querySelectorAll('.plot svg').length,
        [...f.querySelectorAll('.plot svg g[class*=_marks]')].map(g => [g.getAttribute('class'),
            [...g.children].map(m => m.getAttribute('aria-label') ?? '')])])""")
    require(len({name for name, *_ in found}) == len(found), "a chart twice")
    for name, head, length, drawings, _ in found:
        require(head and length > len(head) + 10 and drawings == 1, f"{name}: a chart without a title, a caption or a drawing")
    return {name: [[layer_of(classes), group] for classes, group in marks] for name, _, _, _, marks in found}


def check_charts(rows, view=None):
    """Every chart of the view against the rows. Returns how many marks were compared."""
    view = view or view_shown()
    expected, shown = expected_charts(rows, view), charts()
    require(set(shown) - {"times", "ratio"} == set(expected), f"there are the charts {sorted(shown)}, not {sorted(expected)}")
    compared = sum(check_chart(name, shown[name], points) for name, points in expected.items())
    if "scatter" in expected:
        front, places = js("""const f = document.querySelector('figure[data-chart=scatter]');
            return [f.querySelector('g[class*=front_marks] path')?.getAttribute('d') ?? '',
                [...f.querySelectorAll('g[class*=points_marks] > *')].map(m => [m.getAttribute('aria-label'), m.getAttribute('transform')])]""")
        methods = front_of(expected["scatter"])
        corners = sorted(tuple(round(float(x), 1) for x in pair.split(",")) for pair in re.findall(r"[-\\d.e]+,[-\\d.e]+", front))
        wanted = sorted(tuple(round(float(x), 1) for x in re.findall(r"[-\d.e]+", place)) for label, place in places
                        if re.search(r"method: ([^;]*)", label).group(1) in methods)
        require(len(corners) == len(wanted) and all(math.dist(a, b) < 0.3 for a, b in zip(corners, wanted)),
                f"scatter: the front is {corners}, not {wanted} of {methods}")
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
        return found.group(2) is not None and math.isclose(shown * {"ns": 1, "ms": 1e6, "s": 1e9}.get(found.group(2), 1e3), value, rel_tol=6e-4)
    if key == "bytes_per_second":
        value /= 1e9
    return shown == 0 if value == 0 else math.isclose(shown, value, rel_tol=6e-3)


def check_table(rows, order=None):
    """All cells of the table; the rows in this order, or in the file's. Returns how many were compared."""
    keys, cells = table()
    require(keys[:2] == ["name", "time"], f"the columns are {keys}")
    by_name, compared = {row.name: row for row in rows}, 0
    names = order or [row.name for row in rows]
    require([row[0] for row in cells] == names, f"the table has {len(cells)} rows, not the {len(names)} wanted, or in another order")
    for row in cells:
        require(len(row) == len(keys), f"{row[0]}: {len(row)} cells")
        if by_name[row[0]].outcome:
            require(by_name[row[0]].outcome in " ".join(row), f"{row[0]}: is no {by_name[row[0]].outcome}")
            continue
        for key, text in zip(keys[1:], row[1:]):
            if key in ("ratio", "interval", "verdict", "counters"):
                continue
            require(cell_fits(text, key, by_name[row[0]].value(key)), f"{row[0]}: {key} is {text}, not {by_name[row[0]].value(key)}")
            compared += 1
    return compared


def brightness(selector="body", what="backgroundColor"):
    color = js("return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]", selector, what)
    parts = [float(x) for x in re.findall(r"[\d.]+", color)]
    require(len(parts) == 3 or parts[3] == 1, f"{selector} has the {what} {color}")
    return sum(parts[:3]) / 3


def emulate(width=1280, scheme="light"):
    DRIVER.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
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
