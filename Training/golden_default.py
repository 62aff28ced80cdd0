"""The default network's golden set: contexts of beats and what the training framework says of them.

The beats are simulated rhythms of `sealedbeat`'s own kind plus extreme inputs; no patient's signal is in the file.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from beat_network import CLASSES, Ensemble


def cases(ensemble: Ensemble) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Named signals [187, 2] and measures [m] that exercise every layer, made by a fixed seed."""
    generator = np.random.default_rng(5)
    mean, scale = ensemble.members[0].mean.numpy(), ensemble.members[0].scale.numpy()
    time = np.arange(187)
    made = [
        ("nothing", np.zeros((187, 2)), mean),
        ("limits", np.full((187, 2), 4.0), mean + 100 / scale),
        ("other limits", np.full((187, 2), -4.0), mean - 100 / scale),
    ]
    for index in range(21):
        width, place = generator.uniform(2, 9), 62 + generator.integers(-2, 3)
        beat = np.exp(-(((time - place) / width) ** 2)) * generator.uniform(-1.5, 1.5)
        beat += 0.2 * np.exp(-(((time - 97) / 12) ** 2)) + 0.02 * generator.normal(size=187)
        rest = beat * generator.uniform(-1, 1) + 0.05 * generator.normal(size=187)
        measures = mean + generator.normal(0, 1.5, len(mean)) / scale
        made.append((f"beat {index + 1}", np.stack([beat, rest], 1), measures))
    return made


def write(ensemble: Ensemble, path: Path) -> int:
    """Writes the golden set; returns how many cases it has."""
    lines = []
    for name, signals, measures in cases(ensemble):
        signals, measures = signals.astype(np.float32), measures.astype(np.float32)
        with torch.no_grad():
            result = ensemble(torch.from_numpy(signals[None]), torch.from_numpy(measures[None]))[0].numpy()
        assert result.shape == (CLASSES,)
        lines.append(
            json.dumps(
                {
                    "name": name, "probabilities": [float(f"{v:.9g}") for v in result],
                    "signals": [float(f"{v:.9g}") for v in signals.flatten()],
                    "measures": [float(f"{v:.9g}") for v in measures],
                }
            )
        )
    path.write_text('{"model": "sealedbeat-default-1", "tolerance": 2e-5, "cases": [\n' + ",\n".join(lines) + "\n]}\n")
    return len(lines)
