"""The model card, written from the results alone, so that no figure in it is copied by hand."""

from __future__ import annotations

FIGURES = [
    ("auc", "AUC"),
    ("accuracy", "accuracy"),
    ("sensitivity", "sensitivity"),
    ("specificity", "specificity"),
    ("positive_predictivity", "positive predictivity"),
    ("f1", "F1"),
]


def _value(key: str, figure: float) -> str:
    return f"{figure:.3f}" if key == "auc" else f"{100 * figure:.1f} %"


def _cell(results: dict, key: str) -> str:
    low, high = results["interval_95"][key]
    return f"{_value(key, results[key])} ({_value(key, low)} – {_value(key, high)})"


def _table(columns: list[tuple[str, dict]]) -> str:
    lines = ["| | " + " | ".join(title for title, _ in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    counts = " | ".join(f"{r['records']} / {r['beats']:,} / {r['abnormal']:,}" for _, r in columns)
    lines.append(f"| records / beats / abnormal | {counts} |")
    for key, title in FIGURES:
        lines.append(f"| {title} | " + " | ".join(_cell(results, key) for _, results in columns) + " |")
    return "\n".join(lines)


def _per_class(results: dict) -> str:
    lines = ["| AAMI class | beats of DS2 | called abnormal |", "|---|---|---|"]
    for name, row in results["per_class"].items():
        share = "–" if row["called_abnormal"] is None else f"{100 * row['called_abnormal']:.1f} %"
        lines.append(f"| {name} | {row['beats']:,} | {share} |")
    return "\n".join(lines)


def _per_record(results: dict) -> str:
    lines = ["| record | beats | abnormal | AUC | accuracy | sensitivity | specificity |", "|---|---|---|---|---|---|---|"]
    for name, row in results["per_record"].items():
        cells = [
            "–" if row[key] != row[key] else _value(key, row[key])
            for key in ("auc", "accuracy", "sensitivity", "specificity")
        ]
        lines.append(f"| {name} | {row['beats']:,} | {row['abnormal']:,} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _seeds(results: dict) -> str:
    others = results["other_seeds"]
    if not others:
        return (
            "One seed was fitted. How much the result depends on it is not known from this run; `--other-seeds 2 3` "
            "measures it.\n"
        )
    seed, first = results["settings"]["seed"], results["inter"]["test"]["auc"]
    parts = [f"{seed}: {first:.3f} (shipped)"] + [f"{s}: {r['test']['auc']:.3f}" for s, r in others.items()]
    return (
        "The result depends on the seed. AUC on DS2 by seed: " + "; ".join(parts) + ". The shipped seed is the first, "
        "whatever its result: choosing among them on DS2 would spoil DS2 as a test.\n"
    )


def render(results: dict) -> str:
    """The text of `MODEL_CARD.md`."""
    inter, shuffled = results["inter"], results["random"]
    return f"""# Model card: the reference network

Written by `Training/train_reference.py`; every figure comes from its run.

## What it is

`sealedbeat-reference-1`: a small 1-D convolutional network of the kind that most published beat classifiers are. Input: 187
samples at 125 Hz (1.496 s, R peak at index 62), band-passed 0.5–40 Hz, scaled to 0…1 by the window's own minimum and maximum.
Conv1D 32×3 – BatchNorm – ReLU – MaxPool 2 – Dropout 0.2; Conv1D 64×3 – BatchNorm – ReLU – MaxPool 2 – Dropout 0.2; Flatten;
Dense 32 ReLU; Dropout 0.3; Dense 1 sigmoid. 'valid' padding. 98,753 trainable parameters (98,561 without BatchNorm's), 0.66
million multiply-adds a beat. Output: P(abnormal), where abnormal is every AAMI EC57 class but N. Threshold 0.5.

It is the baseline that a better model has to beat, not the best that can be done.

## Intended use and limits

For demonstration, research and as a baseline. It is not a medical device; no clinical decision may rest on it alone.

* It sees one beat, not the rhythm: a premature atrial beat of normal shape looks normal to it. Record 232 (sick sinus, three
  quarters of DS2's S beats) shows it.
* Min–max scaling discards amplitude; a flat line and noise of a microvolt both fill the range or vanish.
* Its probabilities are not calibrated: class weights raise them on purpose.
* Trained on one lead (mostly modified lead II) of 22 patients recorded in the 1970s. Other leads, children, paced patients
  and other populations are untested.
* It judges whatever the detector calls a beat. Beats that the detector misses or invents are not in these figures.
* Some demonstration records (106, 119, 208) are in DS1, on which it was trained: what it says of them is not a test. 100,
  200 and 232 are in DS2, which it has not seen.

## Data

MIT-BIH Arrhythmia Database 1.0.0 (Moody and Mark 2001; PhysioNet, Open Data Commons Attribution License v1.0), first signal
of each record (modified lead II in all but 102, 104 and 114), cut by `sealedbeat dataset`: resampled to 125 Hz,
16 bits, chunks of 187 samples, the live detector's own R peaks, matched with the annotations at ±150 ms.

## Protocols

**inter**: de Chazal's DS1 → DS2, other patients, paced records excluded. {inter["training_beats"]:,} training beats. The number of
epochs ({inter["epochs"]}) was chosen on held-out DS1 patients ({", ".join(inter["held_out"])}); then all of DS1 was fitted. Nothing was
chosen on DS2, though it was scored once for each version of the detector (docs/clinical.md). **These weights ship.** Records 201 (DS1) and 202 (DS2) are of one patient, so DS2 is also reported without 202.

**random**: all 48 records, beats shuffled 70/15/15. *Not comparable to a new patient*: beats of the same patient are on both
sides. {shuffled["training_beats"]:,} training beats; {len(shuffled["history"])} epochs, of which validation AUC chose number {shuffled["best_epoch"]}. These weights do not ship.

In brackets: 95 % intervals from 1,000 resamples of whole records, since the beats of one patient are not independent. For
the random protocol they understate the uncertainty for a new patient, which that protocol does not measure at all.

{_table([("DS2", inter["test"]), ("DS2 without 202", inter["test_without_202"]),
         ("DS2 without 202, 232", inter["test_without_202_and_232"]),
         ("random split, *not a new patient*", shuffled["test"])])}

{_seeds(results)}
### DS2 by class

{_per_class(inter)}

### DS2 by record

{_per_record(inter)}

## How to make it again

    pip install -r Training/requirements.txt
    scripts/download-recordings mitdb
    swift build -c release --product sealedbeat
    OMP_NUM_THREADS=1 python Training/train_reference.py --seed {results["settings"]["seed"]}

Settings: {", ".join(f"{key} {value}" for key, value in results["settings"].items())}. Adam; binary cross-entropy, positive
class weighted by the ratio of normal to abnormal beats. On one processor core it takes about ten minutes. The same versions
and the same thread count give the same weights; `--smoke` checks the script in seconds.
"""
