#!/usr/bin/env python3
"""Records in the reference weights how large its activations become, which 8-bit inference needs.

For each channel of each convolution the largest and the mean activation over all beats of DS1 (never DS2) go into the file's
metadata, as `activation_maxima_conv1`, `activation_means_conv1` and so on: what the byte 255 stands for, and by what the
rounding of weights is set right. The tensors stay as they are. The same data set and weights give the same file.
"""

from __future__ import annotations

import argparse
import json
import struct
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from beats import DS1, cut
from reference_network import ReferenceNetwork

ROOT = Path(__file__).resolve().parent.parent


def activations(network: ReferenceNetwork, windows: np.ndarray) -> dict[str, np.ndarray]:
    """The largest and the mean activation of each channel behind each convolution (after ReLU and pool)."""
    network.eval()
    found = {f"{kind}_conv{index}": np.zeros(32 * index) for kind in ("maxima", "means") for index in (1, 2)}
    with torch.no_grad():
        for start in range(0, len(windows), 2048):
            x = torch.from_numpy(windows[start : start + 2048]).unsqueeze(1)
            share = len(x) / len(windows)
            for name, convolution, norm in (
                ("conv1", network.conv1, network.bn1),
                ("conv2", network.conv2, network.bn2),
            ):
                x = network.pool(torch.relu(norm(convolution(x))))
                found[f"maxima_{name}"] = np.maximum(found[f"maxima_{name}"], x.amax(dim=(0, 2)).numpy())
                found[f"means_{name}"] += share * x.mean(dim=(0, 2)).numpy()
    # A channel that never spoke still needs a range.
    return {name: np.maximum(values, 1e-3) if "maxima" in name else values for name, values in found.items()}


def record(weights: Path, output: Path, windows: np.ndarray) -> None:
    """Writes the weights again with the activations over these windows, scaled to 0…1, in the metadata."""
    network = ReferenceNetwork()
    tensors = load_file(str(weights))
    network.load_state_dict(tensors, strict=False)
    # The header is rewritten by hand: safetensors' own writer puts metadata in another order on every run.
    content = weights.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    for name, values in activations(network, windows).items():
        header["__metadata__"][f"activation_{name}"] = ",".join(f"{value:.5g}" for value in values)
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    output.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + length :])
    output.chmod(0o644)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sealedbeat", type=Path, default=ROOT / ".build/release/sealedbeat", help="the executable")
    parser.add_argument("--database", type=Path, default=ROOT / "data/mitdb", help="folder of the MIT-BIH records")
    parser.add_argument("--work", type=Path, default=ROOT / "artifacts/training", help="where the data set is kept")
    parser.add_argument("--weights", type=Path, default=ROOT / "Sources/Inference/Resources/reference.safetensors")
    parser.add_argument("--output", type=Path, help="file to write; the weights themselves by default")
    options = parser.parse_args()

    torch.set_num_threads(1)
    beats = cut(options.sealedbeat, options.database, options.work / "mitdb-scaled.safetensors", scaled=True)
    output = options.output or options.weights
    record(options.weights, output, beats.of_records(DS1).windows)
    print(f"wrote {output}")


if __name__ == "__main__":
    main()
