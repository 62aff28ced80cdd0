#!/usr/bin/env python3
"""Designs the anti-alias filter of sb_signal: 1 kHz to 125 Hz. Prints src/fir_taps.h; `make check-taps` compares it.

A Kaiser-windowed low pass of 96 taps at 1 kHz. Pass band 0-40 Hz (the diagnostic content that a monitoring ECG keeps,
IEC 60601-2-27), stop band from 85 Hz, because 85 Hz is what folds onto 40 Hz at 125 Hz.
"""
import math

TAPS, RATE, PASS, STOP, ATTENUATION = 96, 1000.0, 40.0, 85.0, 70.0


def bessel(x):
    total = term = 1.0
    k = 1
    while term > 1e-12 * total:
        term *= (x / (2 * k)) ** 2
        total += term
        k += 1
    return total


def taps():
    beta = 0.1102 * (ATTENUATION - 8.7)
    cut = (PASS + STOP) / 2 / RATE
    middle = (TAPS - 1) / 2
    raw = []
    for n in range(TAPS):
        t = n - middle
        sinc = math.sin(2 * math.pi * cut * t) / (math.pi * t)
        window = bessel(beta * math.sqrt(1 - (t / middle) ** 2)) / bessel(beta)
        raw.append(sinc * window)
    scale = (1 << 20) / sum(raw)
    half = [round(value * scale) for value in raw[: TAPS // 2]]
    # Unit gain at 0 Hz exactly: the rounding goes into the two taps in the middle.
    half[-1] += (1 << 19) - sum(half)
    return half


if __name__ == "__main__":
    half = taps()
    print("// Made by tools/design_fir.py; do not edit. Half of a symmetric filter, in units of 2^-20.")
    for i in range(0, len(half), 8):
        print(", ".join(str(value) for value in half[i : i + 8]) + ",")
