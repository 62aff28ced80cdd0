"""The default network: three small members of one shape, whose last sums are averaged."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

CLASSES = 5
MEMBERS = 3
LIMIT = 4.0


class Member(nn.Module):
    """187 samples of two signals and the measures in, five sums out.

    Conv 24×7/2 – 32×5/2 – 48×5/2, each with BatchNorm and ReLU, 'same' padding: 187 → 94 → 47 → 24 positions. Mean and maximum over
    them, and eight channels of each position, to 48; the measures to 48; both together to 48, to 5.
    """

    def __init__(self, measures: int):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv1d(2, 24, 7, 2, 3), nn.BatchNorm1d(24)
        self.conv2, self.bn2 = nn.Conv1d(24, 32, 5, 2, 2), nn.BatchNorm1d(32)
        self.conv3, self.bn3 = nn.Conv1d(32, 48, 5, 2, 2), nn.BatchNorm1d(48)
        self.places = nn.Conv1d(48, 8, 1)
        self.shape = nn.Linear(2 * 48 + 24 * 8, 48)
        self.context = nn.Linear(measures, 48)
        self.joint = nn.Linear(96, 48)
        self.output = nn.Linear(48, CLASSES)
        self.register_buffer("mean", torch.zeros(measures))
        self.register_buffer("scale", torch.ones(measures))

    def forward(self, signals: torch.Tensor, measures: torch.Tensor) -> torch.Tensor:
        x = signals.transpose(1, 2)
        x = functional.relu(self.bn1(self.conv1(x)))
        x = functional.relu(self.bn2(self.conv2(x)))
        x = functional.relu(self.bn3(self.conv3(x)))
        places = functional.relu(self.places(x)).transpose(1, 2).flatten(1)
        features = torch.cat([x.mean(2), x.amax(2), places], 1)
        context = torch.clamp((measures - self.mean) * self.scale, -LIMIT, LIMIT)
        shape = functional.relu(self.shape(functional.dropout(features, 0.3, self.training)))
        context = functional.relu(self.context(functional.dropout(context, 0.15, self.training)))
        joint = functional.relu(self.joint(functional.dropout(torch.cat([shape, context], 1), 0.3, self.training)))
        return self.output(joint)


class Ensemble(nn.Module):
    """The members' mean sums, calibrated: softmax of `scale · sums + bias` are the probabilities of N, S, V, F, Q."""

    def __init__(self, members: list[Member], scale: np.ndarray, bias: np.ndarray):
        super().__init__()
        self.members = nn.ModuleList(members)
        self.register_buffer("calibration_scale", torch.tensor(scale, dtype=torch.float32))
        self.register_buffer("calibration_bias", torch.tensor(bias, dtype=torch.float32))

    def forward(self, signals: torch.Tensor, measures: torch.Tensor) -> torch.Tensor:
        sums = torch.stack([member(signals, measures) for member in self.members]).mean(0)
        return torch.softmax(sums * self.calibration_scale + self.calibration_bias, 1)


def folded(convolution: nn.Conv1d, normalization: nn.BatchNorm1d) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias of the convolution with its BatchNorm."""
    factor = normalization.weight / torch.sqrt(normalization.running_var + normalization.eps)
    weight = convolution.weight * factor[:, None, None]
    bias = (convolution.bias - normalization.running_mean) * factor + normalization.bias
    return weight.detach().numpy(), bias.detach().numpy()


def tensors(ensemble: Ensemble) -> dict[str, np.ndarray]:
    """What `sealedbeat` reads: every member with BatchNorm folded, the standardisation and the calibration."""
    result: dict[str, np.ndarray] = {}
    for index, member in enumerate(ensemble.members):
        for layer in (1, 2, 3):
            weight, bias = folded(getattr(member, f"conv{layer}"), getattr(member, f"bn{layer}"))
            result[f"member{index}.conv{layer}.weight"], result[f"member{index}.conv{layer}.bias"] = weight, bias
        for name in ("places", "shape", "context", "joint", "output"):
            layer = getattr(member, name)
            result[f"member{index}.{name}.weight"] = layer.weight.detach().numpy()
            result[f"member{index}.{name}.bias"] = layer.bias.detach().numpy()
    first = ensemble.members[0]
    result["measures.mean"], result["measures.scale"] = first.mean.numpy(), first.scale.numpy()
    result["calibration.scale"] = ensemble.calibration_scale.numpy()
    result["calibration.bias"] = ensemble.calibration_bias.numpy()
    return {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in result.items()}


def parameter_count(ensemble: Ensemble) -> int:
    return sum(value.size for value in tensors(ensemble).values())
