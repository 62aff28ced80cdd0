#!/usr/bin/env python3
"""Prints components/sb_beats/src/band_sections.h: the server's band-pass (Sources/Cardio/Filtering) in 2^-30."""
import math

RATE = 125


def section(corner: float, quality: float, is_high_pass: bool) -> list[float]:
    """b0, b1, b2, a1, a2 by the bilinear transform (Oppenheim & Schafer, Discrete-Time Signal Processing, 7.2)."""
    k = math.tan(math.pi * corner / RATE)
    norm = 1 / (1 + k / quality + k * k)
    a = [2 * (k * k - 1) * norm, (1 - k / quality + k * k) * norm]
    return [norm, -2 * norm, norm, *a] if is_high_pass else [k * k * norm, 2 * k * k * norm, k * k * norm, *a]


def qualities(order: int) -> list[float]:
    return [1 / (2 * math.cos(math.pi * (2 * i + 1) / (2 * order))) for i in range(order // 2)]


print("// Written by tools/design_band.py. b0, b1, b2, a1, a2 in 2^-30.")
sections = [section(0.5, q, True) for q in qualities(2)] + [section(40, q, False) for q in qualities(4)]
for coefficients in sections:
    # The zeros stay where they are: a high-pass that is not quite one at 0 Hz would let an offset through.
    b0, b1, b2, a1, a2 = (round(c * (1 << 30)) for c in coefficients)
    b1 = 2 * b0 if b1 > 0 else -2 * b0
    print("{" + ", ".join(map(str, (b0, b1, b0, a1, a2))) + "},")
