#!/usr/bin/env python3
"""The installed package as a user's project finds it: by CMake, by pkg-config, from C and from Python, here and moved elsewhere.

package_test.py CMAKE BUILD SOURCE CXX [unittest arguments]

BUILD is a built tree of SOURCE, and CXX its compiler. Nothing is compiled but small programs.
Exit code 77 (ctest: skipped) where only the class Python is asked for, and NumPy is not installed.
"""

import importlib.util
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

CMAKE = BUILD = SOURCE = CXX = CC = None
KERNELS_HEADERS = {f"kernels/{name}" for name in (
    "element.hpp", "exact/accumulator.hpp", "exact/superaccumulator.hpp", "export.h", "names.hpp", "permdelta.h", "permdelta.hpp")}
HARNESS_HEADERS = {f"bench/{name}.hpp" for name in ("harness", "reduction", "subject", "task")}
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]


def run(*command, expected=0, **options):
    """What the command said on both its outputs."""
    # A user's flags and search paths are not what is tested here.
    kept = {name: value for name, value in os.environ.items()
            if name not in ("CFLAGS", "CXXFLAGS", "LDFLAGS", "CMAKE_PREFIX_PATH", "PKG_CONFIG_PATH", "LD_LIBRARY_PATH", "CPATH", "DESTDIR")}
    options["env"] = {**kept, **options.get("env", {})}
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300,
                          check=False, **options)
    assert (done.returncode == 0) == (expected == 0), f"{shlex.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}"
    return done.stdout


def cache(name):
    return re.search(rf"^{name}:\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(encoding="utf-8"), re.MULTILINE)[1]


def install(prefix):
    run(CMAKE, "--install", BUILD, "--prefix", prefix)
    return prefix


def has_harness():
    """Without the benchmark, or with libraries that were fetched for it, there is none to install."""
    return (BUILD / "package/permdelta-harness.pc").exists()


def c_compiler():
    """The one beside the C++ compiler, gcc-12 beside g++-12; `cc` may be another one, or none."""
    folder, name = os.path.split(CXX)
    names = {"clang++": "clang", "g++": "gcc", "c++": "cc"}
    return os.path.join(folder, re.sub(r"clang\+\+|[gc]\+\+", lambda found: names[found[0]], name))


def configure(source, build, *arguments, **options):
    """By what BUILD was made with: the default generator may be one that is not installed."""
    return run(CMAKE, "-S", source, "-B", build, "-G", cache("CMAKE_GENERATOR"), f"-DCMAKE_MAKE_PROGRAM={cache('CMAKE_MAKE_PROGRAM')}",
               f"-DCMAKE_C_COMPILER={CC}", f"-DCMAKE_CXX_COMPILER={CXX}", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
               "-DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF", *arguments, **options)


def build_and_run(source, build, prefix, *programs):
    configure(source, build, f"-DCMAKE_PREFIX_PATH={prefix}")
    run(CMAKE, "--build", build)
    return [run(build / program) for program in programs]


def pkg_config(prefix, *arguments, name="permdelta"):
    text = run(cache("PKG_CONFIG_EXECUTABLE"), *arguments, name, env={"PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig"})
    return shlex.split(text)


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()

    def project(self, name, text):
        folder = self.folder / name
        folder.mkdir()
        (folder / "CMakeLists.txt").write_text(f"cmake_minimum_required(VERSION 3.25)\n{text}\n", encoding="utf-8")
        return folder

    def check_consumers_flags(self, build, prefix):
        """The language and where the headers are, and none of the flags that permdelta is compiled with."""
        command, = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
        words = shlex.split(command["command"])[1:]
        self.assertIn(str(prefix / "include"), words)
        others = [word for word in words if word.startswith("-") and word not in ("-isystem", "-c", "-o")]
        self.assertEqual(others, ["-std=gnu++20"], command)

    def check_counts(self, text, methods):
        counts = {line.split()[0]: int(line.split()[1]) for line in text.splitlines()
                  if re.match(r"\w+ +\d+ different", line)}
        self.assertEqual(counts.pop("exact"), 1, text)
        self.assertEqual(set(counts), set(methods), text)
        self.assertGreater(min(counts.values()), 1, text)


class Installed(InFolder):
    """What is in the prefix, and the programs made from it."""

    def check_prefix(self, prefix):
        cxx, = build_and_run(SOURCE / "examples/exact_sum", self.folder / "cxx", prefix, "exact_sum")
        self.check_counts(cxx, {"sequential", "pairwise", "lane_split"})
        self.check_consumers_flags(self.folder / "cxx", prefix)
        c, = build_and_run(SOURCE / "examples/c", self.folder / "c", prefix, "exact_sum_c")
        self.check_c(c)
        self.check_pkg_config(prefix)

    def check_c(self, text):
        self.check_counts(text, {"sequential", "pairwise", "lane_split"})
        self.assertTrue(text.endswith("layernorm in place: x and y overlap\n"), text)
        self.assertTrue(text.startswith(f"permdelta {cache('CMAKE_PROJECT_VERSION')}: "), text)

    def check_pkg_config(self, prefix):
        cxx = SOURCE / "examples/exact_sum/exact_sum.cpp"
        c = SOURCE / "examples/c/exact_sum.c"
        program = self.folder / "program"
        libraries = pkg_config(prefix, "--cflags", "--libs")
        self.assertEqual(pkg_config(prefix, "--modversion"), [cache("CMAKE_PROJECT_VERSION")])
        run(CXX, "-std=c++20", cxx, *libraries, f"-Wl,-rpath,{prefix}/lib", "-o", program)
        self.assertIn("exact         1 different", run(program))
        run(CC, "-std=c99", c, *libraries, f"-Wl,-rpath,{prefix}/lib", "-o", program)
        self.check_c(run(program))
        run(CC, "-std=c99", "-static", c, *pkg_config(prefix, "--static", "--cflags", "--libs"), "-o", program)
        self.check_c(run(program))

    def test_where_it_was_installed(self):
        self.check_prefix(install(self.folder / "prefix"))

    def test_moved_elsewhere(self):
        first = install(self.folder / "first")
        moved = self.folder / "a folder" / "moved"
        moved.parent.mkdir()
        first.rename(moved)
        texts = [path for path in moved.rglob("*") if path.suffix in (".cmake", ".pc")]
        self.assertGreater(len(texts), 4)
        for path in texts:
            for place in (first, BUILD, SOURCE):
                self.assertNotIn(str(place), path.read_text(encoding="utf-8"), path)
        # Make and pkg-config have never liked blanks.
        spaceless = self.folder / "moved"
        cxx, = build_and_run(SOURCE / "examples/exact_sum", self.folder / "blank", moved, "exact_sum")
        self.check_counts(cxx, {"sequential", "pairwise", "lane_split"})
        moved.rename(spaceless)
        self.check_prefix(spaceless)

    def test_headers_stand_alone(self):
        prefix = install(self.folder / "prefix")
        include = prefix / "include"
        headers = {str(path.relative_to(include / "permdelta")) for path in include.rglob("*") if path.is_file()}
        self.assertEqual(headers, KERNELS_HEADERS | (HARNESS_HEADERS if has_harness() else set()))
        for header in sorted(headers):
            line = f"#include <permdelta/{header}>\nint defined;\n"
            languages = [[CXX, "-x", "c++", "-std=c++20"]]
            if header.endswith(".h"):
                languages += [[CC, "-x", "c", "-std=c99"], [CXX, "-x", "c++", "-std=c++11"]]
            for language in languages:
                used = run(*language, *STRICT, "-H", "-I", include, "-", input=line)
                self.assertIn(f"{include}/permdelta/{header}", used)
                for name in ("xsimd", "benchmark", "spdlog", "fmt", str(SOURCE)):
                    self.assertNotIn(f"{name}/", used)
        # And the check itself objects to what is wrong.
        run(CC, "-x", "c", "-std=c99", *STRICT, "-", input="#include <stddef.h>\nenum e : int { a };\n", expected=1)

    def test_what_cannot_be_found_is_said(self):
        prefix = install(self.folder / "prefix")

        def find(arguments, expected):
            return self.found(prefix, arguments, "nonsense", expected)

        version = cache("CMAKE_PROJECT_VERSION")
        major, minor, _ = version.split(".")
        for right in (version, f"{major}.{minor}", f"{major}.{minor} REQUIRED COMPONENTS kernels"):
            self.assertIn("found: 1", find(right, 0))
        self.assertRegex(find("99.0 REQUIRED", 1), r'compatible\s+with requested version\s+"99.0"')
        self.assertRegex(find(f"{major}.{int(minor) + 1} REQUIRED", 1), r"compatible\s+with requested version")
        refusal = " ".join(find("REQUIRED COMPONENTS kernels nonsense", 1).split())
        self.assertIn(f"permdelta {version} has no component 'nonsense' here; it has: kernels", refusal)
        self.assertEqual(has_harness(), "it has: kernels, harness" in refusal, refusal)
        self.assertIn("found: 0, FALSE", find("COMPONENTS nonsense", 0))
        self.assertIn("found: 1, FALSE", find("OPTIONAL_COMPONENTS nonsense", 0))

    def found(self, prefix, arguments, component, expected, *flags):
        name = re.sub(r"\W", "_", f"{prefix.name} {arguments} {len(flags)}")
        project = self.project(name, f"project({name} LANGUAGES CXX)\nfind_package(permdelta {arguments})\n"
                               f'message(STATUS "found: ${{permdelta_FOUND}}, ${{permdelta_{component}_FOUND}}")')
        return configure(project, project / "build", f"-DCMAKE_PREFIX_PATH={prefix}", *flags, expected=expected)

    def test_a_component_alone(self):
        prefix = self.folder / "kernels_alone"
        run(CMAKE, "--install", BUILD, "--prefix", prefix, "--component", "permdelta_kernels")
        self.assertIn("found: 1", self.found(prefix, "REQUIRED", "kernels", 0))
        self.assertIn("found: 1, FALSE", self.found(prefix, "OPTIONAL_COMPONENTS harness", "harness", 0))
        refusal = " ".join(self.found(prefix, "REQUIRED COMPONENTS harness", "harness", 1).split())
        self.assertIn("has no component 'harness' here; it has: kernels", refusal)

    def test_what_a_component_stands_on_is_missing(self):
        if not has_harness():
            self.skipTest("this build has no harness to install")
        prefix = install(self.folder / "prefix")
        without = "-DCMAKE_DISABLE_FIND_PACKAGE_benchmark=ON"
        self.assertIn("found: 1, TRUE", self.found(prefix, "REQUIRED OPTIONAL_COMPONENTS harness", "harness", 0))
        for asked in ("REQUIRED OPTIONAL_COMPONENTS harness", "OPTIONAL_COMPONENTS harness"):
            self.assertIn("found: 1, FALSE", self.found(prefix, asked, "harness", 0, without), asked)
        self.assertIn("found: 0, FALSE", self.found(prefix, "COMPONENTS harness", "harness", 0, without))
        self.assertIn("benchmark", self.found(prefix, "REQUIRED COMPONENTS harness", "harness", 1, without))


class Shared(InFolder):
    """The shared library: what it shows, and that this is enough."""

    def setUp(self):
        super().setUp()
        self.prefix = install(self.folder / "prefix")
        self.library = self.prefix / "lib/libpermdelta_kernels.so"

    def test_shows_permdelta_and_nothing_else(self):
        def defined(*flags):
            return {line.split(maxsplit=2)[2] for line in run(cache("CMAKE_NM"), "--dynamic", "--defined-only", *flags, self.library).splitlines()}

        self.assertEqual([name for name in defined() if not re.match("permdelta_|_ZNK?9permdelta", name)], [])
        # Without what a template returns, what it is an instance of, and the parameters.
        names = {re.search(r"(permdelta(?:::|_)(?:exact_accumulator<\w+>::)?\w+)(?:<[^(]*)?(?:\(|$)", name)[1]
                 for name in defined("--demangle")}
        header = (SOURCE / "kernels/permdelta.h").read_text(encoding="utf-8")
        c = set(re.findall(r"\b(permdelta_\w+)\(", header))
        self.assertGreaterEqual(len(c), 12)
        functions = {"sum", "mean", "layernorm", "rmsnorm", "softmax", "widen", "from_double", "round_to"}
        functions |= {f"exact_accumulator<{compute}>::{function}" for compute in ("float", "double")
                      for function in ("add", "merge", "negate")}
        self.assertEqual(names, c | {f"permdelta::{function}" for function in functions})

    def test_is_enough(self):
        outputs = build_and_run(SOURCE / "tests/package", self.folder / "consumer", self.prefix, "consumer_static", "consumer_shared")
        for text in outputs:
            self.assertRegex(text, r"^permdelta [\d.]+: \d\d checks, 0 failures\n$")
        version = ".".join(cache("CMAKE_PROJECT_VERSION").split(".")[:2])
        needed = run(cache("CMAKE_READELF"), "--dynamic", self.folder / "consumer/consumer_shared")
        self.assertIn(f"[libpermdelta_kernels.so.{version}]", needed)
        self.assertNotIn("permdelta_kernels", run(cache("CMAKE_READELF"), "--dynamic", self.folder / "consumer/consumer_static"))


class Harness(InFolder):
    """The examples with kernels of their own: by CMake, by a compiler alone, and from where the prefix was moved to."""

    def setUp(self):
        super().setUp()
        if not has_harness():
            self.skipTest("this build has no harness to install")
        self.prefix = install(self.folder / "first")
        moved = self.folder / "moved"
        self.prefix.rename(moved)
        self.prefix = moved

    def built(self, example, *also):
        """Both programs that there are of an example: by its CMakeLists.txt, and by the compiler."""
        by_cmake = self.folder / f"build_{example}"
        configure(SOURCE / "examples" / example, by_cmake, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run(CMAKE, "--build", by_cmake)
        by_compiler = self.folder / example
        run(CXX, "-std=c++20", SOURCE / "examples" / example / f"{example}.cpp", *also,
            *pkg_config(self.prefix, "--cflags", "--libs", name="permdelta-harness"), "-o", by_compiler)
        return by_cmake / example, by_compiler

    def rows(self, program, *flags):
        text = run(program, "--benchmark_min_time=0", "--log_level=off", "--benchmark_format=json", *flags)
        rows = {row["name"]: row for row in json.loads(text)["benchmarks"]}
        self.assertEqual([row for row in rows.values() if row.get("error_occurred")], [])
        return rows

    def test_own_kernel(self):
        for program in self.built("own_kernel"):
            rows = self.rows(program, "--benchmark_filter=layernorm/.*/normal", "--sizes=1,16,4096")
            for element in ("fp32", "fp64"):
                moved = {method: rows[f"layernorm/{method}/{element}/normal/n:4096"]["max_perm_delta"]
                         for method in ("welford", "sequential", "pairwise", "exact")}
                self.assertEqual(moved["exact"], 0, moved)
                self.assertGreater(min(moved["welford"], moved["sequential"], moved["pairwise"]), 0, moved)
                # As right as from left to right, but for the order that it likes worst.
                self.assertLess(moved["welford"], 100 * moved["sequential"], moved)
            self.assertNotIn("layernorm/welford/fp16/normal/n:16", rows)
            self.assertIn("layernorm/exact/fp16/normal/n:16", rows)

        # The README's rows of it; what is compiled without flags for a processor has the same bits on all.
        kept = json.loads((SOURCE / "docs/own_kernel_run.json").read_text(encoding="utf-8"))["benchmarks"]
        kept = [row for row in kept if "/welford/" in row["name"]]
        self.assertEqual(len(kept), 2)
        again = self.rows(program, "--benchmark_filter=/welford/fp32/", "--sizes=4096")
        for row in kept:
            counters = [name for name in row if name.endswith(("delta", "ulp")) or name in ("distinct_results", "orders")]
            self.assertEqual(len(counters), 5)
            self.assertEqual({name: row[name] for name in counters}, {name: again[row["name"]][name] for name in counters})

        listed = run(program, "--benchmark_list_tests", "--log_level=off").splitlines()
        theirs = run(BUILD / "bin/bench", "--benchmark_list_tests", "--log_level=off").splitlines()
        new = {line for line in listed if "/welford/" in line}
        peers = re.compile("/(eigen|onednn|openblas|std_accumulate|std_reduce)/")
        self.assertEqual(set(listed) - new, {line for line in theirs if not peers.search(line)})
        self.assertEqual(len(new), 2 * (27 + 3))  # and in the network

    def test_own_operation(self):
        eigen = pkg_config(self.prefix, "--cflags", name="eigen3")
        for program in self.built("own_operation", *eigen):
            rows = self.rows(program, "--benchmark_filter=^norm/", "--sizes=1,16,4096")
            self.assertEqual(set(rows), {f"norm/{method}/{element}/{source}/n:{n}" for method in ("eigen", "loop")
                                         for element in ("fp32", "fp64") for source in ("normal", "fixed", "pareto")
                                         for n in (1, 16, 4096)})
            for row in rows.values():
                self.assertLess(row["max_error_ulp"], int(row["name"].split("n:")[1]) / 2 + 3, row)
            self.assertGreater(rows["norm/loop/fp32/normal/n:4096"]["max_perm_delta"], 0)
            context = json.loads(run(program, "--benchmark_filter=norm/eigen", "--sizes=1", "--benchmark_min_time=0",
                                     "--log_level=off", "--benchmark_format=json"))["context"]
            self.assertRegex(context["libraries"], r"Eigen 3\.\d+\.\d+")

    def test_none_of_our_flags(self):
        self.built("own_kernel")
        self.check_consumers_flags(self.folder / "build_own_kernel", self.prefix)


class Python(InFolder):
    def test_example(self):
        library = install(self.folder / "prefix") / "lib/libpermdelta_kernels.so"
        text = run(sys.executable, SOURCE / "examples/python/exact_sum.py", library)
        self.check_counts(text, {"sequential", "pairwise", "kahan", "lane_split", "NumPy"})
        numbers = re.search(r"the correctly rounded sum is (\S+), and exact gives (\S+)\n$", text)
        self.assertEqual(numbers[1], numbers[2])


class Subdirectory(InFolder):
    """The tree added to another project, which need not install it."""

    def test_is_spelled_as_if_it_were_installed(self):
        project = self.project("parent", f"""
project(parent LANGUAGES CXX)
add_subdirectory("{SOURCE}" permdelta)
add_executable(user user.cpp)
target_link_libraries(user PRIVATE permdelta::kernels)
get_target_property(kernels permdelta::kernels ALIASED_TARGET)
message(STATUS "kernels: ${{kernels}}")
foreach(target IN ITEMS bench kernels_test permdelta)
  if(TARGET ${{target}})
    message(FATAL_ERROR "${{target}} was not asked for")
  endif()
endforeach()""")
        (project / "user.cpp").write_text("#include <permdelta/kernels/permdelta.hpp>\n"
                                          "int main() { return static_cast<int>(permdelta::sum(std::span<const float>())); }\n",
                                          encoding="utf-8")
        sources = [f"-DFETCHCONTENT_SOURCE_DIR_XSIMD={path}" for path in BUILD.glob("_deps/xsimd-src")]
        build = project / "build"
        said = configure(project, build, *sources)
        self.assertIn("kernels: permdelta_kernels_static\n", said)
        run(CMAKE, "--build", build, "--target", "CMakeFiles/user.dir/user.cpp.o")
        commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
        command, = [entry["command"] for entry in commands if entry["file"].endswith("user.cpp")]
        self.assertEqual([word for word in shlex.split(command) if re.match(r"-[fmWO]", word)], [])
        self.assertFalse((build / "permdelta/package").exists())
        self.assertIn("kernels: permdelta_kernels_shared\n", configure(project, build, "-DBUILD_SHARED_LIBS=ON"))

    def test_harness(self):
        if cache("PERMDELTA_BUILD_BENCH") != "ON":
            self.skipTest("this build has no benchmark")
        project = self.project("parent", f"""
project(parent LANGUAGES CXX)
set(PERMDELTA_BUILD_BENCH ON)
add_subdirectory("{SOURCE}" permdelta EXCLUDE_FROM_ALL)
add_executable(user "{SOURCE}/examples/own_kernel/own_kernel.cpp")
target_link_libraries(user PRIVATE permdelta::harness)""")
        sources = [f"-DFETCHCONTENT_SOURCE_DIR_{path.name[:-4].upper()}={path}" for path in BUILD.glob("_deps/*-src")]
        build = project / "build"
        configure(project, build, *sources)
        commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
        command, = [entry for entry in commands if entry["file"].endswith("own_kernel.cpp")]
        run(CMAKE, "--build", build, "--target", "CMakeFiles/user.dir" + command["file"] + ".o")
        words = shlex.split(command["command"])
        self.assertEqual([word for word in words if re.match(r"-[fmWO]", word)], [])
        self.assertNotIn(f"-I{SOURCE}", words)


if __name__ == "__main__":
    if sys.argv[5:] == ["Python"] and importlib.util.find_spec("numpy") is None:
        print("NumPy (Debian: python3-numpy) is not installed")
        sys.exit(77)
    CMAKE, CXX = sys.argv[1], sys.argv[4]
    CC = c_compiler()
    BUILD, SOURCE = (pathlib.Path(argument).resolve() for argument in sys.argv[2:4])
    unittest.main(argv=[sys.argv[0], *sys.argv[5:]])
