#!/usr/bin/env python3
"""Would lossless compression before sealing earn its keep, and what would the lengths tell? Measured on MIT-BIH.

    compression.py FOLDER [RECORD...]

Each chunk is 187 samples of lead 1 at 125 Hz: first, second and third differences, Rice-coded with the best parameter
of the chunk (the best of all twelve combinations; one octet says which). Resolution is that of MIT-BIH (5 µV): a real
AD8232 at 0.1 µV has four more bits of noise in every sample. Prints octets per chunk, and how well a chunk's length
alone tells how many beats it holds and whether one of them is ventricular.
"""
import pathlib
import statistics
import struct
import sys

CHUNK = 187
BEATS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 25, 34, 35, 38}
VENTRICULAR = {5, 10}


def read_signal(path):
    data = path.read_bytes()
    return [
        value - 4096 if value >= 2048 else value
        for value in (data[i] | (data[i + 1] & 0x0F) << 8 for i in range(0, len(data) - 2, 3))
    ]


def read_beats(path):
    data, beats, time, i = path.read_bytes(), [], 0, 0
    while i + 1 < len(data):
        word = struct.unpack_from("<H", data, i)[0]
        code, value, i = word >> 10, word & 0x3FF, i + 2
        if word == 0:
            break
        if code == 59:
            high, low = struct.unpack_from("<HH", data, i)
            time, i = time + (high << 16) + low, i + 4
        elif code == 63:
            i += value + (value & 1)
        elif code < 59:
            time += value
            if code in BEATS:
                beats.append((time / 360, code))
    return beats


def resample(signal):
    out = []
    for n in range(int(len(signal) / 2.88) - 2):
        at = n * 2.88
        below = int(at)
        part = at - below
        out.append(round(signal[below] * (1 - part) + signal[below + 1] * part))
    return out


def rice_octets(values):
    zigzag = [2 * v if v >= 0 else -2 * v - 1 for v in values]
    return min(sum(v >> k for v in zigzag) + (k + 1) * len(zigzag) for k in range(1, 9))


def compressed(chunk):
    best, values = None, chunk
    for order in (1, 2, 3):
        values = [b - a for a, b in zip(values, values[1:])]
        bits = rice_octets(values) + 16 * order
        best = bits if best is None else min(best, bits)
    return 1 + (best + 7) // 8


def correlation(pairs):
    x, y = zip(*pairs)
    return statistics.correlation(x, y) if len(set(x)) > 1 and len(set(y)) > 1 else 0.0


def separation(pairs):
    """The chance that a chunk with a ventricular beat is told from one without, by its length alone (area under ROC)."""
    with_one = [length for length, has in pairs if has]
    without = [length for length, has in pairs if not has]
    if len(with_one) < 20 or len(without) < 20:
        return None
    ranks, order = {}, sorted(with_one + without)
    for i, value in enumerate(order):
        first, count = ranks.get(value, (i, 0))
        ranks[value] = (first, count + 1)
    total = sum(first + (count - 1) / 2 for first, count in (ranks[value] for value in with_one))
    area = (total - len(with_one) * (len(with_one) - 1) / 2) / (len(with_one) * len(without))
    return max(area, 1 - area)


def constant_rate(lengths, payload):
    """Every message has `payload` octets, and what does not fit waits for the next: the longest wait, in chunks."""
    waiting = longest = 0
    for length in lengths:
        waiting = max(0, waiting + length - payload)
        longest = max(longest, waiting)
    return -(-longest // payload)


def main():
    folder = pathlib.Path(sys.argv[1])
    records = sys.argv[2:] or sorted(path.stem for path in folder.glob("*.atr"))
    lengths, by_count, areas, by_record = [], [], [], []
    for record in records:
        samples = resample(read_signal(folder / f"{record}.dat"))
        beats = read_beats(folder / f"{record}.atr")
        pairs, counts, next_beat = [], [], 0
        for start in range(0, len(samples) - CHUNK, CHUNK):
            length = compressed(samples[start : start + CHUNK])
            end, count, ventricular = (start + CHUNK) / 125, 0, False
            while next_beat < len(beats) and beats[next_beat][0] < end:
                count += 1
                ventricular |= beats[next_beat][1] in VENTRICULAR
                next_beat += 1
            lengths.append(length)
            counts.append((length, count))
            pairs.append((length, ventricular))
        by_count.append(correlation(counts))
        by_record.append([length for length, _ in counts])
        area = separation(pairs)
        if area is not None:
            areas.append((area, record))
    lengths.sort()
    print(f"{len(lengths)} chunks of {len(records)} records; uncompressed 374 octets")
    print(f"compressed: mean {statistics.mean(lengths):.0f}, median {lengths[len(lengths) // 2]}, "
          f"99th percentile {lengths[len(lengths) * 99 // 100]}, most {lengths[-1]}")
    print(f"length and number of beats, within a record: mean correlation {statistics.mean(by_count):.2f}, "
          f"largest {max(by_count):.2f}")
    # 106 octets of a message are no samples, so the goal of 320 leaves 214; each bit more of noise costs 24.
    for noise in (0, 2, 3, 4):
        own = [[length + -(-CHUNK * noise // 8) for length in record] for record in by_record]
        over = sum(length > 214 for record in own for length in record) / len(lengths)
        waits = sorted(constant_rate(record, 214) for record in own)
        print(f"in 214 octets with {noise} bits more of noise: {100 * over:.2f} % of chunks do not fit; sent at a constant "
              f"rate a chunk waits up to {waits[len(waits) // 2]} chunks in the median record, {waits[-1]} in the worst")
    areas.sort()
    print(f"ventricular beats told by length alone, area under ROC: median {areas[len(areas) // 2][0]:.2f}, "
          f"largest {areas[-1][0]:.2f} (record {areas[-1][1]}), of {len(areas)} records that have them")


if __name__ == "__main__":
    main()
