#!/usr/bin/env python3
"""Records in the reference weights how large its activations become, which 8-bit inference needs.

For each channel of each convolution the largest and the mean activation over all beats of DS1 (never DS2) go into the file's
metadata, as `activation_maxima_conv1`, `activation_means_conv1` and so on: what the byte 255 stands for, and by what the
rounding of weights is set right. The tensors stay as they are. The same data set and weights give the same file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from beats import DS1, cut
from reference_network import ReferenceNetwork

ROOT = Path(__file__).resolve().parent.parent


def activations(network: ReferenceNetwork, windows: np.ndarray) -> dict[str, np.ndarray]:
    """The largest and the mean activation of each channel behind each convolution (after ReLU and pool)."""
    network.eval()
    found = {"maxima_conv1": np.zeros(32), "maxima_conv2": np.zeros(64), "means_conv1": np.zeros(32), "means_conv2": np.zeros(64)}
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
    network = ReferenceNetwork()
    tensors = load_file(str(options.weights))
    network.load_state_dict(tensors, strict=False)
    found = activations(network, beats.of_records(DS1).windows)

    with safe_open(str(options.weights), "np") as file:
        metadata = dict(file.metadata())
    metadata.update(
        {f"activation_{name}": ",".join(f"{value:.5g}" for value in values) for name, values in found.items()}
    )
    output = options.output or options.weights
    save_file(tensors, str(output), metadata=metadata)
    output.chmod(0o644)
    print(f"wrote {output}")


if __name__ == "__main__":
    main()
