"""What each addition to the reference network's input buys: one member fitted to DS1, judged on the supraventricular database."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from contexts import ContextBeats
from default_figures import summary
from member_fitting import fit_member, sums

# Places of the measures, in the order of RhythmMeasures, MorphologyMeasures and AtrialMeasures.
RHYTHM, MORPHOLOGY, ATRIA = slice(0, 40), slice(40, 56), slice(56, 62)


def _changed(beats: ContextBeats, signals: np.ndarray | None = None, without: list[slice] | None = None) -> ContextBeats:
    measures = beats.measures.copy()
    for part in without or []:
        measures[:, part] = 0
    return replace(beats, measures=measures, signals=beats.signals if signals is None else signals)


def _alone(beats: ContextBeats) -> np.ndarray:
    """The beat without its difference from the normal one."""
    signals = beats.signals.copy()
    signals[:, :, 1] = 0
    return signals


def _scaled(beats: ContextBeats) -> np.ndarray:
    """The beat scaled to 0…1 by its own minimum and maximum, as the reference network sees it."""
    signals = np.zeros_like(beats.signals)
    low = beats.windows.min(1, keepdims=True)
    signals[:, :, 0] = (beats.windows - low) / np.maximum(beats.windows.max(1, keepdims=True) - low, 1e-6)
    return signals


VARIANTS = {
    "everything": lambda beats: beats,
    "without the rhythm": lambda beats: _changed(beats, without=[RHYTHM]),
    "without the running normal beat": lambda beats: _changed(beats, _alone(beats), [MORPHOLOGY, ATRIA]),
    "without the atrial activity": lambda beats: _changed(beats, without=[ATRIA]),
    "the beat alone, in microvolts": lambda beats: _changed(beats, _alone(beats), [RHYTHM, MORPHOLOGY, ATRIA]),
    "the beat alone, scaled by itself": lambda beats: _changed(beats, _scaled(beats), [RHYTHM, MORPHOLOGY, ATRIA]),
}


def ablations(trainer, both: ContextBeats) -> dict:
    """Figures by variant; the last two rows differ in the scaling, one row leaves the simulated rhythms out."""
    is_training = np.char.startswith(both.records, "mitdb ")
    real, test = both.rows(is_training), both.rows(~is_training)
    simulated = trainer.with_simulations(real)
    results = {}
    for name, change in VARIANTS.items():
        member = fit_member(f"ablation-{name.replace(' ', '-')}", change(simulated), trainer.settings, trainer.work)
        logits = sums([member], change(test))
        results[name] = summary(logits, test.labels, test.records, np.zeros(5))
    settings = replace(trainer.settings, simulated=0.0)
    member = fit_member("ablation-without-simulated-rhythms", real, settings, trainer.work)
    results["without simulated rhythms"] = summary(sums([member], test), test.labels, test.records, np.zeros(5))
    return results
