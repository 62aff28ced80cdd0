// What is said aloud: sentences by the browser's own voices, and the alarm tone.
import { language } from "./strings.js";

/**
 * Speaks sentences, if the browser has a voice on this machine: what a voice of the network would say, the network would have read.
 * @param {string[]} sentences @returns {() => void} ends it
 */
export function speak(sentences) {
  const voices = globalThis.speechSynthesis?.getVoices() ?? [];
  const voice = voices.find((one) => one.localService && one.lang.startsWith(language.code));
  if (!voice) return () => {};
  speechSynthesis.cancel();
  for (const sentence of sentences) {
    const utterance = new SpeechSynthesisUtterance(sentence);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    speechSynthesis.speak(utterance);
  }
  return () => speechSynthesis.cancel();
}

/** Pulses of an alarm burst by severity: when, in seconds, and how high, in Hz; ten, three and one, as IEC 60601-1-8 groups them. */
const bursts = {
  high: [0, 0.2, 0.4, 0.75, 0.95, 1.9, 2.1, 2.3, 2.65, 2.85].map((at) => [at, 880]),
  medium: [0, 0.3, 0.6].map((at) => [at, 660]),
  low: [[0, 520]],
};

/** The alarm tone: silent until a hand has switched it on, as browsers and wards want it. */
export class Tone {
  constructor() {
    /** @type {AudioContext | null} */
    this.context = null;
  }

  get isOn() { return this.context !== null; }

  /** Switches it on, with one pulse to be heard, or off. Call it from a click. */
  async toggle() {
    if (this.context) {
      const { context } = this;
      this.context = null;
      await context.close();
      return;
    }
    this.context = new AudioContext();
    await this.context.resume();
    this.sound("low");
  }

  /** @param {string} severity */
  sound(severity) {
    const { context } = this;
    if (!context) return;
    for (const [at, frequency] of bursts[/** @type {"low"} */ (severity)] ?? bursts.low) {
      const oscillator = context.createOscillator(), gain = context.createGain();
      oscillator.frequency.value = frequency;
      const begin = context.currentTime + at;
      gain.gain.setValueAtTime(0, begin);
      gain.gain.linearRampToValueAtTime(0.25, begin + 0.02);
      gain.gain.setValueAtTime(0.25, begin + 0.12);
      gain.gain.linearRampToValueAtTime(0, begin + 0.15);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(begin);
      oscillator.stop(begin + 0.16);
    }
  }
}
