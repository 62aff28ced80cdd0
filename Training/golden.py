"""The golden set: windows and what the training framework says of them, for the Swift engine to agree with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from reference_network import WINDOW, ReferenceNetwork


def synthetic_windows() -> list[tuple[str, np.ndarray]]:
    """Windows in microvolts that no heart makes, each of which has broken some engine."""
    ramp = np.arange(WINDOW, dtype=np.float32)
    spike = np.zeros(WINDOW, np.float32)
    spike[93] = 1000
    first, last, step, alternating = (np.zeros(WINDOW, np.float32) for _ in range(4))
    first[0], last[-1], step[93:], alternating[::2] = 500, 500, 1500, 1
    generator = np.random.default_rng(187)
    return [
        ("flat zero", np.zeros(WINDOW, np.float32)),
        ("flat at +32767", np.full(WINDOW, 32767, np.float32)),
        ("spike", spike),
        ("inverted spike", -spike),
        ("spike on the first sample", first),
        ("spike on the last sample", last),
        ("ramp up", ramp * 10),
        ("ramp down", -ramp * 10),
        ("step", step),
        ("alternating by one microvolt", alternating),
        ("rail to rail", np.where(alternating > 0, 32767, -32768).astype(np.float32)),
        ("sine of 50 Hz", (1000 * np.sin(2 * np.pi * 50 * ramp / 125)).astype(np.float32)),
        ("white noise", generator.normal(0, 300, WINDOW).astype(np.float32)),
        ("white noise, tiny", generator.normal(0, 1e-3, WINDOW).astype(np.float32)),
        ("white noise, huge", generator.normal(0, 1e6, WINDOW).astype(np.float32)),
        ("smallest positive range", np.where(ramp == 50, np.float32(1e-38), 0).astype(np.float32)),
    ]


def scale(windows: np.ndarray) -> np.ndarray:
    """Min–max scaling as `BeatWindow.minMaxScaled` does it, in the same float32 operations."""
    windows = windows.astype(np.float32)
    low = windows.min(axis=1, keepdims=True)
    span = windows.max(axis=1, keepdims=True) - low
    return np.where(span > 0, (windows - low) / np.where(span > 0, span, 1), np.float32(0)).astype(np.float32)


def write(network: ReferenceNetwork, path: Path, beats: list[tuple[str, np.ndarray]]) -> int:
    """Writes the golden set; returns how many windows it has."""
    named = synthetic_windows() + beats
    network.eval()
    with torch.no_grad():
        scaled = torch.from_numpy(scale(np.stack([window for _, window in named])))
        probabilities = torch.sigmoid(network(scaled)).numpy()
    lines = [
        json.dumps({"name": name, "probability": float(probability), "window": [float(f"{v:.9g}") for v in window]})
        for (name, window), probability in zip(named, probabilities)
    ]
    path.write_text(
        '{"model": "sealedbeat-reference-1", "unit": "microvolt", "tolerance": 1e-5, "cases": [\n'
        + ",\n".join(lines)
        + "\n]}\n"
    )
    return len(named)
