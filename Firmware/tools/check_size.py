#!/usr/bin/env python3
"""Compares the sizes of the cross-built components with a committed budget; fails where one is exceeded.

    check_size.py --size riscv64-unknown-elf-size --target riscv --build build/riscv size-budget.txt

A line of the budget is `target component code static-RAM deepest-frame`, in octets; `#` begins a remark. Code holds
constants too: both rest in flash.
"""
import argparse
import pathlib
import subprocess
import sys


def measured(size, folder):
    files = sorted(folder.rglob("*.o"))
    rows = subprocess.run([size, *map(str, files)], check=True, capture_output=True, text=True).stdout.splitlines()[1:]
    columns = [list(map(int, row.split()[:3])) for row in rows]
    frames = [0]
    for report in folder.rglob("*.su"):
        frames += [int(line.split("\t")[1]) for line in report.read_text().splitlines()]
    code = sum(text + data for text, data, _ in columns)
    return code, sum(data + bss for _, data, bss in columns), max(frames)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("budget", type=pathlib.Path)
    options = parser.parse_args()
    lines = [line.split("#")[0].split() for line in options.budget.read_text().splitlines()]
    budget = {line[1]: list(map(int, line[2:])) for line in lines if line and line[0] == options.target}
    found = {path.name for path in (options.build / "components").iterdir()}
    failures = [f"{name}: no line in the budget" for name in sorted(found - budget.keys())]
    failures += [f"{name}: in the budget, not built" for name in sorted(budget.keys() - found)]
    print(f"{options.target:12} {'code':>7} {'of':>7} {'RAM':>6} {'of':>6} {'frame':>6} {'of':>6}")
    for name in sorted(found & budget.keys()):
        sizes = measured(options.size, options.build / "components" / name)
        print(f"{name:12} " + " ".join(f"{size:7} {limit:7}" for size, limit in zip(sizes, budget[name])))
        for what, size, limit in zip(("code", "static RAM", "deepest frame"), sizes, budget[name]):
            if size > limit:
                failures.append(f"{name}: {what} is {size}, the budget {limit}")
    for failure in failures:
        print(failure, file=sys.stderr)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
