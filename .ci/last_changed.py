#!/usr/bin/env python3
"""The sources that a build compiles, one a line, or those COUNT of them that changed last: last_changed.py BUILD [COUNT]

A header that changed stands for the source of its name, or where there is none for one that includes it. History that a shallow
clone lacks counts as one change of everything.
"""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def lines_of(*command):
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()


def git(*arguments):
    return lines_of("git", "-c", f"safe.directory={ROOT}", *arguments)


def tracked_sources(build):
    compiled = {entry["file"] for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))}
    return [name for name in git("ls-files", "*.cpp") if str(ROOT / name) in compiled]


def source_of_each_header(build, sources):
    """By what the compiler noted when it built them; its paths are absolute or relative to the build."""
    seen_in = {}
    source = None
    for line in lines_of("ninja", "-C", build, "-t", "deps"):
        if not line.startswith(" "):
            source = None
            continue
        path = (build / line.strip()).resolve()
        name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else None
        if source is None:
            source = name
        elif source in sources and name:
            seen_in.setdefault(name, source)
    return {**seen_in, **{name[:-4] + ".hpp": name for name in sources}}


def main(build, count=None):
    build = pathlib.Path(build).resolve()
    sources = tracked_sources(build)
    if count is None:
        return sources
    seen_in = {**source_of_each_header(build, set(sources)), **{name: name for name in sources}}
    changed = git("diff", "--name-only", "HEAD") + git("log", "--format=", "--name-only")
    return list(dict.fromkeys(seen_in[name] for name in changed if name in seen_in))[:int(count)]


if __name__ == "__main__":
    print("\n".join(main(*sys.argv[1:])))
