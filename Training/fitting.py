"""Fitting with class weights, early stopping and a checkpoint after every epoch."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from beats import Beats
from metrics import auc
from reference_network import ReferenceNetwork


@dataclass(frozen=True)
class Settings:
    seed: int = 1
    epochs: int = 20
    patience: int = 4
    batch: int = 256
    learning_rate: float = 1e-3


def predict(network: nn.Module, beats: Beats, batch: int = 2048) -> np.ndarray:
    """P(abnormal) of every beat."""
    network.eval()
    with torch.no_grad():
        parts = [
            torch.sigmoid(network(torch.from_numpy(beats.windows[start : start + batch])))
            for start in range(0, len(beats), batch)
        ]
    return torch.cat(parts).numpy()


def fit(
    name: str, training: Beats, validation: Beats | None, settings: Settings, work: Path
) -> tuple[ReferenceNetwork, dict[str, object]]:
    """Fits a network; with `validation`, keeps the epoch of the best validation AUC and stops when it is not bettered.

    The random numbers of an epoch depend on seed and epoch alone, so that a run resumed from its checkpoint ends with the
    weights of a run that was never interrupted.
    """
    checkpoint = work / f"{name}.checkpoint.pt"
    torch.manual_seed(settings.seed)
    network = ReferenceNetwork()
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    positives = float(training.abnormal.sum())
    loss_of = nn.BCEWithLogitsLoss(pos_weight=torch.tensor((len(training) - positives) / positives))
    windows, truth = torch.from_numpy(training.windows), torch.from_numpy(training.abnormal)

    state: dict[str, object] = {"epoch": 0, "history": [], "best": None, "best_auc": -1.0, "best_epoch": 0}
    fingerprint = [name, settings.__dict__, torch.get_num_threads(), str(torch.__version__), len(training), 0 if validation is None else len(validation)]
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        if saved["fingerprint"] == fingerprint:
            network.load_state_dict(saved["network"])
            optimizer.load_state_dict(saved["optimizer"])
            state = saved["state"]
            print(f"{name}: goes on after epoch {state['epoch']}")

    while state["epoch"] < settings.epochs and state["epoch"] - state["best_epoch"] < (
        settings.patience if validation is not None else settings.epochs + 1
    ):
        epoch = state["epoch"] + 1
        torch.manual_seed(settings.seed * 10_000 + epoch)
        network.train()
        order = torch.randperm(len(training))
        total = 0.0
        bar = tqdm(range(0, len(training), settings.batch), desc=f"{name} epoch {epoch}", mininterval=2)
        for start in bar:
            rows = order[start : start + settings.batch]
            optimizer.zero_grad()
            loss = loss_of(network(windows[rows]), truth[rows])
            loss.backward()
            optimizer.step()
            total += float(loss.detach()) * len(rows)
        entry = {"epoch": epoch, "loss": total / len(training)}
        if validation is not None:
            entry["validation_auc"] = auc(validation.abnormal, predict(network, validation))
            if entry["validation_auc"] > state["best_auc"]:
                state["best"] = {key: value.clone() for key, value in network.state_dict().items()}
                state["best_auc"], state["best_epoch"] = entry["validation_auc"], epoch
        state["history"].append(entry)
        state["epoch"] = epoch
        tqdm.write(f"{name}: {entry}")
        temporary = checkpoint.with_suffix(".tmp")
        torch.save(
            {
                "fingerprint": fingerprint,
                "network": network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "state": state,
            },
            temporary,
        )
        os.replace(temporary, checkpoint)

    if validation is not None:
        network.load_state_dict(state["best"])
    network.eval()
    return network, {"history": state["history"], "best_epoch": state["best_epoch"]}
