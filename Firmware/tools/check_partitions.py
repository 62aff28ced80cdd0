#!/usr/bin/env python3
"""Checks partition tables as ESP-IDF's gen_esp32part.py would, and that the settings beside them fit.

    check_partitions.py TABLE FLASH-BYTES SETTINGS...

No overlap, images at multiples of 64 KB and both of one size, everything else at multiples of 4 KB, nothing beyond the
flash; the outbox has as many sectors as CONFIG_SB_OUTBOX_SECTORS, and the outbox's list is not longer than the flash
can be full.
"""
import pathlib
import re
import sys

SECTOR, RECORDS_PER_SECTOR = 4096, 8


def setting(files, name, default):
    value = default
    for file in files:
        for match in re.finditer(rf"^{name}=(\d+)$", file.read_text(), re.M):
            value = int(match.group(1))
    return value


def main():
    table, flash = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    files = [pathlib.Path(name) for name in sys.argv[3:]]
    faults, end, sizes = [], 0x9000, {}
    for line in table.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, kind, _, offset, size = (part.strip() for part in line.split(",")[:5])
        offset, size = int(offset, 0), int(size, 0)
        if offset < end:
            faults.append(f"{name} overlaps what is before it")
        if offset % (0x10000 if kind == "app" else SECTOR) or size % SECTOR:
            faults.append(f"{name} is not aligned")
        end, sizes[name] = offset + size, size
    if end > flash:
        faults.append(f"the table ends at {end:#x}, beyond the flash")
    if "factory" not in sizes and sizes["ota_0"] != sizes["ota_1"]:
        faults.append("the images' places differ in size")
    kconfig = pathlib.Path("components/sb_esp32/Kconfig").read_text()
    default = int(re.search(r"config SB_OUTBOX_SECTORS.*?default (\d+)", kconfig, re.S).group(1))
    sectors = sizes["outbox"] // SECTOR
    if setting(files, "CONFIG_SB_OUTBOX_SECTORS", default) != sectors:
        faults.append(f"the outbox has {sectors} sectors, the settings another number")
    chunks = setting(files, "CONFIG_SEALEDBEAT_OUTBOX_CHUNKS", 2048)
    if chunks > (sectors - 1) * RECORDS_PER_SECTOR:
        faults.append(f"{chunks} chunks do not fit {sectors} sectors")
    for fault in faults:
        print(f"{table}: {fault}", file=sys.stderr)
    print(f"{table}: {sectors} sectors of outbox, list of {chunks} chunks")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
