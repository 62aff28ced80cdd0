#!/usr/bin/env python3
"""Writes the beat network's weights for the device: make_network.py reference.safetensors network_weights.c

The numbers are those of the server's own 8-bit form (Sources/Inference/Quantization, Sources/Inference/Models): BatchNorm
folded, a scale for each output channel, the ranges of activation that the trainer recorded, and Nagel's correction of biases.
What the server multiplies in float is a whole number and a shift here. Needs nothing but Python.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from pathlib import Path

ONE_BITS = 14
WINDOW_ONE = 1 << ONE_BITS


def load(path: Path) -> tuple[dict[str, list[float]], dict[str, str]]:
    bytes_ = path.read_bytes()
    size = struct.unpack("<Q", bytes_[:8])[0]
    header = json.loads(bytes_[8 : 8 + size])
    metadata = header.pop("__metadata__")
    if metadata["model"] != "sealedbeat-reference-1":
        sys.exit(f"{path}: not the reference network but {metadata['model']}")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        assert entry["dtype"] == "F32", name
        tensors[name] = list(struct.unpack(f"<{(end - begin) // 4}f", bytes_[8 + size + begin : 8 + size + end]))
    return tensors, metadata


def folded(tensors: dict, index: int, epsilon: float) -> tuple[list[list[float]], list[float]]:
    """Weights in the order of a time-major row (tap, input channel), and biases, with BatchNorm in them."""
    bias = tensors[f"conv{index}.bias"]
    outputs, weights = len(bias), tensors[f"conv{index}.weight"]
    depth = len(weights) // outputs
    channels = depth // 3
    rows, biases = [], []
    for output in range(outputs):
        factor = tensors[f"bn{index}.weight"][output] / math.sqrt(tensors[f"bn{index}.running_var"][output] + epsilon)
        offset = tensors[f"bn{index}.bias"][output] - tensors[f"bn{index}.running_mean"][output] * factor
        row = weights[output * depth : (output + 1) * depth]
        rows.append([row[channel * 3 + tap] * factor for tap in range(3) for channel in range(channels)])
        biases.append(bias[output] * factor + offset)
    return rows, biases


def rounded(value: float) -> int:
    """To the nearest, halves away from zero, as Swift rounds."""
    return int(math.copysign(math.floor(abs(value) + 0.5), value))


def quantized(rows: list[list[float]], biases: list[float], scales: list[float], means: list[float]):
    """As `QuantizedWeights`: octets, a scale for each row, and the bias in units of it with the correction."""
    values, factors, corrected = [], [], []
    for weights, bias in zip(rows, biases):
        row = [weight * scales[k % len(scales)] for k, weight in enumerate(weights)]
        scale = max(max(abs(v) for v in row) / 127, abs(bias) / (1 << 28), 2.0**-126)
        octets = [max(-127, min(127, rounded(v / scale))) for v in row]
        added = sum((q - v / scale) * means[k % len(means)] / scales[k % len(scales)]
                    for k, (q, v) in enumerate(zip(octets, row)))
        values.append(octets)
        factors.append(scale)
        corrected.append(rounded(bias / scale - added))
    return values, factors, corrected


def fixed(value: float) -> tuple[int, int]:
    """A factor in 2^-31 and a shift to the right whose product is `value`, which lies below 1."""
    shift = 0
    assert 0 < value < 1
    while value < 0.5 and shift < 24:
        value, shift = value * 2, shift + 1
    return min(rounded(value * (1 << 31)), (1 << 31) - 1), shift


def first_layer(rows: list[list[float]], biases: list[float], scales: list[float]):
    weights, offsets, shifts = [], [], []
    for row, bias, scale in zip(rows, biases, scales):
        row, bias = [v / scale for v in row], bias / scale
        # As many bits as 16-bit weights and a 32-bit sum leave.
        for bits in range(14, -12, -1):
            octets = [rounded(v * 2.0**bits) for v in row]
            offset = rounded(bias * 2.0 ** (bits + ONE_BITS))
            if max(map(abs, octets)) < 1 << 15 and sum(map(abs, octets)) * WINDOW_ONE + abs(offset) < 1 << 31:
                break
        assert bits + ONE_BITS >= 1
        weights.append(octets)
        offsets.append(offset)
        shifts.append(bits + ONE_BITS)
    return weights, offsets, shifts


def listed(values: list) -> str:
    if isinstance(values[0], list):
        return "{" + ",\n".join(listed(row) for row in values) + "}"
    return "{" + ",".join(map(str, values)) + "}"


def main() -> None:
    source, output = map(Path, sys.argv[1:3])
    tensors, metadata = load(source)
    epsilon = float(metadata["batch_norm_epsilon"])

    def activation(layer: str) -> tuple[list[float], list[float]]:
        maxima = [float(v) for v in metadata[f"activation_maxima_{layer}"].split(",")]
        return [v / 255 for v in maxima], [float(v) for v in metadata[f"activation_means_{layer}"].split(",")]

    (scales1, means1), (scales2, means2) = activation("conv1"), activation("conv2")
    first, first_bias, first_shift = first_layer(*folded(tensors, 1, epsilon), scales1)
    second, factors, second_bias = quantized(*folded(tensors, 2, epsilon), scales1, means1)
    second_fixed = [fixed(factor / scale) for factor, scale in zip(factors, scales2)]
    dense = tensors["dense1.weight"]
    rows = [dense[k * 2880 : (k + 1) * 2880] for k in range(32)]
    hidden, factors, correction = quantized(rows, [0.0] * 32, scales2, means2)
    hidden_fixed = [fixed(factor * 4096) for factor in factors]
    members = {
        "first": first, "first_bias": first_bias, "first_shift": first_shift,
        "second": second, "second_bias": second_bias,
        "second_factor": [f for f, _ in second_fixed], "second_shift": [s for _, s in second_fixed],
        "hidden": hidden, "hidden_correction": correction,
        "hidden_factor": [f for f, _ in hidden_fixed], "hidden_shift": [s for _, s in hidden_fixed],
        "hidden_bias": [rounded(v * 4096) for v in tensors["dense1.bias"]],
        "output": [rounded(v * (1 << 14)) for v in tensors["dense2.weight"]],
    }
    assert max(map(abs, members["output"])) < 1 << 15
    text = '// Written by tools/make_network.py.\n#include "sb_beats/sb_network.h"\n\nconst sb_network_weights_t SB_NETWORK = {\n'
    text += "".join(f".{name} = {listed(values)},\n" for name, values in members.items())
    text += f".output_bias = {rounded(tensors['dense2.bias'][0] * (1 << 26))}LL,\n}};\n"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text)


if __name__ == "__main__":
    main()
