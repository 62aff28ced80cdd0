"""Beats with their context, made by `sealedbeat dataset --context`: the default model's input, from the code that serves."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

# The place of the R wave's signed height among the measures: it changes sign with the lead.
DEFLECTION = 53


@dataclass(frozen=True)
class ContextBeats:
    """One row a beat, in order of record and time.

    windows [n, 187] in µV, signals [n, 187, 2], measures [n, m], AAMI class index [n], record name [n], RR intervals before and
    behind in seconds [n] (NaN where unknown), whether the beat was simulated [n].
    """

    windows: np.ndarray
    signals: np.ndarray
    measures: np.ndarray
    labels: np.ndarray
    records: np.ndarray
    previous_rr: np.ndarray
    next_rr: np.ndarray
    simulated: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def rows(self, mask: np.ndarray) -> ContextBeats:
        return ContextBeats(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))

    def of_records(self, names: list[str]) -> ContextBeats:
        return self.rows(np.isin(self.records, names))

    def named(self, prefix: str) -> ContextBeats:
        """The same with every record's name behind a prefix, so that two databases never share a name."""
        return ContextBeats(**{**self.__dict__, "records": np.char.add(prefix, self.records.astype(str))})


def joined(parts: list[ContextBeats]) -> ContextBeats:
    return ContextBeats(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ContextBeats.__dataclass_fields__)
    )


def cut_with_context(
    sealedbeat: Path, database: Path, output: Path, records: list[str] | None = None
) -> ContextBeats:
    """Calls `sealedbeat dataset --context` unless the file is already there, and reads it. All annotated records by default."""
    if not output.exists():
        output.parent.mkdir(parents=True, exist_ok=True)
        command = [str(sealedbeat), "dataset", "--context", "--database", str(database), "--output", str(output)]
        subprocess.run(command + (["--records", ",".join(records)] if records else []), check=True)
    tensors = load_file(str(output))
    with safe_open(str(output), "np") as file:
        metadata = file.metadata()
    if metadata.get("content") != "sealedbeat-beats-1" or "measures" not in tensors:
        raise SystemExit(f"{output} is not a data set of this trainer; delete it and run again")
    names = np.array(metadata["records"].split(","))
    count = len(tensors["labels"])
    return ContextBeats(
        tensors["windows"], tensors["signals"], tensors["measures"], tensors["labels"].astype(np.int64),
        names[tensors["record"]], tensors["previous_rr"], tensors["next_rr"], np.zeros(count, bool),
    )


def describe(
    sealedbeat: Path, work: Path, windows: np.ndarray, labels: np.ndarray, records: np.ndarray, previous_rr: np.ndarray,
    next_rr: np.ndarray,
) -> ContextBeats:
    """The contexts of simulated beats, by `sealedbeat dataset --beats`."""
    work.mkdir(parents=True, exist_ok=True)
    source, output = work / "simulated.safetensors", work / "simulated-contexts.safetensors"
    _, index = np.unique(records, return_inverse=True)
    save_file(
        {
            "windows": windows.astype(np.float32), "record": index.astype(np.float32),
            "previous_rr": np.nan_to_num(previous_rr, nan=0).astype(np.float32),
            "next_rr": np.nan_to_num(next_rr, nan=0).astype(np.float32),
        },
        str(source),
    )
    subprocess.run(
        [str(sealedbeat), "dataset", "--beats", str(source), "--output", str(output)], check=True, stderr=subprocess.DEVNULL
    )
    tensors = load_file(str(output))
    source.unlink()
    output.unlink()
    return ContextBeats(
        windows.astype(np.float32), tensors["signals"], tensors["measures"], labels.astype(np.int64), records,
        previous_rr.astype(np.float32), next_rr.astype(np.float32), np.ones(len(labels), bool),
    )
