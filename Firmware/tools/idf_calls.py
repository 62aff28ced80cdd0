#!/usr/bin/env python3
"""Lists every ESP-IDF function that the sources call, by header; with --check, fails where a document misses one.

The functions are those that test/idf_stubs declares and the sources name. `idf_calls.py FILE...` prints the table of
docs/firmware.md.
"""
import argparse
import pathlib
import re
import sys

STUBS = pathlib.Path(__file__).resolve().parent.parent / "test" / "idf_stubs"
DECLARATION = re.compile(r"\b(\w+)\s*\([^;{}]*\)\s*(?:__attribute__\(\(noreturn\)\))?;")


def declared():
    functions = {}
    for header in sorted(STUBS.rglob("*.h")):
        relative = header.relative_to(STUBS)
        version = "" if relative.parts[0] == "both" else f" ({relative.parts[0]})"
        text = re.sub(r"//[^\n]*|#define(?:[^\n]*\\\n)*[^\n]*|typedef[^;]*\(\*[^;]*;", "", header.read_text())
        for name in DECLARATION.findall(text):
            functions.setdefault(name, ("/".join(relative.parts[1:]).replace("_common", ""), set()))[1].add(version)
    return functions


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", type=pathlib.Path)
    parser.add_argument("sources", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    text = "\n".join(path.read_text() for path in options.sources)
    used, unused = {}, []
    for name, (header, versions) in declared().items():
        if not re.search(rf"\b{name}\b", text):
            unused.append(name)
            continue
        used.setdefault(header, []).append(name + ("" if "" in versions or len(versions) > 1 else versions.copy().pop()))
    if options.check is None:
        for header in sorted(used):
            print(f"| `{header}` | {', '.join(f'`{name}`' for name in used[header])} |")
        return
    document = options.check.read_text()
    missing = [name for names in used.values() for name in names if name.split(" ")[0] not in document]
    internal = {"vPortEnterCritical", "vPortExitCritical", "vPortYieldFromISR"}
    for name in missing:
        if name not in internal:
            print(f"{options.check} does not list {name}", file=sys.stderr)
    for name in set(unused) - internal:
        print(f"test/idf_stubs declares {name}, which nothing calls", file=sys.stderr)
    sys.exit(1 if set(missing + unused) - internal else 0)


if __name__ == "__main__":
    main()
