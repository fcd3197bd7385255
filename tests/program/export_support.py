"""What the tests of `permdelta export` share: runs to export, and what they say by an account of our own."""

import json
import pathlib
import re
import struct
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
OURS = [REPOSITORY / "docs" / "readme_run.json", REPOSITORY / "docs" / "speed_run.json"]  # repetitions; aggregates only

# As versions 1.7 to 1.9 of the library write it, for whoever thinks of the worst names.
STRANGER = r"""{
  "context": {
    "date": "2024-05-06T07:08:09+02:00", "host_name": "somewhere", "executable": "./x", "num_cpus": 8, "mhz_per_cpu": 3000,
    "cpu_scaling_enabled": false, "caches": [{"type": "Data", "level": 1, "size": 32768, "num_sharing": 2}],
    "load_avg": [0.5, 0.25], "library_version": "v1.9.1", "library_build_type": "release", "json_schema_version": 1,
    "Commit Id": "1a2b\n3c", "compiler": "clang, \"18\"=x y\\"
  },
  "benchmarks": [
    {"name": "BM_plain", "run_name": "BM_plain", "run_type": "iteration", "repetitions": 1, "repetition_index": 0, "threads": 1,
     "iterations": 1000, "real_time": 1.5e+00, "cpu_time": 1.25e+00, "time_unit": "ns"},
    {"name": "BM_sort<int>/1024/repeats:3/process_time/real_time/threads:4", "run_type": "iteration", "repetitions": 3,
     "repetition_index": 0, "threads": 4, "iterations": 10, "real_time": 0.1, "cpu_time": 0.4, "time_unit": "us", "label": "a, \"b\"",
     "bytes_per_second": 123456789.123, "cache misses": 0.30000000000000004, "cache.misses": 5e-324, "orders": 0},
    {"name": "BM_sort<int>/1024/repeats:3/process_time/real_time/threads:4", "run_type": "iteration", "repetitions": 3,
     "repetition_index": 1, "threads": 4, "iterations": 11, "real_time": 0.3, "cpu_time": 0.5, "time_unit": "us",
     "bytes_per_second": 123456780.5, "cache misses": 1.7976931348623157e308, "cache.misses": -0.0, "orders": 0},
    {"name": "BM_sort<int>/1024/repeats:3/process_time/real_time/threads:4", "run_type": "iteration", "repetitions": 3,
     "repetition_index": 2, "threads": 4, "iterations": 12, "real_time": 0.2, "cpu_time": 0.6, "time_unit": "us",
     "bytes_per_second": NaN, "cache misses": 1e22, "cache.misses": 123456789012345678, "orders": 0},
    {"name": "BM_sort<int>/1024/repeats:3/process_time/real_time/threads:4_cv", "run_name": "BM_sort<int>/1024/repeats:3/process_time/real_time/threads:4",
     "run_type": "aggregate", "aggregate_name": "cv", "aggregate_unit": "percentage", "iterations": 3, "real_time": 0.5, "cpu_time": 0.2,
     "time_unit": "us", "orders": NaN},
    {"name": "BM_manual/manual_time", "run_type": "iteration", "iterations": 7, "real_time": 3.25, "cpu_time": 1, "time_unit": "ms",
     "time": 1, "latency": 2, "MB/s": 3, "cycles_total": 4, "cacheMisses": 5, "ns": 6, "naïve, \"x\"=\ty\\": 7, "le": 8, "gauge": 9},
    {"name": "BM x", "iterations": 1, "real_time": 1, "cpu_time": 2, "time_unit": "s"},
    {"name": "BM_x", "iterations": 1, "real_time": 3, "cpu_time": 4, "time_unit": "ns"},
    {"name": "bM_x", "iterations": 1, "real_time": 5, "cpu_time": 6, "time_unit": "ns"},
    {"name": "we ird, a=b \"q\" ünï\u00a0\u3000x\n\u0000=\\", "iterations": 1, "real_time": 7, "cpu_time": 8, "time_unit": "ns"},
    {"name": "back\\\\slash\\,\\ \\=\\\"", "iterations": 1, "real_time": 7, "cpu_time": 8, "time_unit": "ns"},
    {"name": "日本/42-8", "iterations": 1, "real_time": 9, "cpu_time": 10, "time_unit": "ns"},
    {"name": "sum/mine/fp32/normal/n:64/le:2/x-y:3/x=y:4/repetition:5", "iterations": 3, "real_time": 0.5, "cpu_time": 0.75, "time_unit": "ns",
     "max_perm_delta": 0, "perm_delta_ulp": 0.25, "layer_01_delta": 1e-7},
    {"name": "sum/mine/fp32/normal/n:64/rows:2/isa:avx2", "iterations": 3, "real_time": 0.5, "cpu_time": 0.75, "time_unit": "ns"},
    {"name": "sum/mine/fp32/normal/n:64/isa:avx2/rows:2", "iterations": 4, "real_time": 1.5, "cpu_time": 1.75, "time_unit": "ns"},
    {"name": "BM_failed", "iterations": 0, "real_time": 0, "cpu_time": 0, "time_unit": "ns", "error_occurred": true, "error_message": "no"},
    {"name": "BM_skipped", "iterations": 0, "real_time": 0, "cpu_time": 0, "time_unit": "ns", "skipped": true, "skip_message": "no"}
  ]
}
"""
STRANGERS_WARNINGS = ["2 bare NaN", "1 row failed", "1 row skipped"]

# Which parts of a stranger's name there are, and the keys under which.
STRANGERS_PARTS = {
    "BM_plain": {"name": "BM_plain"},
    "BM_sort<int>/1024/process_time/real_time/threads:4":
        {"name": "BM_sort<int>/1024", "cpu_clock": "process_time", "clock": "real_time", "threads": "4"},
    "BM_manual/manual_time": {"name": "BM_manual", "clock": "manual_time"},
    "BM x": {"name": "BM x"},
    "BM_x": {"name": "BM_x"},
    "bM_x": {"name": "bM_x"},
    "we ird, a=b \"q\" ünï\u00a0\u3000x\n\0=\\": {"name": "we ird, a=b \"q\" ünï\u00a0\u3000x\\x0a\\x00=\\"},
    "back\\\\slash\\,\\ \\=\\\"": {"name": "back\\\\slash\\,\\ \\=\\\""},
    "日本/42-8": {"name": "日本/42-8"},
    "sum/mine/fp32/normal/n:64/le:2/x-y:3/x=y:4/repetition:5":
        {"operation": "sum", "method": "mine", "type": "fp32", "distribution": "normal", "n": "64", "le_2": "2", "x_y": "3", "x_y_2": "4",
         "repetition_2": "5"},
    "sum/mine/fp32/normal/n:64/rows:2/isa:avx2":
        {"operation": "sum", "method": "mine", "type": "fp32", "distribution": "normal", "n": "64", "rows": "2", "isa": "avx2"},
    "sum/mine/fp32/normal/n:64/isa:avx2/rows:2":
        {"operation": "sum", "method": "mine", "type": "fp32", "distribution": "normal", "n": "64", "isa": "avx2", "rows": "2",
         "full_name": "sum/mine/fp32/normal/n:64/isa:avx2/rows:2"},
}
NO_METRICS = {"family_index", "per_family_instance_index", "repetitions", "repetition_index", "threads"}


def call(program, *arguments, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8", "timeout": 300, **options}
    return subprocess.run([program, *map(str, arguments)], check=False, **options)


def one_line(text):
    return re.sub("[\0-\x1f\x7f]", lambda match: f"\\x{ord(match[0]):02x}", text)


def bits(value):
    return struct.pack("<d", value)


def numbers_of(path):
    """{row: [{metric: value} of each repetition]}, times in ns; of aggregates the median."""
    rows = {}
    for entry in json.loads(path.read_text(encoding="utf-8"))["benchmarks"]:
        if entry.get("error_occurred") or entry.get("skipped") or entry.get("aggregate_name", "median") != "median":
            continue
        name = re.sub(r"/repeats:\d+", "", entry.get("run_name", entry["name"]))
        scale = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[entry["time_unit"]]
        rows.setdefault(name, []).append(
            {key: float(value) * (scale if key in ("real_time", "cpu_time") else 1) for key, value in entry.items()
             if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value and key not in NO_METRICS})
    assert rows
    return rows


def parts_of(row):
    if row in STRANGERS_PARTS:
        return STRANGERS_PARTS[row]
    operation, method, element, source, *axes = row.split("/")
    return {"operation": operation, "method": method, "type": element, "distribution": source, **dict(axis.split(":") for axis in axes)}


def write_stranger(folder):
    path = folder / "stranger.json"
    path.write_text(STRANGER, encoding="utf-8")
    return path
