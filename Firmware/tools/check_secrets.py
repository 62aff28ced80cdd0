#!/usr/bin/env python3
"""No secret reaches a log, at any level.

Portable sources (`--silent`) may not print at all. In the others (`--logging`) every log call, with all levels compiled
in by the declarations in test/idf_stubs, may name nothing that holds a secret. Fails on the first kind of either.
"""
import argparse
import pathlib
import re
import subprocess
import sys

PRINTS = re.compile(r"\b(printf|fprintf|puts|putchar|fputs|fwrite|perror|ESP_LOG\w*|ESP_EARLY_LOG\w*|esp_log\w*)\s*\(")
LOGS = re.compile(r"\b(?:fprintf|printf|puts|fputs|putchar|fwrite|esp_log\w*)\s*\(([^;]*);")
SECRETS = re.compile(
    r"(?i)(?<!no_)(password|claim|key|token|scalar|secret|identity|private|provision|pending|line\b|value|body|answer|nvs)")
# The words that a log may hold although they contain one of the above.
HARMLESS = re.compile(r"sb_err_name\(take_line\([^()]*\)\)|\"[^\"]*\"")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cpp", required=True)
    parser.add_argument("--silent", nargs="+", type=pathlib.Path, required=True)
    parser.add_argument("--logging", nargs="+", type=pathlib.Path, required=True)
    options = parser.parse_args()
    faults, calls = [], 0
    for path in options.silent:
        for match in PRINTS.finditer(path.read_text()):
            faults.append(f"{path}: prints ({match.group(1)})")
    for path in options.logging:
        source = subprocess.run([*options.cpp.split(), str(path)], check=True, capture_output=True, text=True).stdout
        own, file = [], ""
        for line in source.splitlines():
            marker = re.match(r'# \d+ "([^"]*)"', line)
            if marker:
                file = marker.group(1)
            elif file == str(path):
                own.append(line)
        for match in LOGS.finditer("\n".join(own)):
            calls += 1
            said = HARMLESS.sub("", match.group(1))
            if SECRETS.search(said):
                faults.append(f"{path}: a log call names a secret: {' '.join(match.group(0).split())}")
    if calls == 0:
        faults.append("no log call was found: the check does not look where it should")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{calls} log calls name no secret; {len(options.silent)} portable sources print nothing")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
