"""Figures of merit of a binary classifier, with intervals by resampling records, not beats.

Beats of one patient resemble each other; resampling beats would pretend to thousands of independent patients.
"""

from __future__ import annotations

import numpy as np


def auc(truth: np.ndarray, score: np.ndarray) -> float:
    """Area under the ROC curve (Mann–Whitney, ties count half); NaN when one class is absent."""
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[truth > 0].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def at_threshold(truth: np.ndarray, score: np.ndarray, threshold: float = 0.5) -> dict[str, float]:
    """Accuracy, sensitivity, specificity, positive predictivity and F1 of 'abnormal'."""
    predicted = score >= threshold
    tp = int((predicted & (truth > 0)).sum())
    fp = int((predicted & (truth == 0)).sum())
    fn = int((~predicted & (truth > 0)).sum())
    tn = len(truth) - tp - fp - fn

    def ratio(part: int, whole: int) -> float:
        return part / whole if whole else float("nan")

    return {
        "accuracy": ratio(tp + tn, len(truth)),
        "sensitivity": ratio(tp, tp + fn),
        "specificity": ratio(tn, tn + fp),
        "positive_predictivity": ratio(tp, tp + fp),
        "f1": ratio(2 * tp, 2 * tp + fp + fn),
    }


def summary(truth: np.ndarray, score: np.ndarray) -> dict[str, float]:
    return {"beats": len(truth), "abnormal": int(truth.sum()), "auc": auc(truth, score), **at_threshold(truth, score)}


def with_intervals(
    truth: np.ndarray, score: np.ndarray, records: np.ndarray, resamples: int = 1000, seed: int = 1
) -> dict[str, object]:
    """`summary` and, for each figure, the 2.5th and 97.5th percentile over resampled records."""
    generator = np.random.default_rng(seed)
    rows = [np.flatnonzero(records == name) for name in np.unique(records)]
    draws: dict[str, list[float]] = {}
    for _ in range(resamples):
        chosen = np.concatenate([rows[i] for i in generator.integers(0, len(rows), len(rows))])
        for key, value in summary(truth[chosen], score[chosen]).items():
            draws.setdefault(key, []).append(value)
    figures = summary(truth, score)
    intervals = {
        key: [float(np.nanpercentile(values, 2.5)), float(np.nanpercentile(values, 97.5))]
        for key, values in draws.items()
        if key not in ("beats", "abnormal")
    }
    return {**figures, "interval_95": intervals, "records": len(rows)}
