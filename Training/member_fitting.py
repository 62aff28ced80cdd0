"""Fits one member of the default network, with a checkpoint after every epoch."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional
from tqdm import tqdm

from beat_network import CLASSES, Ensemble, Member
from contexts import DEFLECTION, ContextBeats


@dataclass(frozen=True)
class MemberSettings:
    seed: int = 0
    epochs: int = 6
    # Beats drawn in an epoch.
    drawn: int = 80_000
    batch: int = 512
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    smoothing: float = 0.02
    # A record's beats of one class weigh together as the square root of their number: no patient dominates.
    balance: float = 0.5
    # What all simulated beats weigh, all real ones weighing 1.
    simulated: float = 0.5


def weights(beats: ContextBeats, settings: MemberSettings) -> np.ndarray:
    """How likely each beat is drawn."""
    _, groups = np.unique(beats.records, return_inverse=True)
    groups = groups * CLASSES + beats.labels
    weight = np.bincount(groups)[groups].astype(float) ** (settings.balance - 1)
    if beats.simulated.any():
        made = beats.simulated
        weight[made] *= settings.simulated * weight[~made].sum() / weight[made].sum()
    return weight / weight.sum()


def _augmented(
    signals: torch.Tensor, measures: torch.Tensor, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Another gain, another lead's polarity, some noise."""
    count = len(signals)
    gain = torch.exp(0.15 * torch.randn(count, 1, 1, generator=generator))
    sign = torch.where(torch.rand(count, 1, 1, generator=generator) < 0.3, -1.0, 1.0)
    noise = 0.02 * torch.rand(count, 1, 1, generator=generator) * torch.randn(signals.shape, generator=generator)
    measures = measures.clone()
    measures[:, DEFLECTION] *= sign[:, 0, 0]
    return signals * gain * sign + noise, measures


def fit_member(name: str, beats: ContextBeats, settings: MemberSettings, work: Path) -> Member:
    """A member fitted to `beats`. The random numbers of an epoch depend on seed and epoch alone: a run that is resumed ends
    with the weights of one that was never interrupted."""
    checkpoint = work / f"{name}.pt"
    torch.manual_seed(settings.seed)
    member = Member(beats.measures.shape[1])
    measures, signals = torch.from_numpy(beats.measures), torch.from_numpy(beats.signals)
    labels = torch.from_numpy(beats.labels)
    member.mean.copy_(measures.mean(0))
    member.scale.copy_(1 / (measures.std(0) + 1e-3))
    chance = torch.from_numpy(weights(beats, settings))
    steps = settings.drawn // settings.batch
    optimizer = torch.optim.AdamW(
        member.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=steps * settings.epochs
    )
    fingerprint = [asdict(settings), len(beats), torch.get_num_threads(), str(torch.__version__)]
    epoch = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        if saved["fingerprint"] == fingerprint:
            member.load_state_dict(saved["member"])
            optimizer.load_state_dict(saved["optimizer"])
            schedule.load_state_dict(saved["schedule"])
            epoch = saved["epoch"]
    while epoch < settings.epochs:
        torch.manual_seed(settings.seed * 10_000 + epoch)
        generator = torch.Generator().manual_seed(settings.seed * 10_000 + epoch)
        member.train()
        order = torch.multinomial(chance, steps * settings.batch, True, generator=generator)
        total = 0.0
        bar = tqdm(range(steps), desc=f"{name} epoch {epoch + 1}/{settings.epochs}", mininterval=2)
        for step in bar:
            rows = order[step * settings.batch : (step + 1) * settings.batch]
            batch, context = _augmented(signals[rows], measures[rows], generator)
            loss = functional.cross_entropy(member(batch, context), labels[rows], label_smoothing=settings.smoothing)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
            if step % 20 == 19:
                bar.set_postfix(loss=f"{total / (step + 1):.4f}")
        epoch += 1
        state = {
            "fingerprint": fingerprint, "member": member.state_dict(), "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(), "epoch": epoch,
        }
        torch.save(state, checkpoint.with_suffix(".tmp"))
        os.replace(checkpoint.with_suffix(".tmp"), checkpoint)
    member.eval()
    return member


def sums(members: list[Member], beats: ContextBeats, batch: int = 4096) -> np.ndarray:
    """The members' mean sums of every beat, [n, 5], not calibrated."""
    parts = []
    with torch.no_grad():
        for start in range(0, len(beats), batch):
            signals = torch.from_numpy(beats.signals[start : start + batch])
            measures = torch.from_numpy(beats.measures[start : start + batch])
            parts.append(torch.stack([member(signals, measures) for member in members]).mean(0))
    return torch.cat(parts).numpy().astype(np.float64)


def calibrate(sums_: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scale and bias with which softmax of the sums of patients held out gives probabilities (vector scaling, Guo 2017),
    by maximum likelihood with a little shrinkage towards one temperature."""
    values, truth = torch.from_numpy(sums_), torch.from_numpy(labels)
    scale = torch.ones(CLASSES, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(CLASSES, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([scale, bias], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = functional.cross_entropy(values * scale + bias, truth)
        loss = loss + 1e-3 * ((scale - scale.mean()) ** 2).sum() + 1e-5 * (bias**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return scale.detach().numpy(), bias.detach().numpy()


def ensemble(members: list[Member], scale: np.ndarray, bias: np.ndarray) -> Ensemble:
    result = Ensemble(members, scale, bias)
    result.eval()
    return result
