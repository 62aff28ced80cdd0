#!/usr/bin/env python3
"""How the device's judgement of beats agrees with the server's and with the annotations.

  flag_agreement.py THRESHOLD DEVICE.csv SERVER.csv [MORE.csv ...]

DEVICE.csv is of `beat_flags`; the others are of `sealedbeat evaluate beats --predictions`. Beats are matched within 150 ms
(ANSI/AAMI EC57), each once. A beat is abnormal where P(abnormal) reaches THRESHOLD; it is so in truth where its annotation is of
any AAMI class but N.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict

REACH = 54  # 150 ms at 360 Hz


def device(path: str) -> dict[str, list[tuple[float, float]]]:
    beats = defaultdict(list)
    for record, sample, probability in csv.reader(open(path)):
        beats[record].append((float(sample), float(probability)))
    return beats


def server(path: str) -> dict[str, list[dict]]:
    beats = defaultdict(list)
    for row in csv.DictReader(open(path)):
        beats[row["record"]].append(row)
    return beats


def matched(mine: list, theirs: list[dict]) -> list[tuple]:
    """Pairs in order of time, the nearest of those within reach; what has no partner is paired with None."""
    pairs, j, used = [], 0, set()
    for row in theirs:
        at = float(row["sample"])
        while j < len(mine) and mine[j][0] < at - REACH:
            j += 1
        near = [k for k in range(j, min(j + 4, len(mine))) if k not in used and abs(mine[k][0] - at) <= REACH]
        best = min(near, key=lambda k: abs(mine[k][0] - at), default=None)
        if best is not None:
            used.add(best)
        pairs.append((None if best is None else mine[best], row))
    return pairs + [(beat, None) for k, beat in enumerate(mine) if k not in used]


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "-"


def figures(name: str, verdicts: list[tuple[str, bool]]) -> None:
    """Of (annotation, verdict) pairs."""
    true = sum(truth != "N" and says for truth, says in verdicts)
    abnormal = sum(truth != "N" for truth, _ in verdicts)
    says = sum(says for _, says in verdicts)
    right = sum((truth != "N") == verdict for truth, verdict in verdicts)
    of_v = [verdict for truth, verdict in verdicts if truth == "V"]
    print(f"  {name:28} sensitivity {share(true, abnormal)}, of V {share(sum(of_v), len(of_v))}, "
          f"positive predictivity {share(true, says)}, accuracy {share(right, len(verdicts))}")


def main() -> None:
    threshold = float(sys.argv[1])
    mine = device(sys.argv[2])
    print(f"{sum(map(len, mine.values()))} beats of {len(mine)} records judged on the device")
    for path in sys.argv[3:]:
        theirs = server(path)
        pairs = [pair for record in mine for pair in matched(mine[record], theirs[record])]
        both = [(beat, row) for beat, row in pairs
                if beat and row and row["p_abnormal"] and row["predicted"] not in ("missed", "unreadable")]
        verdicts = [(beat[1] >= threshold, float(row["p_abnormal"]) >= threshold, row["reference"]) for beat, row in both]
        same = sum(a == b for a, b, _ in verdicts)
        expected = sum(
            sum(x == v for x, _, _ in verdicts) * sum(y == v for _, y, _ in verdicts) for v in (True, False)
        ) / len(verdicts) ** 2
        agreed = same / len(verdicts)
        print(f"{path}: {len(both)} beats that both judged; the same verdict on {share(same, len(verdicts))}, "
              f"Cohen's kappa {(agreed - expected) / (1 - expected):.3f}")
        offsets = sorted(abs(beat[0] - float(row["sample"])) for beat, row in both)
        print(f"  R peaks within 8 ms of each other: {share(sum(o <= 3 for o in offsets), len(offsets))}")
        known = [(a, b, truth) for a, b, truth in verdicts if truth]
        figures("device, annotated beats", [(truth, a) for a, _, truth in known])
        figures("server, the same beats", [(truth, b) for _, b, truth in known])


if __name__ == "__main__":
    main()
