#!/usr/bin/env python3
"""Trains the default network and the fits it is compared with.

  shipped      DS1 of the MIT-BIH Arrhythmia Database and the records of the Supraventricular Arrhythmia Database; never DS2.
  ds1          DS1 alone, for one test on DS2.
  random       beats of all 48 records shuffled and split 70/15/15: NOT COMPARABLE TO A NEW PATIENT, here because the
               field's headlines are made so.
  ablations    what each addition to the reference network buys, by patients held out (--ablations).

Each of the first two is first fitted patient by patient in folds: what the folds say of patients held out calibrates the
probabilities and estimates how good the model is. Every fit can be interrupted and goes on where it was.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from beat_network import MEMBERS, Ensemble, parameter_count, tensors
from beats import CLASSES, DS1, DS2
from contexts import ContextBeats, cut_with_context, describe, joined
from default_figures import choose_offsets, summary
from member_fitting import MemberSettings, calibrate, ensemble, fit_member, sums
from simulated_rhythms import simulate

ROOT = Path(__file__).resolve().parent.parent
IDENTIFIER = "sealedbeat-default-1"
FOLDS = 4
# Half an hour of one tachycardia: a quarter of the S beats of 39 records. Figures are told with it and without.
AN_OUTLIER = "svdb 865"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sealedbeat", type=Path, default=ROOT / ".build/release/sealedbeat", help="the executable")
    parser.add_argument("--mitdb", type=Path, default=ROOT / "data/mitdb", help="folder of the MIT-BIH records")
    parser.add_argument("--svdb", type=Path, default=ROOT / "data/svdb", help="folder of the supraventricular records")
    parser.add_argument("--work", type=Path, default=ROOT / "artifacts/training", help="data sets and checkpoints")
    parser.add_argument("--output", type=Path, help="folder for the weights; by default their places in the repository")
    parser.add_argument("--threads", type=int, default=1, help="the weights depend on it in their last bits")
    parser.add_argument("--only", nargs="*", choices=["shipped", "ds1", "random", "ablations"], default=["shipped", "ds1", "random"])
    parser.add_argument("--smoke", action="store_true", help="few records, one short epoch, nothing written: does it work?")
    return parser.parse_args()


class Trainer:
    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.work = options.work / "smoke" if options.smoke else options.work
        self.work.mkdir(parents=True, exist_ok=True)
        self.settings = MemberSettings()
        self.members, self.folds = MEMBERS, FOLDS
        if options.smoke:
            self.settings = MemberSettings(epochs=1, drawn=1024)
            self.members, self.folds = 1, 2

    def with_simulations(self, beats: ContextBeats, seed: int = 0) -> ContextBeats:
        """The beats and rhythms simulated of their patients."""
        made = simulate(beats.windows, beats.labels, beats.records, beats.previous_rr, seed)
        return joined([beats, describe(self.options.sealedbeat, self.work, *made)])

    def fit(self, name: str, beats: ContextBeats, settings: MemberSettings | None = None) -> list:
        settings = settings or self.settings
        return [
            fit_member(f"{name}-{index}", beats, replace(settings, seed=index), self.work)
            for index in range(self.members)
        ]

    def held_out(self, name: str, beats: ContextBeats, settings: MemberSettings | None = None, change=None) -> np.ndarray:
        """The sums of every beat from members that never saw its patient."""
        records = np.unique(beats.records)
        result = np.zeros((len(beats), len(CLASSES)))
        for fold in range(self.folds):
            out = np.isin(beats.records, records[fold :: self.folds])
            training = beats.rows(~out) if (settings or self.settings).simulated == 0 else self.with_simulations(beats.rows(~out))
            test = beats.rows(out)
            if change is not None:
                training, test = change(training), change(test)
            members = self.fit(f"{name}-fold{fold}", training, settings)
            result[out] = sums(members, test)
        return result

    def protocol(self, name: str, beats: ContextBeats) -> tuple[Ensemble, dict]:
        """A calibrated network, and what patients held out say of it."""
        out = self.held_out(name, beats)
        scale, bias = calibrate(out, beats.labels)
        offsets = choose_offsets(out * scale + bias, beats.labels, beats.records)
        members = self.fit(name, self.with_simulations(beats))
        result = {
            "records": len(np.unique(beats.records)), "beats": len(beats),
            "held_out": summary(out * scale + bias, beats.labels, beats.records, offsets),
        }
        for prefix in ("mitdb ", "svdb "):
            rows = np.char.startswith(beats.records, prefix)
            if rows.any() and not rows.all():
                result[f"held_out {prefix.strip()}"] = summary(
                    (out * scale + bias)[rows], beats.labels[rows], beats.records[rows], offsets)
        rows = np.char.startswith(beats.records, "svdb ") & (beats.records != AN_OUTLIER)
        if rows.any():
            result["held_out svdb without 865"] = summary(
                (out * scale + bias)[rows], beats.labels[rows], beats.records[rows], offsets)
        network = ensemble(members, scale, bias)
        result["offsets"] = offsets.tolist()
        np.savez(self.work / f"{name}-held-out.npz", sums=out, labels=beats.labels, records=beats.records)
        return network, result

    def save(self, network: Ensemble, offsets: list[float], path: Path, training: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        metadata = {
            "model": IDENTIFIER, "training": training,
            "decision_offsets": ",".join(f"{value:.4f}" for value in offsets),
            "parameters": str(parameter_count(network)),
        }
        save_file(tensors(network), str(path), metadata)
        print(f"{path}: {parameter_count(network)} parameters")


def random_protocol(trainer: Trainer, beats: ContextBeats) -> dict:
    order = np.random.default_rng(1).permutation(len(beats))
    first, second = int(0.70 * len(beats)), int(0.85 * len(beats))
    training, validation, test = (beats.rows(rows) for rows in np.split(order, [first, second]))
    settings = replace(trainer.settings, simulated=0.0, balance=1.0, smoothing=0.0)
    if not trainer.options.smoke:
        settings = replace(settings, epochs=20)
    members = trainer.fit("random", training, settings)
    scale, bias = calibrate(sums(members, validation), validation.labels)
    logits = sums(members, test) * scale + bias
    return summary(logits, test.labels, test.records, np.zeros(len(CLASSES)))


def main() -> None:
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    trainer = Trainer(options)
    few = sorted(path.stem for path in options.svdb.glob("*.atr"))[:3]
    mitdb = cut_with_context(
        options.sealedbeat, options.mitdb, trainer.work / "mitdb-context.safetensors", DS1[:4] if options.smoke else None)
    svdb = cut_with_context(
        options.sealedbeat, options.svdb, trainer.work / "svdb-context.safetensors", few if options.smoke else None)
    ds1 = mitdb.of_records(DS1)
    both = joined([ds1.named("mitdb "), svdb.named("svdb ")])
    output = options.output
    results_path = trainer.work / "default-results.json"
    results = json.loads(results_path.read_text()) if results_path.exists() else {}
    for name in options.only:
        if name == "random":
            results[name] = random_protocol(trainer, mitdb)
        elif name == "ablations":
            from ablations import ablations

            results[name] = ablations(trainer, both)
        else:
            network, results[name] = trainer.protocol(name, both if name == "shipped" else ds1.named("mitdb "))
            place = (output or ROOT / "Sources/Inference/Resources") / "default.safetensors"
            if name == "ds1":
                place = (output or ROOT / "Training/weights") / "default-ds1.safetensors"
            if output or not options.smoke:
                trainer.save(network, results[name]["offsets"], place, "DS1 and svdb" if name == "shipped" else "DS1")
                torch.save(network.state_dict(), trainer.work / f"{name}-network.pt")
        results_path.write_text(json.dumps(results, indent=1))
        print(name, json.dumps({k: v for k, v in results[name].items() if k != "per_record"}, default=str)[:1500])


if __name__ == "__main__":
    main()
