#!/usr/bin/env python3
"""The program as a user runs it: names, counters, JSON, repetitions, each kind of bad input.

program_test.py BENCH [unittest arguments]
"""

import csv
import json
import math
import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile
import time
import unittest

BENCH = None
OPERATIONS = ["sum", "mean", "layernorm", "rmsnorm", "softmax"]
REDUCING = ["sum", "mean"]  # to one number a row
METHODS = []  # those of --list_kernels
KERNELS = []  # operation/method/type
PEERS = []  # likewise, of those libraries that this build found
POSSIBLE_PEERS = ({f"{op}/eigen/{element}" for op in ("sum", "mean") for element in ("fp64", "fp32")} |
                  {f"sum/{method}/{element}" for method in ("openblas", "std_accumulate", "std_reduce")
                   for element in ("fp64", "fp32")} |
                  {f"{op}/onednn/fp32" for op in ("sum", "mean", "layernorm")})
TYPES = ["fp64", "fp32", "fp16"]  # of the default grid
ALL_TYPES = [*TYPES, "bf16"]
DISTRIBUTIONS = ["normal", "fixed", "pareto"]
SIZES = [2, 4, 8, 16, 512, 1024, 2048, 4096, 8192]
EXACT = ["max_perm_delta", "perm_delta_ulp", "distinct_results", "max_error_ulp", "orders"]
OTHER_ORDERS = ["split_delta_ulp", "isa_delta_ulp"]  # of the kernels of the catalog
RATES = ["bytes_per_second", "items_per_second"]
DIGITS = {"fp64": 53, "fp32": 24, "fp16": 11, "bf16": 8}
BYTES = {"fp64": 8, "fp32": 4, "fp16": 2, "bf16": 2}


def bench(*arguments, env=None, **options):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BENCHMARK_")}
    environment.update(env or {})
    # What the network is not the subject of, has a small one.
    if not any(a.startswith(("--network_shape", "--benchmark_list_tests")) for a in arguments):
        arguments = ("--network_shape=2x8x2", *arguments)
    return subprocess.run([BENCH, *arguments], capture_output=True, text=True, env=environment,
                          check=False, timeout=300, **options)


def strict(text):
    """Parses JSON as the standard has it: no NaN, no Infinity, no key twice."""

    def refuse(constant):
        raise ValueError(f"{constant} is not JSON")

    def unique(pairs):
        keys = [key for key, _ in pairs]
        if len(keys) != len(set(keys)):
            raise ValueError(f"duplicate keys in {keys}")
        return dict(pairs)

    return json.loads(text, parse_constant=refuse, object_pairs_hook=unique)


def rows_of(*arguments, **options):
    """What a run says: without the network, if there is no filter."""
    if not any("--benchmark_filter" in argument for argument in arguments):
        arguments = (*arguments, "--benchmark_filter=-network")
    run = bench("--benchmark_format=json", "--benchmark_min_time=0", *arguments, **options)
    if run.returncode != 0:
        raise AssertionError(f"exit {run.returncode}: {run.stderr}")
    return strict(run.stdout)


def exact_counters(run, keys=EXACT):
    return {row["name"]: {key: row[key] for key in keys if key in row}
            for row in run["benchmarks"]}


def subjects(pattern=""):
    """Kernels and peers whose operation/method/type matches."""
    return [name for name in KERNELS + PEERS if re.search(pattern, name)]


def networks(shape="n:256/rows:64/layers:20"):
    """The rows of the network experiment: each layernorm in it, by distribution."""
    return [f"{name.replace('layernorm', 'network')}/{source}/{shape}"
            for name in subjects("layernorm") for source in DISTRIBUTIONS]


class Names(unittest.TestCase):
    def test_the_default_grid(self):
        listed = bench("--benchmark_list_tests").stdout.split()
        expected = {f"{subject}/{source}/n:{n}" for subject in subjects() for source in DISTRIBUTIONS for n in SIZES}
        expected |= set(networks())
        self.assertEqual(set(listed), expected)
        self.assertEqual(len(listed), len(expected))
        self.assertGreaterEqual(len(listed), 5 * 405)

    def test_peers(self):
        self.assertLessEqual(set(PEERS), POSSIBLE_PEERS)
        self.assertIn("sum/std_reduce/fp32", PEERS)
        # Those of one library are there together, and the context says which.
        for method in {name.split("/")[1] for name in PEERS}:
            self.assertEqual({name for name in PEERS if f"/{method}/" in name},
                             {name for name in POSSIBLE_PEERS if f"/{method}/" in name})
        libraries = rows_of("--sizes=8", "--benchmark_filter=mean/kahan/fp32/normal")["context"]["libraries"]
        for method, library in [("eigen", "Eigen 3"), ("onednn", "oneDNN 2"), ("openblas", "OpenBLAS 0"),
                                ("std", "libstdc++")]:
            self.assertEqual(library in libraries, bool(subjects(f"/{method}")), libraries)

    def test_layernorms_part_of_it(self):
        listed = bench("--benchmark_list_tests", "--benchmark_filter=layernorm").stdout.split()
        self.assertEqual(len(listed), len(subjects("layernorm")) * len(DISTRIBUTIONS) * len(SIZES))
        self.assertGreaterEqual(len(listed), 405)

    def test_filters(self):
        def listed(spec):
            return bench("--benchmark_list_tests", f"--benchmark_filter={spec}").stdout.split()

        self.assertEqual(len(listed("mean/pairwise|layernorm/pairwise")), 162)
        cells = len(DISTRIBUTIONS) * len(SIZES)
        self.assertEqual(len(listed("-sum|mean|network")), len(subjects("norm|softmax")) * cells)
        self.assertEqual(len(listed("all")), len(subjects()) * cells + len(networks()))
        self.assertEqual(sorted(listed("network")), sorted(networks()))
        self.assertEqual(listed("^sum/kahan/fp16/fixed/n:8$"), ["sum/kahan/fp16/fixed/n:8"])

    def test_grid_flags(self):
        listed = bench("--benchmark_list_tests", "--sizes=3,1000,3", "--distributions=cancel,lognormal",
                       "--benchmark_filter=sum/kahan/fp32").stdout.split()
        self.assertEqual(listed, [f"sum/kahan/fp32/{source}/n:{n}" for source in ("cancel", "lognormal")
                                  for n in (3, 1000)])

    def test_rows(self):
        listed = bench("--benchmark_list_tests", "--sizes=3,8", "--rows=1,4,1", "--distributions=normal",
                       "--benchmark_filter=sum/kahan/fp32").stdout.split()
        self.assertEqual(listed, [f"sum/kahan/fp32/normal/n:{n}{rows}" for n in (3, 8) for rows in ("", "/rows:4")])

    def test_peers_can_be_left_out(self):
        libraries = "(eigen|onednn|openblas|std_)"
        cells = len(DISTRIBUTIONS) * len(SIZES)
        for spec, expected in [(f"-{libraries}", KERNELS), (libraries, PEERS)]:
            listed = [name for name in bench("--benchmark_list_tests", f"--benchmark_filter={spec}").stdout.split()
                      if not name.startswith("network")]
            self.assertEqual({"/".join(name.split("/")[:3]) for name in listed}, set(expected))
            self.assertEqual(len(listed), len(expected) * cells)

    def test_every_isa_by_name(self):
        kernels = bench("--list_kernels", "--isa=all").stdout.splitlines()[1:]
        isas = {line.split()[1] for line in kernels}
        listed = bench("--benchmark_list_tests", "--isa=all", "--sizes=8", "--benchmark_filter=-network").stdout.split()
        by_isa = [name for name in listed if "/isa:" in name]
        self.assertEqual({name.split("/")[-1] for name in by_isa}, {f"isa:{isa}" for isa in isas})
        # Eigen is compiled for each of them, the other peers choose for themselves.
        self.assertEqual(len(by_isa), len(isas) * len(subjects(f"/({'|'.join(METHODS)}|eigen)/")) * len(DISTRIBUTIONS))
        self.assertEqual(len(listed) - len(by_isa), len(subjects("onednn|openblas|std")) * len(DISTRIBUTIONS))
        self.assertEqual(len(kernels) * len(TYPES), len(isas) * len(KERNELS) * len(ALL_TYPES))


class Rows(unittest.TestCase):
    def test_counters_of_every_row(self):
        run = rows_of("--sizes=2,512", "--distributions=normal,fixed,pareto,lognormal,cancel")
        self.assertEqual(len(run["benchmarks"]), len(subjects()) * 5 * 2)
        for row in run["benchmarks"]:
            with self.subTest(row["name"]):
                self.assertNotIn("error_occurred", row)
                operation, method, element, _, size = row["name"].split("/")
                n = int(size[2:])
                self.assertEqual("fallback_rate" in row, method == "exact")
                self.assertTrue(0 <= row.get("fallback_rate", 0) <= 1)
                for key in EXACT + RATES + (OTHER_ORDERS if f"{operation}/{method}/{element}" in KERNELS else []):
                    self.assertIn(key, row)
                    self.assertTrue(math.isfinite(row[key]) and row[key] >= 0, row[key])
                self.assertEqual(row["orders"], 128)
                self.assertTrue(1 <= row["distinct_results"] <= 129)
                self.assertEqual(row["distinct_results"] == 1, row["max_perm_delta"] == 0)
                self.assertEqual(row["max_perm_delta"] == 0, row["perm_delta_ulp"] == 0)
                ratio = row["bytes_per_second"] / row["items_per_second"]
                outputs = 1 if operation in REDUCING else n
                self.assertAlmostEqual(ratio, BYTES[element] * (n + outputs) / n, places=6)

    def test_several_rows(self):
        run = rows_of("--sizes=2,512", "--rows=1,3", "--distributions=normal,cancel")
        counters = {row["name"]: row for row in run["benchmarks"]}
        self.assertEqual(len(counters), len(subjects()) * 2 * 2 * 2)
        for name, row in counters.items():
            if not name.endswith("/rows:3"):
                continue
            with self.subTest(name):
                self.assertNotIn("error_occurred", row)
                alone = counters[name.removesuffix("/rows:3")]
                # The first of its rows is that one.
                for key in EXACT:
                    self.assertGreaterEqual(row[key], alone[key], key)
                ratio = row["bytes_per_second"] / row["items_per_second"]
                self.assertAlmostEqual(ratio, alone["bytes_per_second"] / alone["items_per_second"], places=6)
                if "/exact/" in name:
                    self.assertEqual(row["distinct_results"], 1)

    def test_bandwidth(self):
        run = rows_of("--sizes=2,512,8192", "--rows=1,3", "--distributions=normal", "--orders=1")
        said = re.findall(r"(read|copy)/(\d+)([KM])iB: (\d+\.\d)", run["context"]["bandwidth_GB_per_s"])
        limits = {(kind, int(size) << (10 if unit == "K" else 20)): float(rate) for kind, size, unit, rate in said}
        self.assertEqual(", ".join(f"{kind}/{size}{unit}iB: {rate}" for kind, size, unit, rate in said),
                         run["context"]["bandwidth_GB_per_s"])
        used = set()
        for row in run["benchmarks"]:
            with self.subTest(row["name"]):
                self.assertGreater(row["bandwidth_fraction"], 0)
                operation, _, element, _, *axes = row["name"].split("/")
                n, rows = int(axes[0][2:]), 3 if axes[-1] == "rows:3" else 1
                total = rows * BYTES[element] * (n + 1 if operation in REDUCING else 2 * n)
                size = max(4096, 1 << round(math.log2(total)))
                used.add(("read" if operation in REDUCING else "copy", size))
                limit = row["bytes_per_second"] / row["bandwidth_fraction"] * 1e-9
                self.assertAlmostEqual(limit, limits["read" if operation in REDUCING else "copy", size], delta=0.051)
        self.assertEqual(len(run["benchmarks"]), len(subjects()) * 3 * 2)
        self.assertEqual(used, set(limits), "classes that no row is of")

    def test_same_seed_same_bits(self):
        arguments = ["--sizes=16,1000", "--distributions=normal,lognormal"]
        everything = EXACT + OTHER_ORDERS + ["fallback_rate"]
        first = exact_counters(rows_of(*arguments), everything)
        self.assertEqual(first, exact_counters(rows_of(*arguments), everything))
        self.assertGreater(len(first), 100)
        self.assertNotEqual(first, exact_counters(rows_of(*arguments, "--seed=43"), everything))

    def test_fixed_trees_do_not_depend_on_the_isa(self):
        run = rows_of("--isa=all", "--sizes=7,1000,4096", "--distributions=normal,lognormal",
                      "--benchmark_filter=/(sequential|pairwise|exact)/")
        by_kernel = {}
        for name, counters in exact_counters(run).items():
            by_kernel.setdefault(re.sub("/isa:.*", "", name), []).append(counters)
        compared = 0
        for kernel, results in by_kernel.items():
            for other in results[1:]:
                self.assertEqual(results[0], other, kernel)
                compared += 1
        others = len(run["context"]["isas_runnable"].split()) - 1
        self.assertGreaterEqual(compared, others * 3 * 3 * 3 * 2 * 3)

    def test_exact_does_not_move(self):
        run = rows_of("--isa=all", "--benchmark_filter=/exact/", "--sizes=2,3,16,100,1000,8192",
                      f"--types={','.join(ALL_TYPES)}", "--network_shape=2x16x2",
                      "--distributions=normal,fixed,pareto,lognormal,cancel")
        judged = [row for row in run["benchmarks"] if "error_occurred" not in row]
        self.assertGreater(len(judged), 600)
        for row in judged:
            self.assertEqual((row["max_perm_delta"], row["distinct_results"]), (0, 1), row["name"])
            self.assertEqual((row["split_delta_ulp"], row["isa_delta_ulp"]), (0, 0), row["name"])
            if row["name"].startswith("sum/"):
                self.assertEqual(row["max_error_ulp"], 0, row["name"])
        # What the first tier is for, and what it is not.
        rates = {row["name"]: row["fallback_rate"] for row in judged if not row["name"].startswith("network")}
        for name, rate in rates.items():
            if re.match("sum/exact/(fp64|fp32)/lognormal/n:8192", name):
                self.assertEqual(rate, 1, name)
            elif re.match("sum/exact/.*/(normal|fixed)/", name) or "/fp16/" in name and name.startswith("sum"):
                self.assertEqual(rate, 0, name)

    def test_the_seed_experiments_magnitudes(self):
        # Its own table for pairwise (NumPy): 128 orders, unseeded, so orders of magnitude. No cell is above thirty times the
        # largest of its column, and the largest is not far below.
        run = rows_of("--benchmark_filter=(mean|layernorm)/pairwise")
        largest = {}
        cells = 0
        for row in run["benchmarks"]:
            operation, _, element, source, _ = row["name"].split("/")
            key = (operation, element, source)
            largest[key] = max(largest.get(key, 0), row["max_perm_delta"])
            cells += 1
        self.assertEqual((len(largest), cells), (18, 162))
        for source, mean, layernorm in [("normal", 1.2e-7, 2.4e-7), ("fixed", 4.8e-7, 3.8e-6),
                                        ("pareto", 5.7e-6, 1.1e-5)]:
            for element, scale in [("fp32", 1), ("fp64", 2.0**-29)]:
                for operation, figure in [("mean", mean), ("layernorm", layernorm)]:
                    found = largest[operation, element, source]
                    self.assertTrue(figure * scale / 30 <= found <= figure * scale * 30,
                                    f"{operation} {element} {source}: {found}")
            self.assertLessEqual(largest["mean", "fp16", source], 2.0**-4)
            self.assertLessEqual(largest["layernorm", "fp16", source], 9.8e-3)

    def test_other_machines_and_threads(self):
        run = rows_of("--sizes=2,1000,4096", "--distributions=normal,lognormal", f"--types={','.join(ALL_TYPES)}")
        moved = {"split_delta_ulp": set(), "isa_delta_ulp": set()}
        for row in run["benchmarks"]:
            method = row["name"].split("/")[1]
            for key, methods in moved.items():
                if row.get(key, 0) > 0:
                    methods.add(method)
        # A split changes all orders but of what has none; another machine only those that follow it.
        self.assertEqual(moved["split_delta_ulp"], set(METHODS) - {"exact"})
        several = len(run["context"]["isas_runnable"].split()) > 1
        self.assertEqual(moved["isa_delta_ulp"], {"lane_split", "kahan"} if several else set())

    def test_types(self):
        listed = bench("--benchmark_list_tests", "--types=bf16,fp64,bf16", "--sizes=8", "--distributions=normal",
                       "--benchmark_filter=/exact/").stdout.split()
        self.assertEqual([name.split("/")[2] for name in listed if name.startswith("sum/")], ["fp64", "bf16"])
        self.assertEqual({name.split("/")[2] for name in listed}, {"fp64", "bf16"})

    def test_the_network(self):
        arguments = ["--benchmark_filter=network", "--network_shape=4x64x6", "--distributions=normal",
                     f"--types={','.join(ALL_TYPES)}"]
        run = rows_of(*arguments)
        layers = [f"layer_{layer:02}_delta" for layer in range(1, 7)]
        moved = {}
        for row in run["benchmarks"]:
            with self.subTest(row["name"]):
                self.assertNotIn("error_occurred", row)
                operation, method, element, source, *axes = row["name"].split("/")
                self.assertEqual((operation, source, axes), ("network", "normal", ["n:64", "rows:4", "layers:6"]))
                self.assertEqual(row["orders"], 16)
                self.assertEqual([key for key in row if key.startswith("layer_")], layers)
                self.assertEqual(row["layer_06_delta"], row["max_perm_delta"])
                self.assertEqual(row["distinct_results"] == 1, row["max_perm_delta"] == 0)
                # Two results are no further apart than both are from the right one. Each of the six layers rounds its features once,
                # half an ulp of the largest at most; its products' errors, which cancel as random ones do, and what grows of those of
                # the layers before are granted as much again. (The worst of seven seeds was 4.)
                self.assertTrue(row["perm_delta_ulp"] / 2 <= row["max_error_ulp"] <= 6 * (0.5 + 0.5),
                                (row["perm_delta_ulp"], row["max_error_ulp"]))
                self.assertGreater(row["max_error_ulp"], 0)
                moved.setdefault(method, []).append(row["max_perm_delta"])
                if method == "exact":
                    self.assertEqual([row[key] for key in layers], [0] * 6)
                    self.assertEqual((row["split_delta_ulp"], row["isa_delta_ulp"]), (0, 0))
                # Elements in six layers, and what is read and written in one go.
                ratio = row["bytes_per_second"] / row["items_per_second"]
                weights = 2 * 6 * 64 * 64 * (8 if element == "fp64" else 4)
                self.assertAlmostEqual(ratio, (2 * 4 * 64 * BYTES[element] + weights) / (4 * 64 * 6), places=3)
        self.assertEqual(len(run["benchmarks"]), len(subjects("layernorm")) + len(METHODS))
        self.assertGreater(max(moved["lane_split"]), 0)
        keys = EXACT + OTHER_ORDERS + layers
        self.assertEqual(exact_counters(run, keys), exact_counters(rows_of(*arguments), keys))
        self.assertNotEqual(exact_counters(run, keys), exact_counters(rows_of(*arguments, "--seed=43"), keys))
        self.assertFalse(any("bandwidth_fraction" in row for row in run["benchmarks"]))
        few = rows_of(*arguments, "--orders=3")
        self.assertEqual({row["orders"] for row in few["benchmarks"]}, {3})

    def test_orders_of_a_large_network(self):
        # 2^27 elements are the limit of a study: 64 orders of 2^21 features.
        arguments = ["--benchmark_filter=network/lane_split/fp32/normal", "--network_shape=131072x16x1", "--benchmark_min_time=0"]
        for orders, expected in ((), 16), (("--orders=65",), 64):
            run = bench(*arguments, *orders, "--benchmark_format=json")
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertEqual([row["orders"] for row in json.loads(run.stdout)["benchmarks"]], [expected])
            self.assertEqual("64 orders instead of 65" in run.stderr, bool(orders), run.stderr)
            self.assertEqual("instead of" in run.stderr, bool(orders), run.stderr)

    def test_overflow_is_an_error_with_its_reason(self):
        run = rows_of("--benchmark_filter=sum/.*/fp16/pareto/n:8192")
        self.assertEqual(len(run["benchmarks"]), len(METHODS))
        for row in run["benchmarks"]:
            self.assertTrue(row["error_occurred"])
            self.assertIn("overflows fp16", row["error_message"])

    def test_repetitions_stay_strict_json(self):
        run = rows_of("--benchmark_repetitions=3", "--sizes=2,512", "--benchmark_filter=fp32")
        aggregates = {row["aggregate_name"] for row in run["benchmarks"] if row["run_type"] == "aggregate"}
        self.assertLessEqual({"mean", "median", "stddev"}, aggregates)
        zero = [row for row in run["benchmarks"] if row.get("max_perm_delta") == 0]
        self.assertTrue(zero, "no row whose coefficient of variation would be 0/0")
        by_row = {}
        for row in run["benchmarks"]:
            if row["run_type"] == "iteration":
                by_row.setdefault(row["name"], []).append({key: row[key] for key in EXACT})
        for name, repetitions in by_row.items():
            self.assertEqual(repetitions, [repetitions[0]] * 3, name)

    def test_random_interleaving_changes_no_counter(self):
        arguments = ["--sizes=16,512", "--benchmark_filter=mean"]
        plain = exact_counters(rows_of(*arguments))
        mixed = rows_of(*arguments, "--benchmark_repetitions=2", "--benchmark_enable_random_interleaving=true")
        for row in mixed["benchmarks"]:
            if row["run_type"] == "iteration":
                self.assertEqual({key: row[key] for key in EXACT}, plain[row["name"]])


class Workers(unittest.TestCase):
    """Names end in what the library adds to rows that it times by the wall clock."""

    @classmethod
    def setUpClass(cls):
        if "OpenMP" in bench("--workers=2", "--list_kernels").stderr:
            raise unittest.SkipTest("built without OpenMP")

    def by_workers(self, *arguments):
        """Each row's numbers, by its name without workers and then by their number."""
        run = rows_of("--orders=16", *arguments)
        found = {}
        for row in run["benchmarks"]:
            name, _, workers = row["name"].removesuffix("/real_time").partition("/workers:")
            self.assertEqual(row["name"].endswith("/real_time"), workers != "", row["name"])
            self.assertNotIn("error_occurred", row)
            found.setdefault(name, {})[int(workers or 1)] = row
        return found

    def same(self, rows):
        # The parts of a single row go another way than the row itself, and have no rate.
        keys = EXACT + ["fallback_rate"] * all("/rows:" in row["name"] for row in rows.values())
        counters = [{key: row[key] for key in keys if key in row} for row in rows.values()]
        return all(each == counters[0] for each in counters)

    def test_names(self):
        arguments = ["--benchmark_list_tests", "--sizes=3,8", "--rows=1,4", "--workers=1,2,1", "--distributions=normal"]
        listed = bench(*arguments, "--benchmark_filter=sum/kahan/fp32").stdout.split()
        self.assertEqual(listed, [f"sum/kahan/fp32/normal/n:{n}{rows}{workers}" for n in (3, 8) for rows in ("", "/rows:4")
                                  for workers in ("", "/workers:2/real_time")])
        listed = bench(*arguments, "--benchmark_filter=-network").stdout.split()
        by_workers = {"/".join(name.split("/")[:3]) for name in listed if "/workers:2" in name}
        self.assertEqual(by_workers, set(KERNELS), "peers run on one thread")

    def test_exact_does_not_depend_on_them(self):
        found = self.by_workers("--workers=1,2,3,8", "--rows=1,3", "--sizes=2,512,5000",
                                "--benchmark_filter=(sum|mean|norm|softmax)/exact/",
                                "--distributions=normal,cancel")
        self.assertEqual(len(found), len(OPERATIONS) * len(TYPES) * 2 * 3 * 2)
        for name, rows in found.items():
            with self.subTest(name):
                self.assertEqual(set(rows), {1, 2, 3, 8})
                self.assertTrue(self.same(rows))
                self.assertEqual([row["distinct_results"] for row in rows.values()], [1] * 4)

    def test_rows_that_are_dealt_do_not_and_parts_of_one_do(self):
        found = self.by_workers("--workers=1,2,8", "--rows=1,3", "--sizes=512", "--distributions=normal",
                                "--benchmark_filter=(sum|mean|norm|softmax)/(sequential|pairwise|lane_split)/(fp64|fp32)/")
        self.assertEqual(len(found), len(OPERATIONS) * 3 * 2 * 2)
        for name, rows in found.items():
            self.assertEqual(set(rows), {1, 2, 8}, name)
            if name.endswith("/rows:3"):
                self.assertTrue(self.same(rows), name)
        moved = [name for name, rows in found.items() if not name.endswith("/rows:3") and not self.same(rows)]
        self.assertGreaterEqual(len(moved), 6, moved)

    def test_other_instruction_sets_are_asked_as_the_row_is(self):
        # Rows that are dealt to threads are no parts of one.
        found = self.by_workers("--workers=1,2", "--rows=4", "--sizes=1024", "--distributions=normal",
                                "--benchmark_filter=(sum|rmsnorm)/(lane_split|kahan)/fp32/")
        self.assertEqual(len(found), 4)
        for name, rows in found.items():
            self.assertEqual(rows[1]["isa_delta_ulp"], rows[2]["isa_delta_ulp"], name)
        isas = rows_of("--benchmark_filter=sum/exact/fp64/normal/n:2$")["context"]["isas_runnable"].split()
        self.assertEqual(any(rows[1]["isa_delta_ulp"] for rows in found.values()), len(isas) > 1)

    def test_rates_are_the_wall_clocks(self):
        found = self.by_workers("--workers=1,2", "--rows=1,3", "--sizes=512", "--distributions=normal",
                                "--benchmark_filter=(sum|mean|norm|softmax)/(kahan|exact)/fp32/")
        self.assertEqual(len(found), len(OPERATIONS) * 2 * 2)
        for name, rows in found.items():
            elements = 512 * (3 if name.endswith("/rows:3") else 1)
            for workers, row in rows.items():
                seconds = row["cpu_time" if workers == 1 else "real_time"] * 1e-9
                self.assertAlmostEqual(row["items_per_second"] * seconds / elements, 1, places=6, msg=row["name"])
                self.assertGreater(row["bandwidth_fraction"], 0)


class Output(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.file = pathlib.Path(self.directory.name) / "run.json"
        self.few = ["--sizes=8", "--benchmark_filter=mean/.*/fp32/normal", "--benchmark_min_time=0"]

    def test_context(self):
        context = rows_of("--sizes=8", "--benchmark_filter=mean/kahan", "--benchmark_context=job=7,who=me")["context"]
        for key in ["date", "host_name", "num_cpus", "caches", "permdelta_version", "permdelta_build_type", "cpu_name",
                    "isa", "isas_compiled", "isas_runnable", "seed", "orders", "xsimd_version", "benchmark_version",
                    "compiler", "fp_contract", "libraries", "bandwidth_GB_per_s", "loop_overhead_ns"]:
            self.assertNotIn(context.get(key), (None, ""), key)
        self.assertEqual((context["seed"], context["orders"], context["fp_contract"]), (42, 128, "off"))
        self.assertEqual((context["job"], context["who"]), ("7", "me"))
        context = rows_of("--sizes=8", "--benchmark_filter=mean/kahan/fp32/fixed", "--benchmark_context=seed=7")["context"]
        self.assertEqual((context["seed"], context["user_seed"]), (42, "7"))

    def test_file_and_table_together(self):
        run = bench(*self.few, f"--benchmark_out={self.file}")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(len(strict(self.file.read_text())["benchmarks"]), len(subjects("mean/.*/fp32")))
        self.assertIn("mean/kahan/fp32/normal/n:8", run.stdout)
        self.assertEqual(list(self.file.parent.iterdir()), [self.file])

    def test_table(self):
        run = bench("--sizes=2,512", "--benchmark_filter=sum/.*/fp64", "--benchmark_min_time=0")
        lines = run.stdout.splitlines()
        table = [line for line in lines if line.startswith("sum/")]
        self.assertEqual(len(table), len(subjects("sum/.*/fp64")) * 3 * 2)
        self.assertEqual(len({len(line) for line in table}), 1, "columns are not aligned")
        self.assertTrue(any(re.search(r" \d\.\d\de-\d\d ", line) for line in table), "no delta in scientific notation")
        self.assertTrue(any(line.split()[-4] == "0" for line in table), "an exact zero is a bare 0")
        self.assertLessEqual(max(map(len, lines)), 120)

    def test_formats_of_the_file(self):
        for form, start in [("json", "{"), ("csv", "name,"), ("console", "")]:  # csv: more below
            run = bench(*self.few, f"--benchmark_out={self.file}", f"--benchmark_out_format={form}")
            self.assertEqual(run.returncode, 0, run.stderr)
            text = self.file.read_text()
            self.assertIn("mean/kahan/fp32/normal/n:8", text)
            self.assertTrue(text.lstrip().startswith(start), text[:80])

    def test_csv_on_stdout(self):
        run = bench(*self.few, "--benchmark_format=csv")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue(run.stdout.startswith("name,iterations,"), run.stdout[:80])
        # An error first, then numbers; repetitions, of which a zero has no coefficient of variation.
        run = bench("--sizes=8192,2", "--benchmark_filter=sum/.*/fp16/pareto", "--benchmark_repetitions=2",
                    "--benchmark_min_time=0", "--benchmark_format=csv")
        self.assertEqual(run.returncode, 0, run.stderr)
        lines = list(csv.DictReader(run.stdout.splitlines()))
        self.assertEqual(set(lines[0]), {"name", "iterations", "real_time", "cpu_time", "time_unit", *RATES, *EXACT, *OTHER_ORDERS, "fallback_rate", "bandwidth_fraction",
                                         "label", "error_message"})
        errors = [line for line in lines if line["error_message"]]
        self.assertTrue(errors and all("n:8192" in line["name"] and not line["cpu_time"] for line in errors))
        numbers = [line for line in lines if line["distinct_results"] == "1"]
        self.assertTrue(numbers)
        self.assertNotIn("nan", run.stdout)

    def test_banner_on_stderr_only(self):
        run = bench(*self.few, "--benchmark_format=json")
        strict(run.stdout)
        self.assertRegex(run.stderr, r"permdelta \d+\.\d+\.\d+ .*isa: .*seed 42, 128 orders")
        self.assertNotIn("rows done", run.stderr)
        self.assertEqual(bench(*self.few, "--log_level=off").stderr, "")

    def test_environment_counts_and_the_command_line_wins(self):
        env = {"BENCHMARK_FORMAT": "json", "BENCHMARK_FILTER": "mean/kahan/fp64/normal"}
        run = bench("--sizes=8", "--benchmark_min_time=0", env=env)
        self.assertEqual([row["name"] for row in strict(run.stdout)["benchmarks"]], ["mean/kahan/fp64/normal/n:8"])
        run = bench("--sizes=8", "--benchmark_min_time=0", "--benchmark_filter=sum/kahan/fp64/normal", env=env)
        self.assertEqual([row["name"] for row in strict(run.stdout)["benchmarks"]], ["sum/kahan/fp64/normal/n:8"])

    def test_a_killed_run_leaves_the_file_alone(self):
        self.file.write_text("precious")
        with subprocess.Popen([BENCH, "--benchmark_min_time=0.2", f"--benchmark_out={self.file}"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as run:
            for line in run.stdout:  # until the run is well under way
                if line.startswith("sum/"):
                    break
            run.kill()
        self.assertEqual(self.file.read_text(), "precious")
        self.assertEqual(list(self.file.parent.iterdir()), [self.file])

    def test_warnings(self):
        run = bench("--sizes=8,4194304", "--benchmark_filter=sum/lane_split/fp32/fixed/n:8$", "--benchmark_min_time=0")
        self.assertNotIn("is studied in", run.stderr)
        run = bench("--sizes=4194304", "--benchmark_filter=sum/lane_split/fp32/fixed", "--benchmark_min_time=0")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("n:4194304 is studied in 32 orders instead of 128", run.stderr)

    def test_on_a_terminal(self):
        """The progress line is there, and makes way; it keeps out of JSON on the same terminal."""
        for arguments, expected in [([], True), (["--benchmark_format=json"], False)]:
            leader, follower = pty.openpty()
            with subprocess.Popen([BENCH, *self.few, *arguments], stdout=follower, stderr=follower) as run:
                os.close(follower)
                text = b""
                while True:
                    try:
                        chunk = os.read(leader, 4096)
                    except OSError:  # the other end is closed
                        break
                    if not chunk:
                        break
                    text += chunk
            os.close(leader)
            self.assertEqual(run.returncode, 0)
            self.assertEqual(b"rows done, " in text, expected, text)
            if expected:
                shown = re.sub(rb"[^\r\n]*\r\x1b\[K", b"", text.replace(b"\r\n", b"\n"))
                self.assertEqual(len(re.findall(rb"^mean/\w+/fp32/normal/n:8 .*\d$", shown, re.M)),
                                 len(subjects("mean/.*/fp32")), shown)

    def test_a_full_disk_is_said(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            environment = {k: v for k, v in os.environ.items() if not k.startswith("BENCHMARK_")}
            run = subprocess.run([BENCH, *self.few, "--benchmark_format=json"], stdout=full, stderr=subprocess.PIPE,
                                 text=True, env=environment, check=False, timeout=60)
        self.assertEqual(run.returncode, 1)
        self.assertIn("standard output", run.stderr)


class BadInput(unittest.TestCase):
    """One line on stderr, nothing on stdout, the right exit code, the output file as it was."""

    def expect(self, code, mentions, *arguments, env=None):
        with tempfile.TemporaryDirectory() as directory:
            precious = pathlib.Path(directory) / "run.json"
            precious.write_text("precious")
            if not any(a.startswith("--benchmark_out=") for a in arguments):
                arguments = (f"--benchmark_out={precious}", *arguments)
            begin = time.monotonic()
            run = bench(*arguments, env=env)
            self.assertEqual(run.returncode, code, f"{arguments}: {run.stderr}")
            self.assertEqual(run.stdout, "")
            self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
            for text in mentions:
                self.assertIn(text, run.stderr)
            self.assertEqual(precious.read_text(), "precious")
            self.assertEqual([p.name for p in pathlib.Path(directory).iterdir()], ["run.json"])
            self.assertLess(time.monotonic() - begin, 30, "said after the run, not before")

    def test_flags(self):
        self.expect(2, ["--frobnicate"], "--frobnicate")
        self.expect(2, ["stray"], "stray")
        self.expect(2, ["--isa: 'mmx' is an unknown instruction set; allowed here: best, all, "], "--isa=mmx")
        for shape in ("64x256", "64x256x20x1", "0x8x2", "4x8x100", "4x-8x2", "axbxc", "4x8x2 ", "4x99999x2"):
            self.expect(2, ["--network_shape", f"'{shape}'", "ROWSxWIDTHxLAYERS"], f"--network_shape={shape}")
        self.expect(2, ["--network_shape", "4294967296 features", "up to 4294967295"], "--network_shape=1048576x4096x1")
        self.expect(2, ["--network_shape", "53150220288 weights"], "--network_shape=1x16384x99")
        self.expect(2, ["--benchmark_filter=VALUE"], "--benchmark_filter", "layernorm")
        self.expect(2, ["--types", "'fp8'", "fp64, fp32, fp16, bf16"], "--types=fp32,fp8")
        self.expect(2, ["--sizes", "'0'", "from 1"], "--sizes=0,-3")
        self.expect(2, ["--sizes", "'-3'"], "--sizes=4,-3")
        self.expect(2, ["--sizes", "'abc'"], "--sizes=abc")
        self.expect(2, ["--sizes"], "--sizes=")
        self.expect(2, ["--rows", "'0'", "from 1"], "--rows=2,0")
        self.expect(2, ["--rows", "2 rows of 4000000000", "4294967295"], "--rows=2", "--sizes=8,4000000000")
        for bad in ("0", "x", "1025", "-1", "2.0"):
            self.expect(2, ["--workers", f"'{bad}'", "from 1 to 1024"], f"--workers=1,{bad}")
        self.expect(2, ["--workers"], "--workers=")
        self.expect(2, ["--orders", "'0'"], "--orders=0")
        self.expect(2, ["--seed", "'-1'"], "--seed=-1")
        self.expect(2, ["--distributions", "'cauchy'", "lognormal"], "--distributions=normal,cauchy")
        self.expect(2, ["--log_level"], "--log_level=loud")

    def test_an_isa_this_machine_lacks(self):
        kernels = bench("--list_kernels", "--isa=all").stdout.splitlines()[1:]
        here = {line.split()[1] for line in kernels}
        missing = {"sse2", "avx2", "avx512", "neon64"} - here
        self.assertTrue(missing)
        for isa in missing:
            self.expect(2, [f"--isa: '{isa}' is not ", "; allowed here: best, all, "], f"--isa={isa}")

    def test_library_flags(self):
        self.expect(2, ["--benchmark_frobnicate"], "--benchmark_frobnicate=1")
        self.expect(2, ["--benchmark_format", "'xml'", "json"], "--benchmark_format=xml")
        self.expect(2, ["--benchmark_out_format"], "--benchmark_out_format=yaml")
        self.expect(2, ["--benchmark_min_time"], "--benchmark_min_time=soon")
        self.expect(2, ["--benchmark_repetitions"], "--benchmark_repetitions=0")
        self.expect(2, ["--benchmark_time_unit"], "--benchmark_time_unit=year")
        self.expect(2, ["--benchmark_context"], "--benchmark_context=novalue")
        self.expect(2, ["--benchmark_out", "name of a file"], "--benchmark_out=")
        self.expect(2, ["--v", "'abc'"], "--v=abc")

    def test_environment(self):
        self.expect(2, ["BENCHMARK_FORMAT", "'xml'"], env={"BENCHMARK_FORMAT": "xml"})
        self.expect(3, ["'softmin'"], env={"BENCHMARK_FILTER": "softmin"})
        # The library reads this one before main() and adds a line of its own.
        run = bench(env={"BENCHMARK_REPETITIONS": "many"})
        self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertIn("environment variable BENCHMARK_REPETITIONS: 'many' is not", run.stderr)

    def test_filter(self):
        self.expect(2, ["--benchmark_filter", "regular expression"], "--benchmark_filter=(")
        self.expect(3, ["nothing matches", "'softmin'"], "--benchmark_filter=softmin")

    def test_output_that_cannot_be_written(self):
        self.expect(2, ["--benchmark_out", "/no/such/directory/run.json"], "--benchmark_out=/no/such/directory/run.json")
        self.expect(2, ["--benchmark_out", "directory"], "--benchmark_out=/tmp")


class TheTestsThemselves(unittest.TestCase):
    def test_strict_objects(self):
        for text in ('{"a": NaN}', '{"a": -Infinity}', '{"a": 1, "a": 2}', '{"a": 1', ""):
            with self.assertRaises(ValueError):
                strict(text)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    BENCH = sys.argv.pop(1)
    METHODS = list(dict.fromkeys(line.split("/")[1] for line in bench("--list_kernels").stdout.splitlines()[1:]))
    KERNELS = [f"{op}/{method}/{element}" for op in OPERATIONS for method in METHODS for element in TYPES]
    PEERS = [name for row in bench("--benchmark_list_tests", "--sizes=8", "--distributions=normal",
                                   "--benchmark_filter=-network").stdout.split()
             if (name := row.rsplit("/", 2)[0]) not in KERNELS]
    unittest.main()
