// A patient's signal in memory: what was measured, where it was not, and how far it has been played out.

/** Samples per second. */
export const sampleRate = 125;
/** Samples kept: 65 s. */
const capacity = 8192;
/** Samples that the play-out stays behind the latest one: a chunk is 187, so that it never waits for one. */
const targetLag = 250;
/** Further behind, it jumps. */
const longestLag = 6000;

/** What a place in the ring holds. */
export const nothing = 0, measured = 1, leadOff = 2, missing = 3;

export class Signal {
  constructor() {
    this.values = new Float32Array(capacity);
    this.kinds = new Uint8Array(capacity);
    /** @type {string | null} */
    this.session = null;
    /** The index behind the latest sample, and behind the latest that was played. */
    this.head = 0;
    this.play = 0;
    this.first = 0;
    this.lead = "";
    /** Grows when everything has to be drawn anew. */
    this.generation = 0;
    /** @type {{position: number, isAbnormal: boolean, abnormalProbability: number, label: string | null}[]} */
    this.beats = [];
    /** What clinicians call a beat, by its R peak's sample. @type {Map<number, string>} */
    this.clinicianLabels = new Map();
    /** Whose play head this one follows, so that channels of one session stay beside each other. @type {Signal | null} */
    this.leader = null;
  }

  /** Takes a piece of strip. @param {any} piece */
  take(piece) {
    if (piece.session !== this.session || piece.firstSample + capacity < this.head) this.restart(piece);
    if (piece.firstSample < this.head) return;
    const isFirst = this.head === this.first;
    const gapFrom = Math.max(this.head, piece.firstSample - capacity);
    for (let index = gapFrom; index < piece.firstSample; index++) this.kinds[index % capacity] = missing;
    const bytes = atob(piece.samples);
    for (let index = 0; index < piece.count; index++) {
      const place = (piece.firstSample + index) % capacity;
      if (2 * index + 1 < bytes.length && !piece.isLeadOff) {
        const unsigned = bytes.charCodeAt(2 * index) | bytes.charCodeAt(2 * index + 1) << 8;
        this.values[place] = unsigned > 32767 ? unsigned - 65536 : unsigned;
        this.kinds[place] = measured;
      } else {
        this.kinds[place] = piece.isLeadOff ? leadOff : missing;
      }
    }
    this.head = piece.firstSample + piece.count;
    this.lead = piece.lead;
    if (isFirst) this.play = this.head - 1;
    else if (this.play < this.first) this.play = this.first;
    // While the first pieces come in together, all but the last two seconds have been.
    if (this.isFilling) this.play = Math.max(this.first, this.head - targetLag);
  }

  /** Takes beats, late ones and known ones too. @param {any[]} beats @param {string} session */
  takeBeats(beats, session) {
    if (this.session !== null && session !== this.session) return;
    for (const beat of beats) {
      const last = this.beats.at(-1);
      if (last && beat.position <= last.position) continue;
      this.beats.push(beat);
    }
    while (this.beats.length > 256) this.beats.shift();
  }

  /** @param {any} piece */
  restart(piece) {
    if (this.session !== null && piece.session !== this.session) this.beats = [];
    this.session = piece.session;
    this.head = this.first = piece.firstSample;
    this.play = this.first;
    this.kinds.fill(nothing);
    this.generation++;
    this.isFilling = true;
    setTimeout(() => { this.isFilling = false; }, 1500);
  }

  /** Plays out. @param {number} seconds since the last call */
  advance(seconds) {
    if (this.leader && this.leader.session === this.session) {
      this.play = Math.max(this.first, Math.min(this.head, this.leader.play));
      return;
    }
    const lag = this.head - this.play;
    if (lag <= 0) return;
    if (lag > longestLag) {
      this.play = this.head - targetLag;
      this.generation++;
      return;
    }
    const rate = 1 + Math.max(-0.1, (lag - targetLag) / 500);
    this.play = Math.min(this.head, this.play + seconds * sampleRate * rate);
  }

  /** @param {number} index */
  kind(index) {
    return index < this.first || index >= this.head || index < this.head - capacity ? nothing : this.kinds[index % capacity];
  }

  /** Microvolts. @param {number} index */
  value(index) { return this.values[index % capacity]; }
}

/**
 * A patient's signal of a channel; the ECG is the one that carries beats.
 * @param {{signal: Signal, channels?: Record<string, Signal>}} patient @param {string} [channel] `ecg`, `ppg-red`, `ppg-infrared`
 */
export function channelOf(patient, channel = "ecg") {
  if (channel === "ecg") return patient.signal;
  patient.channels ??= {};
  return patient.channels[channel] ??= new Signal();
}
