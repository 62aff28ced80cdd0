#!/usr/bin/env python3
"""Judges the shipped weights on any annotated WFDB database that they have not seen.

The beats are cut by `sealedbeat dataset`. Prints JSON: the figures over all beats with 95 % intervals by record, the share of
each AAMI class that is called abnormal, and the figures of each record.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from beats import CLASSES, cut
from fitting import predict
from metrics import summary, with_intervals
from reference_network import ReferenceNetwork

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", type=Path, required=True, help="folder of .hea, .dat and .atr files")
    parser.add_argument("--sealedbeat", type=Path, default=ROOT / ".build/release/sealedbeat", help="the executable")
    parser.add_argument("--weights", type=Path, default=ROOT / "Sources/Inference/Resources/reference.safetensors")
    options = parser.parse_args()

    torch.set_num_threads(1)
    network = ReferenceNetwork()
    missing, unexpected = network.load_state_dict(load_file(str(options.weights)), strict=False)
    assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing), (missing, unexpected)
    with tempfile.TemporaryDirectory() as folder:
        beats = cut(options.sealedbeat, options.database, Path(folder) / "beats.safetensors", scaled=True)
    score, truth = predict(network, beats), beats.abnormal
    result = {
        "gross": with_intervals(truth, score, beats.records),
        "called_abnormal": {
            name: float((score[beats.labels == index] >= 0.5).mean())
            for index, name in enumerate(CLASSES)
            if (beats.labels == index).any()
        },
        "records": {
            name: summary(truth[beats.records == name], score[beats.records == name])
            for name in np.unique(beats.records).tolist()
        },
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
