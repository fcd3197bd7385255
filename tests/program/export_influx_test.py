#!/usr/bin/env python3
"""What a real InfluxDB makes of `permdelta export --to influx`: it takes the lines and gives every number back, bit for bit.

export_influx_test.py PERMDELTA [unittest arguments]; skipped (77) without influxd (InfluxDB 1)
"""

import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

sys.dont_write_bytecode = True
import export_support as support  # noqa: E402

PERMDELTA = None
CONFIGURATION = """
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
  max-row-limit = 0
"""
# Where a tag has the name, a number of the row's own gets another one.
RENAMED = {"time": "time_2"}


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Server:
    """An influxd of our own, which leaves nothing behind."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        for _ in range(3):  # somebody may take the port before it does
            self.port = free_port()
            configuration = pathlib.Path(self.folder.name) / "influxdb.conf"
            configuration.write_text(CONFIGURATION.format(folder=self.folder.name, port=self.port), encoding="utf-8")
            self.log = open(pathlib.Path(self.folder.name) / "log", "w+", encoding="utf-8")
            self.process = subprocess.Popen(["influxd", "run", "-config", str(configuration)], stdin=subprocess.DEVNULL,
                                            stdout=self.log, stderr=subprocess.STDOUT)
            if self.is_up():
                return
            self.log.seek(0)
            said = self.log.read()
            self.stop()
        raise RuntimeError(f"influxd does not start: {said}")

    def is_up(self):
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            try:
                return self.ask("GET", "ping")[0] == 204
            except OSError:
                time.sleep(0.05)
        return False

    def ask(self, method, path, body=None, **query):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}?{urllib.parse.urlencode(query)}", data=body, method=method)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def query(self, text, **options):
        status, answer = self.ask("POST", "query", q=text, **options)
        assert status == 200, answer
        result, = json.loads(answer, parse_int=float)["results"]
        assert "error" not in result, result
        return result.get("series", [])

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Influx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.folder.cleanup)
        cls.addClassCleanup(cls.server.stop)
        cls.stranger = support.write_stranger(pathlib.Path(cls.server.folder.name))

    def setUp(self):
        self.server.query("CREATE DATABASE test")
        self.addCleanup(self.server.query, "DROP DATABASE test")

    def export(self, path, *arguments):
        run = support.call(PERMDELTA, "export", path, "--to=influx", *arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def write(self, text):
        return self.server.ask("POST", "write", text.encode(), db="test", precision="ns")

    def expected_tags(self, path, row, repetition):
        context = json.loads(path.read_text(encoding="utf-8"))["context"]
        parts = support.parts_of(row)
        context = {key: str(context[key]) for key in ("cpu_name", "isa", "compiler", "seed") if key in context and key not in parts}
        tags = {**parts, **context, "commit": "1a, 2=b \"c\" ü", "repetition": "aggregate" if "speed" in path.name else str(repetition)}
        # A backslash at the end can't be written there.
        return {key: value + " " if value.endswith("\\") else value for key, value in tags.items()}

    def test_every_number_comes_back(self):
        count = 0
        for path, date in [*((path, None) for path in support.OURS), (self.stranger, 1714972089 * 10**9), (self.stranger, 1700000000250000001)]:
            arguments = ["--timestamp=1700000000.250000001"] if date == 1700000000250000001 else []
            lines = self.export(path, "--tag=commit=1a, 2=b \"c\" ü", *arguments)
            self.assertEqual(self.write(lines), (204, b""))
            found = {}
            for series in self.server.query("SELECT *::field FROM permdelta GROUP BY *", db="test", epoch="ns"):
                tags = tuple(sorted((key, value) for key, value in series["tags"].items() if value))
                self.assertNotIn(tags, found)
                (at, *values), = series["values"]  # no point has overwritten another one, none is there twice
                if date:
                    self.assertEqual(at, float(date))
                found[tags] = {key: value for key, value in zip(series["columns"][1:], values) if value is not None}
            points = 0
            for row, repetitions in support.numbers_of(path).items():
                for i, numbers in enumerate(repetitions):
                    tags = tuple(sorted(self.expected_tags(path, row, i).items()))
                    self.assertIn(tags, found, row)
                    numbers = {support.one_line(RENAMED.get(metric, metric)).replace("\\", "/"): value for metric, value in numbers.items()}
                    self.assertEqual({key: support.bits(value) for key, value in found[tags].items()},
                                     {key: support.bits(value) for key, value in numbers.items()}, row)
                    points += 1
                    count += len(numbers)
            self.assertEqual(len(found), points)
            self.assertEqual(lines.count("\n"), points)
            self.server.query("DROP DATABASE test")
            self.server.query("CREATE DATABASE test")
        self.assertGreater(count, 2500)
        print(f"\n{count} numbers back from InfluxDB", file=sys.stderr)

    def test_time_is_to_the_nanosecond(self):
        self.assertEqual(self.write(self.export(support.OURS[0], "--timestamp=1700000000.250000001")), (204, b""))
        answer = self.server.ask("POST", "query", q="SELECT cpu_time FROM permdelta LIMIT 1", db="test", epoch="ns")[1]
        self.assertIn(b"1700000000250000001", answer)

    def test_two_runs_have_the_same_types(self):
        for path in [*support.OURS, self.stranger]:
            self.assertEqual(self.write(self.export(path)), (204, b""))
        types = {}
        for key, kind in self.server.query("SHOW FIELD KEYS FROM permdelta", db="test")[0]["values"]:
            types.setdefault(key, set()).add(kind)
        self.assertGreater(len(types), 20)
        for key, kinds in types.items():
            self.assertEqual(kinds, {"integer"} if key == "iterations" else {"float"}, key)

    def test_it_refuses_wrong_lines(self):
        lines = self.export(self.stranger)
        self.assertEqual(self.write(lines), (204, b""))
        for what, wrong in [("a blank", lines.replace(r"BM\ x", "BM x")),
                            ("a comma", lines.replace(r"we\ ird\,", "we ird,")),
                            ("an empty tag", lines.replace("name=BM_plain", "name=")),
                            ("NaN", lines.replace("real_time=1.5,", "real_time=NaN,")),
                            ("another type", lines.replace("iterations=1000i", "iterations=1000")),
                            ("no backslash may end a tag", lines.replace(r"\\ ,repetition", r"\,repetition")),
                            ("no time", lines.replace(" 1714972089000000000", " soon"))]:
            self.assertNotEqual(wrong, lines, what)
            self.assertEqual(self.write(wrong)[0], 400, what)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PERMDELTA = sys.argv.pop(1)
    if not shutil.which("influxd"):
        print("skipped: no influxd here (Debian's package: influxdb)")
        sys.exit(77)
    unittest.main()
