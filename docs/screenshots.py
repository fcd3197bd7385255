#!/usr/bin/env python3
"""Takes the README's pictures of a report, by Chromium: docs/screenshots.py PERMDELTA

They are pictures of docs/report_run.json's page; unlike the figures, another version of the browser gives other bytes.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

from selenium import webdriver

DOCS = pathlib.Path(__file__).resolve().parent
WIDTH, HEIGHT = 1280, 1330
VIEWS = {"report_light": "operation=layernorm&type=fp32&n=4096&theme=light",
         "report_dark": "operation=sum&type=fp32&distribution=pareto&n=4096&measure=perm_delta_ulp&theme=dark"}


def main(permdelta):
    options = webdriver.ChromeOptions()
    for argument in "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars":
        options.add_argument(argument)
    with tempfile.TemporaryDirectory() as scratch, webdriver.Chrome(options=options) as browser:
        page = pathlib.Path(scratch, "report.html")
        subprocess.run([permdelta, "report", "report_run.json", "-o", page], cwd=DOCS, check=True)
        metrics = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        for name, view in VIEWS.items():
            browser.get("about:blank")
            browser.get(f"{page.as_uri()}#{view}")
            deadline = time.monotonic() + 60
            while not browser.execute_script("return document.documentElement.dataset.ready"):
                if time.monotonic() > deadline:
                    sys.exit(f"{name}: the page never got ready")
                time.sleep(0.05)
            browser.save_screenshot(str(DOCS / f"{name}.png"))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]).resolve())
