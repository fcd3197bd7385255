"""A reader of Go's benchmark format that takes nothing but what is in its grammar, where Go's own overlooks what it does not know.

After <https://go.dev/design/14313-benchmark-format> and the package golang.org/x/perf/benchfmt.
"""

import re


class Wrong(Exception):
    pass


# What unicode.IsSpace of Go has; str.split() has some more.
BLANK = re.compile("[\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?")
METADATA = {"better": {"higher", "lower"}, "assume": {"nothing", "exact"}}


def tidy(unit):
    """Under which name Go keeps a unit, and what it multiplies its numbers by."""
    parts, factor = re.split(r"([*/-])", unit), 1.0
    for i, part in enumerate(parts):
        if part in ("ns", "MB") and (i == 0 or "/" not in parts[:i]):
            parts[i], factor = ("sec", factor * 1e-9) if part == "ns" else ("B", factor * 1e6)
    return "".join(parts), factor


def read_unit(line, units):
    _, *fields = BLANK.split(line)
    if len(fields) < 2:
        raise Wrong(f"no unit, or nothing about it: {line!r}")
    for field in fields[1:]:
        key, equals, value = field.partition("=")
        if not equals or value not in METADATA.get(key, ()):
            raise Wrong(f"{field!r} says nothing about a unit: {line!r}")
        if units.setdefault(tidy(fields[0])[0], {}).setdefault(key, value) != value:
            raise Wrong(f"said otherwise before: {line!r}")


def read_result(line, units):
    name, *fields = BLANK.split(line)
    if not re.match("Benchmark([A-Z]|$)", name):
        raise Wrong(f"no upper-case letter: {line!r}")
    if len(fields) < 3 or len(fields) % 2 == 0:
        raise Wrong(f"not an iteration count and pairs of a number and a unit: {line!r}")
    if not re.fullmatch(r"[1-9]\d*", fields[0]) or int(fields[0]) >= 1 << 63:
        raise Wrong(f"{fields[0]!r} iterations: {line!r}")
    values = {}
    for number, unit in zip(fields[1::2], fields[2::2]):
        if not NUMBER.fullmatch(number):
            raise Wrong(f"{number!r} is no number: {line!r}")
        if tidy(unit)[0] not in units:
            raise Wrong(f"no Unit line for {unit!r}: {line!r}")
        if unit in values or tidy(unit)[0] in map(lambda one: tidy(one)[0], values):
            raise Wrong(f"{unit!r} twice: {line!r}")
        values[unit] = float(number)
    return name, int(fields[0]), values


def read(text):
    """The configuration, what is known of the units, and the results, a (name, iterations, {unit: number}) each."""
    configuration, units, results = {}, {}, []
    if text and not text.endswith("\n"):
        raise Wrong("the last line does not end")
    for line in text.split("\n")[:-1]:
        if line.startswith("Benchmark"):
            results.append(read_result(line, units))
        elif re.match(r"Unit\s", line):
            read_unit(line, units)
        elif match := re.fullmatch(r"([a-z][^\s:A-Z]*):[ \t]+(\S.*)", line):
            if match[1] in configuration:
                raise Wrong(f"there before: {line!r}")
            if results:
                raise Wrong(f"behind results it belongs to: {line!r}")
            configuration[match[1]] = match[2]
        else:
            raise Wrong(f"nobody would read this: {line!r}")
    return configuration, units, results


def parts_of(name):
    """The name without `Benchmark` and the number of processors; its parts; that number."""
    name, processors = re.fullmatch(r"Benchmark(.*?)(?:-(\d+))?", name).groups()
    base, *rest = name.split("/")
    return base, [tuple(part.split("=", 1)) if "=" in part else part for part in rest], int(processors or 1)
