"""Fits the small networks behind the rhythm analysis and writes them as Swift constants.

Three models, all a logistic regression or one hidden layer over features that the Swift code measures itself
(`sealedbeat evaluate rhythm --features KIND` prints them, so training and serving share every line of signal processing):

* FibrillationModel: 40 beats -> atrial fibrillation (MIT-BIH Arrhythmia Database).
* WaveformModel: 4.1 s of signal -> ventricular flutter, fibrillation or tachycardia (MIT-BIH Malignant Ventricular Ectopy
  Database, both leads; MIT-BIH Arrhythmia Database for what is none).
* StripModel: a strip -> N, A, O or ~ (PhysioNet/CinC Challenge 2017).

Every figure printed is of records that took no part in the fit (cross-validation by record; 201 and 202, one patient, stay
together). The weights written are then fitted on all records. Deterministic: fixed seeds, one thread, float64.

    python Training/fit_rhythm.py --program .build/release/sealedbeat --data data --write Sources/Cardio/Rhythm
"""

import argparse
import csv
import pathlib
import subprocess

import numpy as np

CLIP = 6.0  # FeatureNetwork.clip
FIBRILLATION_RECORDS = ["201", "203", "210", "217", "219", "221", "222"]
VENTRICULAR = {"VT", "VFL", "VF", "VFIB"}
UNDECIDED = {"NOISE", "VER", "IVR", "HGEA", "ASYS", ""}
CLASSES = ["N", "A", "O", "~"]


class Network:
    """Standardise, weigh, clip at zero, weigh: FeatureNetwork of the Swift code."""

    def __init__(self, hidden, decay, seed=1, steps=1500, rate=0.02):
        self.hidden, self.decay, self.seed, self.steps, self.rate = hidden, decay, seed, steps, rate

    def prepare(self, x):
        return np.clip((x - self.centre) * self.scale, -CLIP, CLIP)

    def fit(self, x, y, weight):
        """Adam on the weighted cross-entropy with an L2 penalty, all rows at each step."""
        rows = weight > 0
        x, y, weight = x[rows], y[rows].astype(float), weight[rows] / weight[rows].sum()
        self.centre = (x * weight[:, None]).sum(0)
        spread = np.sqrt((((x - self.centre) ** 2) * weight[:, None]).sum(0))
        self.scale = 1 / np.maximum(spread, 1e-6)
        z = self.prepare(x)
        rng = np.random.default_rng(self.seed)
        count = z.shape[1]
        if self.hidden:
            parameters = [
                rng.normal(0, 1 / np.sqrt(count), (count, self.hidden)), np.zeros(self.hidden),
                rng.normal(0, 1 / np.sqrt(self.hidden), self.hidden), np.zeros(1),
            ]
        else:
            parameters = [np.zeros(count), np.zeros(1)]
        first = [np.zeros_like(p) for p in parameters]
        second = [np.zeros_like(p) for p in parameters]
        for step in range(1, self.steps + 1):
            if self.hidden:
                a, b, c, d = parameters
                level = z @ a + b
                active = np.maximum(level, 0)
                error = (1 / (1 + np.exp(-(active @ c + d))) - y) * weight
                back = np.outer(error, c) * (level > 0)
                gradient = [z.T @ back + self.decay * a, back.sum(0), active.T @ error + self.decay * c,
                            np.array([error.sum()])]
            else:
                a, b = parameters
                error = (1 / (1 + np.exp(-(z @ a + b))) - y) * weight
                gradient = [z.T @ error + self.decay * a, np.array([error.sum()])]
            rate = self.rate * 0.5 * (1 + np.cos(np.pi * step / self.steps))
            for index, g in enumerate(gradient):
                first[index] = 0.9 * first[index] + 0.1 * g
                second[index] = 0.999 * second[index] + 0.001 * g * g
                correction = np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
                parameters[index] = parameters[index] - rate * correction * first[index] / (np.sqrt(second[index]) + 1e-9)
        self.parameters = parameters
        return self

    def logit(self, x):
        z = self.prepare(x)
        if self.hidden:
            a, b, c, d = self.parameters
            return np.maximum(z @ a + b, 0) @ c + d
        a, b = self.parameters
        return z @ a + b

    def swift(self, indent="    "):
        """The network as a Swift expression."""
        if self.hidden:
            a, b, c, d = self.parameters
            hidden = np.vstack([a, b]).T.ravel()
            output = np.append(c, d)
        else:
            hidden, output = np.array([]), np.append(*self.parameters)
        parts = [("centre", self.centre), ("scale", self.scale), ("hidden", hidden), ("output", output)]
        text = ",\n".join(f"{indent}{name}: [{numbers(values, indent)}]" for name, values in parts)
        return f"FeatureNetwork(\n{text})"


def numbers(values, indent):
    """Numbers with six significant digits, wrapped."""
    if len(values) == 0:
        return ""
    lines, line = [], ""
    for value in values:
        word = f"{value:.6g}"
        word = word if any(c in word for c in ".e") else word + ".0"
        if len(line) + len(word) + 2 > 100:
            lines.append(line.rstrip())
            line = ""
        line += word + ", "
    lines.append(line.rstrip(", "))
    return "\n" + "\n".join(f"{indent}  {line}" for line in lines) + f"\n{indent}"


def read(path, leading):
    """Rows of a feature file: names of records, leading numbers, features."""
    with open(path) as file:
        rows = [row for row in csv.reader(file) if len(row) > leading + 1]
    values = np.array([[float(v) for v in row[1:]] for row in rows])
    return np.array([row[0] for row in rows]), values[:, :leading], values[:, leading:]


def spans(path):
    """Annotated rhythms by record."""
    result = {}
    with open(path) as file:
        for record, start, end, label in csv.reader(file):
            result.setdefault(record, []).append((float(start), float(end), label))
    return result


def share(rhythms, records, start, end, labels):
    """The share of each window that has one of the labels; labels None counts what is annotated at all."""
    result = np.zeros(len(records))
    for index, record in enumerate(records):
        for begin, stop, label in rhythms.get(record, []):
            if labels is None or label in labels:
                result[index] += max(0, min(end[index], stop) - max(start[index], begin))
    return result / (end - start)


def folds(records, leading, count):
    """Sets of records: one leading record in each, the others dealt out; 202 goes with 201."""
    sets = [{name} for name in leading] if leading else [set() for _ in range(count)]
    for index, record in enumerate(r for r in sorted(set(records)) if r not in leading and r != "202"):
        sets[index % len(sets)].add(record)
    for fold in sets:
        if "201" in fold:
            fold.add("202")
    return sets


def held_out(make, x, y, weight, records, sets):
    """The logit of every row by a network that has not seen its record."""
    result = np.zeros(len(y))
    for fold in sets:
        test = np.isin(records, list(fold))
        result[test] = make().fit(x[~test], y[~test], weight[~test]).logit(x[test])
    return result


def smooth(values, records, count):
    """The mean of `count` neighbouring rows of a record, values bounded as the detector does."""
    bounded = np.clip(values, -4, 4)
    result = bounded.copy()
    for record in set(records):
        rows = np.where(records == record)[0]
        kernel = np.ones(count)
        result[rows] = np.convolve(bounded[rows], kernel, "same") / np.convolve(np.ones(len(rows)), kernel, "same")
    return result


def fit_fibrillation(folder):
    records, times, x = read(folder / "fibrillation-mitdb.csv", 3)
    rhythms = spans(folder / "rhythms-mitdb.csv")
    fibrillation = share(rhythms, records, times[:, 0], times[:, 2], {"AFIB"})
    flutter = share(rhythms, records, times[:, 0], times[:, 2], {"AFL"})
    half = 2.0
    centre = share(rhythms, records, times[:, 1] - half, times[:, 1] + half, {"AFIB"})
    centre_flutter = share(rhythms, records, times[:, 1] - half, times[:, 1] + half, {"AFL"})
    y = fibrillation > 0.5
    weight = np.where(y, 1.0, 0.6)
    weight[(fibrillation > 0.25) & (fibrillation < 0.75)] *= 0.2
    weight[flutter > 0.2] = 0
    make = lambda: Network(FIBRILLATION_HIDDEN, FIBRILLATION_DECAY)
    logits = held_out(make, x, y, weight, records, folds(records, FIBRILLATION_RECORDS, 0))
    seconds = times[:, 2] - times[:, 0]
    smoothed = smooth(logits, records, 5)
    for limit in (-0.5, 0, 0.5, 1):
        told = smoothed >= limit
        both = (seconds * told * centre).sum()
        both_flutter = (seconds * told * (centre + centre_flutter)).sum()
        print(
            f"fibrillation, held-out records, limit {limit}: duration Se {both / (seconds * centre).sum():.4f}, "
            f"+P {both / (seconds * told).sum():.4f}; flutter counted as fibrillation: "
            f"Se {both_flutter / (seconds * (centre + centre_flutter)).sum():.4f}, "
            f"+P {both_flutter / (seconds * told).sum():.4f}")
    return make().fit(x, y, weight)


def episodes(times, logits):
    """What WaveformDetector makes of a record's windows: when each alarm is raised, and its stretch, in seconds."""
    result, positive, negative, active = [], 0, 0, False
    for (start, end), logit in zip(times, logits):
        middle = (start + end) / 2
        if active:
            if logit >= -1:
                negative = 0
                result[-1][2] = middle
            else:
                result[-1][2] = middle if negative == 0 else result[-1][2]
                negative += 1
                active = negative < 3
        elif logit >= 0:
            first = middle if positive == 0 else first
            positive += 1
            if positive == 2:
                result.append([end, first, middle])
                positive, negative, active = 0, 0, True
        else:
            positive = 0
    return result


def overlaps(spans_, start, end):
    return any(begin < end and start < stop for begin, stop in spans_)


def count_alarms(records, times, logits, rhythms):
    """Alarms of held-out records: episodes of 4 s and more, those alarmed within 10 s, false alarms, hours."""
    wanted = alarmed = false = false_readable = 0
    hours = 0.0
    for record in sorted(set(records)):
        rows = records == record
        told = episodes(times[rows], logits[rows])
        reference = []
        for start, end, label in rhythms[record]:
            if label in VENTRICULAR:
                if reference and reference[-1][1] >= start:
                    reference[-1][1] = end
                else:
                    reference.append([start, end])
        noise = [(start, end) for start, end, label in rhythms[record] if label == "NOISE"]
        for start, end in reference:
            if end - start >= 4:
                wanted += 1
                alarmed += any(a < end and start < b and raised <= start + 10 for raised, a, b in told)
        for raised, start, end in told:
            if not overlaps(reference, start, end):
                false += 1
                false_readable += not overlaps(noise, start, end)
        hours += times[rows][-1, 1] / 3600
    return wanted, alarmed, false, false_readable, hours


def fit_waveform(folder):
    parts, whole = [], []
    for database, lead in (("vfdb", 0), ("vfdb", 1), ("mitdb", 0)):
        records, times, x = read(folder / f"waveform-{database}-{lead}.csv", 2)
        rhythms = spans(folder / f"rhythms-{database}.csv")
        ventricular = share(rhythms, records, times[:, 0], times[:, 1], VENTRICULAR)
        undecided = share(rhythms, records, times[:, 0], times[:, 1], UNDECIDED)
        y = ventricular >= 0.5
        weight = np.full(len(y), 1.0 if database == "vfdb" else 0.5)
        weight[(ventricular > 0.2) & (ventricular < 0.7)] = 0
        weight[undecided > 0.25] = 0
        # 418 is annotated N in long stretches of a wide-complex tachycardia that differs little from its VFL.
        weight[(records == "418") & ~y] = 0
        for record in set(records):
            rows = (records == record) & y & (weight > 0)
            weight[rows] *= min(3, 800 / max(1, rows.sum())) ** 0.5
        parts.append((records, np.full(len(y), database == "vfdb"), x, y, weight))
        whole.append((f"{database} lead {lead}", records, times, rhythms))
    records, is_vfdb, x, y, weight = (np.concatenate(part) for part in zip(*parts))
    make = lambda: Network(WAVEFORM_HIDDEN, WAVEFORM_DECAY, steps=600, rate=0.03)
    logits = held_out(make, x, y, weight, records, folds(records, sorted(set(records[is_vfdb])), 0))
    counted = weight > 0
    for limit in (-1, 0, 1):
        told = logits >= limit
        print(
            f"waveform, held-out records, limit {limit}: windows Se {told[counted & y].mean():.4f}, called so "
            f"falsely in mitdb {told[counted & ~y & ~is_vfdb].mean():.5f}, in vfdb {told[counted & ~y & is_vfdb].mean():.5f}")
    for record in sorted(set(records[is_vfdb])):
        rows = counted & y & (records == record)
        if rows.sum():
            print(f"  {record}: Se {(logits[rows] >= 0).mean():.3f} of {rows.sum()} windows")
    logits[x[:, 0] < np.log(31)] = -6  # WaveformDetector.floor
    place = 0
    for name, own, times, rhythms in whole:
        wanted, alarmed, false, readable, hours = count_alarms(own, times, logits[place : place + len(own)], rhythms)
        place += len(own)
        print(f"  {name}: {alarmed} of {wanted} episodes of 4 s and more alarmed within 10 s; "
              f"{false} false alarms ({readable} in readable signal) in {hours:.1f} h")
    return make().fit(x, y, weight)


def challenge(annotated, told, rhythm):
    both = ((annotated == rhythm) & (told == rhythm)).sum()
    return 2 * both / ((annotated == rhythm).sum() + (told == rhythm).sum())


def fit_strip(folder, labels):
    records, _, x = read(folder / "strip-cinc2017.csv", 0)
    with open(labels) as file:
        reference = {row[0]: row[1] for row in csv.reader(file) if len(row) == 2}
    annotated = np.array([reference[record] for record in records])
    networks, logits = [], np.zeros((len(records), len(CLASSES)))
    order = np.random.default_rng(7).permutation(len(records))
    group = np.empty(len(records), int)
    group[order] = np.arange(len(records)) % 10
    for column, rhythm in enumerate(CLASSES):
        y = annotated == rhythm
        weight = np.where(y, STRIP_WEIGHT[rhythm], 1.0)
        make = lambda: Network(STRIP_HIDDEN, STRIP_DECAY, steps=800)
        logits[:, column] = held_out(make, x, y, weight, group, [{g} for g in range(10)])
        networks.append((rhythm, make().fit(x, y, weight)))
    told = np.array(CLASSES)[logits.argmax(1)]
    scores = {rhythm: challenge(annotated, told, rhythm) for rhythm in CLASSES}
    print("strips, held out in ten parts: F1", {k: round(float(v), 3) for k, v in scores.items()})
    for rhythm in CLASSES:
        print("  annotated", rhythm, {c: int(((annotated == rhythm) & (told == c)).sum()) for c in CLASSES})
    return networks


FIBRILLATION_HIDDEN, FIBRILLATION_DECAY = 0, 0.003
WAVEFORM_HIDDEN, WAVEFORM_DECAY = 6, 0.0003
STRIP_HIDDEN, STRIP_DECAY = 0, 0.003
STRIP_WEIGHT = {"N": 1.0, "A": 3.0, "O": 1.3, "~": 2.0}


def measure(program, data, folder):
    """Lets the program write every feature file."""
    tasks = [("fibrillation", "mitdb", 0, "fibrillation-mitdb"), ("rhythms", "mitdb", 0, "rhythms-mitdb"),
             ("waveform", "mitdb", 0, "waveform-mitdb-0"), ("rhythms", "vfdb", 0, "rhythms-vfdb"),
             ("waveform", "vfdb", 0, "waveform-vfdb-0"), ("waveform", "vfdb", 1, "waveform-vfdb-1"),
             ("strip", "cinc2017", 0, "strip-cinc2017")]
    folder.mkdir(parents=True, exist_ok=True)
    for kind, database, lead, name in tasks:
        with open(folder / f"{name}.csv", "w") as file:
            subprocess.run([program, "evaluate", "rhythm", "--database", find(data, database), "--lead", str(lead),
                            "--beats", "matched", "--features", kind], stdout=file, check=True)


def find(data, database):
    """The folder of a database, or of the part of it that is at hand."""
    for name in (database, database + "-train"):
        if (data / name).is_dir():
            return data / name
    raise SystemExit(f"{data} holds no {database}; scripts/download-recordings fetches it.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", help="the sealedbeat program; features are measured anew when given")
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("data"), help="folder of the databases")
    parser.add_argument("--features", type=pathlib.Path, default=pathlib.Path(".build/rhythm-features"),
                        help="folder of the measured features")
    parser.add_argument("--only", choices=["fibrillation", "waveform", "strip"], help="fit one model")
    parser.add_argument("--write", type=pathlib.Path, help="the folder Sources/Cardio/Rhythm")
    options = parser.parse_args()
    if options.program:
        measure(options.program, options.data, options.features)
    if options.only in (None, "fibrillation"):
        network = fit_fibrillation(options.features)
        write(options.write, "Fibrillation/FibrillationModel", "FibrillationModel",
              "The model over ``IrregularityFeatures``: atrial fibrillation.",
              f"  static let network = {network.swift()}")
    if options.only in (None, "waveform"):
        network = fit_waveform(options.features)
        write(options.write, "Waveform/WaveformModel", "WaveformModel",
              "The model over ``WaveformFeatures``: ventricular flutter, fibrillation or tachycardia.",
              f"  static let network = {network.swift()}")
    if options.only in (None, "strip"):
        networks = fit_strip(options.features, find(options.data, "cinc2017") / "REFERENCE.csv")
        cases = {"N": "normal", "A": "atrialFibrillation", "O": "other", "~": "noisy"}
        members = "\n".join(f"  private static let {cases[r]} = {n.swift()}" for r, n in networks)
        pairs = ", ".join(f"(.{cases[r]}, {cases[r]})" for r, _ in networks)
        write(options.write, "Strips/StripModel", "StripModel",
              "The models over ``StripFeatures``, one for each class; the highest logit wins.",
              f"  static let networks: [(StripRhythm, FeatureNetwork)] = [\n    {pairs}\n  ]\n{members}")


def write(folder, path, name, summary, body):
    if folder is None:
        return
    text = f"/// {summary} Written by `Training/fit_rhythm.py`.\nenum {name} {{\n{body}\n}}\n"
    (folder / f"{path}.swift").write_text(text)


if __name__ == "__main__":
    main()
