"""The data set: made by `sealedbeat dataset`, so that training and serving share one preprocessing."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

# de Chazal, O'Dwyer and Reilly 2004, table III; the same lists are in Sources/Inference/Dataset/PatientSplit.swift.
DS1 = "101 106 108 109 112 114 115 116 118 119 122 124 201 203 205 207 208 209 215 220 223 230".split()
DS2 = "100 103 105 111 113 117 121 123 200 202 210 212 213 214 219 221 222 228 231 232 233 234".split()

CLASSES = "NSVFQ"


@dataclass(frozen=True)
class Beats:
    """Rows of `sealedbeat dataset`: windows [n, 187], AAMI class index [n], record name [n]."""

    windows: np.ndarray
    labels: np.ndarray
    records: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def abnormal(self) -> np.ndarray:
        """Every class but N."""
        return (self.labels != 0).astype(np.float32)

    def rows(self, mask: np.ndarray) -> Beats:
        return Beats(self.windows[mask], self.labels[mask], self.records[mask])

    def of_records(self, names: list[str]) -> Beats:
        return self.rows(np.isin(self.records, names))


def cut(sealedbeat: Path, database: Path, output: Path, scaled: bool) -> Beats:
    """Calls `sealedbeat dataset` unless the file is already there, and reads it."""
    if not output.exists():
        output.parent.mkdir(parents=True, exist_ok=True)
        command = [str(sealedbeat), "dataset", "--database", str(database), "--output", str(output)]
        subprocess.run(command + (["--scaled"] if scaled else []), check=True)
    tensors = load_file(str(output))
    with safe_open(str(output), "np") as file:
        metadata = file.metadata()
    expected = "min-max" if scaled else "microvolt"
    if metadata.get("content") != "sealedbeat-beats-1" or metadata.get("window_unit") != expected:
        raise SystemExit(f"{output} is not a data set of this trainer; delete it and run again")
    names = np.array(metadata["records"].split(","))
    return Beats(tensors["windows"], tensors["labels"], names[tensors["record"]])
