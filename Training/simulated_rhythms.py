"""Rhythms that the recordings hold too few of, made of real beats.

A data base of forty patients has two with atrial fibrillation and one with sick sinus syndrome; whatever is learnt of them is
learnt of these few hearts. Here the beats of a real patient are put into another rhythm: sinus rhythm with premature beats,
bigeminy, runs of supraventricular tachycardia, sick sinus syndrome, atrial fibrillation. A premature atrial beat gets another
P wave, a fibrillating atrium none; neighbours that move are faded out of the window and put where they now belong. Ventricular
beats are the patient's own. Only patients of the training set are used.
"""

from __future__ import annotations

import numpy as np

R = 62
RATE = 125
NORMAL, SUPRAVENTRICULAR, VENTRICULAR = 0, 1, 2
SINUS_P, ECTOPIC_P, NO_P = 0, 1, 2
KINDS = ["mixed", "mixed", "mixed", "fibrillation", "sick sinus", "premature", "bigeminy"]
MIXTURE = {"sinus": 0.30, "premature": 0.30, "bigeminy": 0.12, "tachycardia": 0.10, "sick sinus": 0.10, "fibrillation": 0.08}
# Normal beats a patient needs before a rhythm is made of them.
ENOUGH = 150


def _ramp(low: float, high: float) -> np.ndarray:
    return np.clip((np.arange(187) - low) / max(1.0, high - low), 0, 1)


def programme(
    generator: np.random.Generator, count: int, pace: float, has_ventricular: bool, kind: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, RR intervals before each beat in seconds, and what the atrium does, of `count` beats."""
    labels, intervals, atria = np.zeros(count, int), np.zeros(count), np.zeros(count, int)
    drift, spread, phase = 0.0, generator.uniform(0.01, 0.05), generator.uniform(0, 2 * np.pi)
    ventricular = generator.uniform(0, 0.12) if has_ventricular else 0.0
    premature = generator.uniform(0.03, 0.3)
    pause: float | None = None
    done = 0
    while done < count:
        part = str(generator.choice(list(MIXTURE), p=list(MIXTURE.values()))) if kind == "mixed" else kind
        end = min(count, done + int(generator.integers(15, 90)))
        scatter, fibrillating = generator.uniform(0.10, 0.28), pace * generator.uniform(0.6, 1.1)
        fast, coupling = generator.uniform(0.33, 0.52), generator.uniform(0.5, 0.85)
        period, place, run = int(generator.integers(2, 5)), 0, 0
        slow, ectopic = generator.uniform(1.1, 1.9), generator.uniform(0.62, 0.85)
        while done < end:
            drift = 0.9 * drift + 0.44 * spread * generator.normal()
            phase += 0.3
            base = pace * np.exp(drift + 0.02 * np.sin(phase))
            if pause is not None:
                base, pause = base * pause, None
            label, interval, atrium = NORMAL, base, SINUS_P
            is_ventricular = generator.random() < ventricular
            if part == "fibrillation":
                interval = float(np.clip(fibrillating * np.exp(scatter * generator.normal()), 0.3, 2.2))
                label, atrium = (VENTRICULAR if is_ventricular else NORMAL), NO_P
            elif is_ventricular:
                label, interval, atrium = VENTRICULAR, base * generator.uniform(0.5, 0.8), NO_P
                pause = generator.uniform(1.1, 1.45)
            elif part == "premature" and generator.random() < premature:
                label, atrium = SUPRAVENTRICULAR, ECTOPIC_P
                interval = base * float(np.clip(coupling + 0.05 * generator.normal(), 0.4, 0.88))
                pause = generator.uniform(0.95, 1.3)
            elif part == "bigeminy":
                place += 1
                if place % period == 0:
                    label, atrium = SUPRAVENTRICULAR, ECTOPIC_P
                    interval = base * float(np.clip(coupling + 0.03 * generator.normal(), 0.4, 0.88))
                    pause = generator.uniform(1.0, 1.35)
            elif part == "tachycardia":
                if run > 0:
                    run -= 1
                    label, atrium = SUPRAVENTRICULAR, ECTOPIC_P
                    interval = min(fast * (1 + 0.01 * generator.normal()), 0.8 * pace)
                elif generator.random() < 0.06:
                    run = int(generator.choice([2, 3, 5, 10, 30, 200]))
                    label, atrium, interval = SUPRAVENTRICULAR, ECTOPIC_P, base * generator.uniform(0.5, 0.75)
                if run == 1:
                    pause = generator.uniform(1.0, 1.5)
            elif part == "sick sinus":
                if run > 0:
                    run -= 1
                    label, atrium, interval = SUPRAVENTRICULAR, ECTOPIC_P, pace * ectopic * (1 + 0.04 * generator.normal())
                else:
                    interval = pace * slow * (1 + 0.06 * generator.normal())
                    run = int(generator.choice([0, 1, 2, 3, 5, 8, 15]))
            labels[done], intervals[done], atria[done] = label, max(float(interval), 0.26), atrium
            done += 1
    return labels, intervals, atria


class Patient:
    """One patient's beats as raw material."""

    def __init__(self, windows: np.ndarray, labels: np.ndarray, previous_rr: np.ndarray):
        normal = np.flatnonzero(labels == NORMAL)
        self.windows, self.previous_rr = windows, previous_rr
        self.ventricular = np.flatnonzero(labels == VENTRICULAR)
        self.normal = normal
        if len(normal) < ENOUGH:
            return
        typical = np.median(windows[normal[:: max(1, len(normal) // 100)]], axis=0)
        around = slice(R - 12, R + 15)
        centred = windows[normal][:, around] - windows[normal][:, around].mean(1, keepdims=True)
        reference = typical[around] - typical[around].mean()
        alike = centred @ reference / (np.linalg.norm(centred, axis=1) * np.linalg.norm(reference) + 1e-6)
        self.normal = normal[alike > 0.9]
        self.typical = typical
        self.pace = float(np.nanmedian(previous_rr[normal]))
        low, high = R - 30, R - 8
        segment = typical[low:high] - np.linspace(typical[low], typical[high - 1], high - low)
        edge = np.arange(high - low)
        self.p_wave = np.zeros(187)
        self.p_wave[low:high] = segment * np.minimum(1, np.minimum(edge, edge[::-1]) / 4)

    @property
    def is_enough(self) -> bool:
        return len(self.normal) >= ENOUGH

    def simulate(
        self, generator: np.random.Generator, count: int, kind: str
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Windows [count, 187], labels, RR intervals before and behind."""
        pace = self.pace * generator.uniform(0.8, 1.25)
        labels, intervals, atria = programme(generator, count, pace, len(self.ventricular) > 5, kind)
        begin = int(generator.integers(0, max(1, len(self.normal) - count)))
        sources = self.normal[(begin + np.arange(count)) % len(self.normal)]
        ectopic = generator.uniform(-1, 0.5) * np.roll(self.p_wave, int(generator.integers(-5, 6)))
        ectopic = ectopic + generator.uniform(-0.3, 0.3) * np.roll(np.abs(self.p_wave), int(generator.integers(-5, 6)))
        aberrancy = generator.uniform(0.85, 1.12)
        wave = generator.uniform(0, 0.06) * np.ptp(self.typical[R - 12 : R + 13])
        frequency = generator.uniform(4, 8)
        windows = np.zeros((count, 187), np.float32)
        for index in range(count):
            source = sources[index]
            if labels[index] == VENTRICULAR:
                source = self.ventricular[generator.integers(len(self.ventricular))]
            behind = intervals[index + 1] if index + 1 < count else pace
            window = self._moved(source, intervals[index], behind)
            if labels[index] != VENTRICULAR and atria[index] == ECTOPIC_P:
                window = (window - self.p_wave + ectopic) * aberrancy
            elif labels[index] != VENTRICULAR and atria[index] == NO_P:
                time = np.arange(187) / RATE
                window = window - self.p_wave + wave * np.sin(2 * np.pi * frequency * time + generator.uniform(0, 6.28))
            windows[index] = window
        before, behind = intervals.copy(), np.append(intervals[1:], np.nan)
        before[0] = np.nan
        return windows, labels, before, behind

    def _moved(self, source: int, before: float, behind: float) -> np.ndarray:
        """A beat's window with its neighbours at other distances, in seconds."""
        window = self.windows[source].astype(np.float64)
        time = np.arange(187)
        was = self.previous_rr[source]
        was = self.pace if np.isnan(was) else was
        edge = R - int((min(was, 1.2) - 0.42) * RATE)
        if edge > 0:
            window = window * _ramp(edge - 8, edge + 2)
        place = time + int(before * RATE)
        neighbour = np.where((place >= R - 12) & (place < R + 75), self.typical[np.clip(place, 0, 186)], 0)
        neighbour = neighbour * np.clip((R + 75 - place) / 20, 0, 1)
        neighbour[time > R - 4] = 0
        window = window + neighbour
        edge = R + int((min(self.pace, 2) - 0.30) * RATE)
        if edge < 187:
            window = window * (1 - _ramp(edge - 10, edge))
        place = time - int(behind * RATE)
        neighbour = np.where((place >= R - 35) & (place < 187), self.typical[np.clip(place, 0, 186)], 0)
        return window + neighbour * np.clip((place - (R - 35)) / 8, 0, 1)


def simulate(
    windows: np.ndarray, labels: np.ndarray, records: np.ndarray, previous_rr: np.ndarray, seed: int, per_patient: int = 4,
    count: int = 300,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Windows, labels, names, RR intervals before and behind of simulated rhythms of every patient in `records`."""
    generator = np.random.default_rng(seed)
    parts = []
    for name in np.unique(records):
        mine = records == name
        patient = Patient(windows[mine], labels[mine], previous_rr[mine])
        if not patient.is_enough:
            continue
        for repeat in range(per_patient):
            made = patient.simulate(generator, count, str(generator.choice(KINDS)))
            parts.append((made[0], made[1], np.full(count, f"{name}~{repeat}"), made[2], made[3]))
    return tuple(np.concatenate([part[k] for part in parts]) for k in range(5))
