"""Fails when a public declaration of a module has no documentation comment.

usage: undocumented.py MODULE SYMBOLS.json
"""
import json
import sys


def main() -> int:
    module, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        graph = json.load(file)
    synthesised = {
        edge["source"] for edge in graph["relationships"] if edge.get("sourceOrigin") or edge["kind"] == "overrides"
    }
    missing = []
    for symbol in graph["symbols"]:
        if symbol["identifier"]["precise"] in synthesised or "::SYNTHESIZED::" in symbol["identifier"]["precise"]:
            continue
        # What the compiler writes has no place in a file.
        if "location" not in symbol:
            continue
        if not symbol.get("docComment"):
            line = symbol["location"]["position"]["line"] + 1
            missing.append(f'{symbol["location"]["uri"].rsplit("/", 1)[-1]}:{line}: {".".join(symbol["pathComponents"])}')
    for name in sorted(missing):
        print(f"{module}: no documentation: {name}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
