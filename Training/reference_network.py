"""The reference network in PyTorch, and its weights as the Swift engine reads them.

Layers as in `Sources/Inference/Models/ReferenceModel.swift`: 'valid' convolutions, BatchNorm with Keras's epsilon (1e-3),
Flatten in time-major order (Keras's order), so that both sides share one weights file without permutations.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

WINDOW = 187
BATCH_NORM_EPSILON = 1e-3
IDENTIFIER = "sealedbeat-reference-1"


class ReferenceNetwork(nn.Module):
    """Input [beats, 187], scaled to 0…1; output [beats], the logit of P(abnormal)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(1, 32, 3)
        # Keras's momentum of 0.99 is PyTorch's 0.01; 0.1 settles within the few epochs used here.
        self.bn1 = nn.BatchNorm1d(32, eps=BATCH_NORM_EPSILON, momentum=0.1)
        self.conv2 = nn.Conv1d(32, 64, 3)
        self.bn2 = nn.BatchNorm1d(64, eps=BATCH_NORM_EPSILON, momentum=0.1)
        self.dense1 = nn.Linear(45 * 64, 32)
        self.dense2 = nn.Linear(32, 1)
        self.pool = nn.MaxPool1d(2)
        self.drop_convolution = nn.Dropout(0.2)
        self.drop_dense = nn.Dropout(0.3)

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        x = windows.unsqueeze(1)
        x = self.drop_convolution(self.pool(torch.relu(self.bn1(self.conv1(x)))))
        x = self.drop_convolution(self.pool(torch.relu(self.bn2(self.conv2(x)))))
        x = x.transpose(1, 2).flatten(1)
        x = self.drop_dense(torch.relu(self.dense1(x)))
        return self.dense2(x).squeeze(1)


def export(network: ReferenceNetwork, path: Path, provenance: str) -> None:
    """Writes the weights file that `ReferenceModel.init` reads."""
    tensors = {
        name: tensor.detach().to(torch.float32).contiguous().clone()
        for name, tensor in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    metadata = {
        "format": "pt",
        "model": IDENTIFIER,
        "batch_norm_epsilon": repr(BATCH_NORM_EPSILON),
        "provenance": provenance,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, str(path), metadata=metadata)
    path.chmod(0o644)
