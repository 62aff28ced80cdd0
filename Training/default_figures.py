"""Figures of the five-class network, beat by beat, for choosing and for the model card.

They count beats that the detector found; `sealedbeat evaluate beats` counts missed and invented beats as well.
"""

from __future__ import annotations

import numpy as np

from beats import CLASSES
from metrics import auc

SUPRAVENTRICULAR, VENTRICULAR = 1, 2
# How far below the best merit a choice may lie.
PLATEAU = 0.005


def probabilities(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(1, keepdims=True))
    return shifted / shifted.sum(1, keepdims=True)


def by_class(labels: np.ndarray, predicted: np.ndarray, index: int) -> dict[str, float]:
    tp = int(((predicted == index) & (labels == index)).sum())
    called, there = int((predicted == index).sum()), int((labels == index).sum())
    return {
        "sensitivity": tp / there if there else float("nan"),
        "positive_predictivity": tp / called if called else float("nan"),
        "f1": 2 * tp / (called + there) if called + there else float("nan"),
        "support": there,
    }


def calibration_error(truth: np.ndarray, score: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error over bins of equal width."""
    place = np.minimum((score * bins).astype(int), bins - 1)
    return float(sum(abs(truth[place == k].mean() - score[place == k].mean()) * (place == k).mean() for k in range(bins) if (place == k).any()))


def choose_offsets(logits: np.ndarray, labels: np.ndarray, records: np.ndarray) -> np.ndarray:
    """What is added to the logarithms of the probabilities before the most likely class is told: probabilities are calibrated
    for the beats as they come, and a rare class would seldom be told. Chosen by the mean of VEB's and SVEB's F1, half of
    all beats together and half as the mean over patients, on patients held out. The merit is flat around its top: of all offsets
    within `PLATEAU` of the best, the smallest are taken, which tell the fewest ectopic beats that are none."""

    def merit(predicted: np.ndarray) -> float:
        value = 0.0
        for index in (SUPRAVENTRICULAR, VENTRICULAR):
            each = []
            for name in np.unique(records):
                rows = records == name
                if (labels[rows] == index).sum() >= 10:
                    each.append(by_class(labels[rows], predicted[rows], index)["f1"])
            whole = by_class(labels, predicted, index)["f1"]
            value += np.nan_to_num(whole) + (np.mean(each) if each else 0.0)
        return value

    log = np.log(probabilities(logits) + 1e-12)
    grid = [
        (merit((log + np.array([0.0, s, v, 0.0, 0.0])).argmax(1)), abs(s) + abs(v), s, v)
        for s in np.arange(-0.5, 2.01, 0.25)
        for v in np.arange(-1.0, 1.51, 0.25)
    ]
    enough = (1 - PLATEAU) * max(grid)[0]
    _, _, s, v = min((entry for entry in grid if entry[0] >= enough), key=lambda entry: (entry[1], -entry[0]))
    return np.array([0.0, s, v, 0.0, 0.0])


def summary(logits: np.ndarray, labels: np.ndarray, records: np.ndarray, offsets: np.ndarray) -> dict:
    chance = probabilities(logits)
    predicted = (np.log(chance + 1e-12) + offsets).argmax(1)
    abnormal = 1 - chance[:, 0]
    truth = (labels != 0).astype(float)
    result: dict = {
        "beats": len(labels), "accuracy": float((predicted == labels).mean()), "auc": auc(truth, abnormal),
        "binary_accuracy": float(((abnormal >= 0.5) == (truth > 0)).mean()),
        "calibration_error": calibration_error(truth, abnormal),
        "classes": {name: by_class(labels, predicted, index) for index, name in enumerate(CLASSES)},
    }
    result["per_record"] = {
        str(name): {
            "beats": int((records == name).sum()),
            "V": by_class(labels[records == name], predicted[records == name], VENTRICULAR),
            "S": by_class(labels[records == name], predicted[records == name], SUPRAVENTRICULAR),
        }
        for name in np.unique(records)
    }
    return result
