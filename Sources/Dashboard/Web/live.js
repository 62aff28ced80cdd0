// The one event stream of this page, and what it has told so far.
import { channelOf, Signal } from "./signal.js";
import { loadSession, onSignedOut, session } from "./api.js";

/** Silence of a patient after which data count as stopped, in ms: two chunks and a second. */
const silenceLimit = 4000;
/** Silence of the server after which the connection counts as lost: two heartbeats. */
const connectionLimit = 4500;
/** Silence after which the stream is opened anew: the browser does not see every dead connection. */
const reopenLimit = 8000;

/** @typedef {{status: any, signal: Signal, channels?: Record<string, Signal>}} Patient */

class Live extends EventTarget {
  constructor() {
    super();
    /** @type {Map<string, Patient>} */
    this.patients = new Map();
    /** @type {EventSource | null} */
    this.source = null;
    this.lastEventID = "";
    this.heardAt = performance.now();
    /** The server's clock and when it was heard. */
    this.clock = { nowMs: Date.now(), at: performance.now() };
    this.wasLost = false;
    this.hasConnected = false;
    setInterval(() => this.watch(), 500);
  }

  /** Opens the stream; with names, for these patients alone. @param {string[] | null} patients */
  open(patients = null) {
    const query = patients ? patients.join(",") : "";
    if (this.source && this.query === query && this.source.readyState !== EventSource.CLOSED) return;
    if (this.query !== query) this.lastEventID = "";
    this.query = query;
    this.source?.close();
    const address = new URL("/api/events", location.href);
    if (query) address.searchParams.set("patients", query);
    if (this.lastEventID) address.searchParams.set("after", this.lastEventID);
    this.source = new EventSource(address);
    this.openedAt = performance.now();
    for (const name of ["vitals", "strip", "beats", "alert", "link", "clock", "ward", "resync", "signed-out"])
      this.source.addEventListener(name, (event) => this.hear(name, /** @type {MessageEvent} */ (event)));
    this.source.addEventListener("error", () => this.check());
  }

  /** Closes the stream and forgets everything. */
  close() {
    this.source?.close();
    this.source = null;
    this.patients.clear();
    this.lastEventID = "";
    this.hasConnected = false;
  }

  /** @param {string} pseudonym @returns {Patient} */
  patient(pseudonym) {
    let patient = this.patients.get(pseudonym);
    if (!patient) this.patients.set(pseudonym, patient = { status: null, signal: new Signal() });
    return patient;
  }

  /** What a patient is called, as far as the stream has told it; nothing before. @param {string} pseudonym @returns {string} */
  name(pseudonym) { return this.patients.get(pseudonym)?.status?.name ?? ""; }

  /** @param {string} name @param {MessageEvent} event */
  hear(name, event) {
    this.heardAt = performance.now();
    this.hasConnected = true;
    // Whoever is cut off while the present is told begins anew.
    if (event.lastEventId || name === "resync") this.lastEventID = event.lastEventId;
    const data = JSON.parse(event.data);
    if (name === "clock") this.clock = { nowMs: data.nowMs, at: performance.now() };
    else if (name === "vitals" || name === "link") this.patient(data.patient).status = data;
    else if (name === "strip") channelOf(this.patient(data.patient), data.channel).take(data);
    else if (name === "beats") this.patient(data.patient).signal.takeBeats(data.beats, data.session);
    else if (name === "signed-out") this.check();
    this.dispatchEvent(new CustomEvent(name, { detail: data }));
  }

  /** Whether the stream ended because the sign-in did. */
  async check() {
    if (!session) return;
    try {
      if (await loadSession() === null) this.dispatchEvent(new Event("ended"));
    } catch { /* the watch below tries again */ }
  }

  /** Twice a second: what has fallen silent? */
  watch() {
    if (!this.source) return;
    const silence = performance.now() - this.heardAt;
    this.isLost = this.hasConnected && silence > connectionLimit;
    if (silence > reopenLimit && performance.now() - this.openedAt > reopenLimit) {
      this.source.close();
      this.open(this.query ? this.query.split(",") : null);
    }
    this.dispatchEvent(new Event("tick"));
  }

  /** The server's clock, ms; runs on when the server is silent, so that ages grow. */
  now() { return this.clock.nowMs + performance.now() - this.clock.at; }

  /** Age of a patient's data in ms, by arrival at the server. @param {any} status */
  age(status) { return status?.receivedMs === undefined ? null : Math.max(0, this.now() - status.receivedMs); }

  /** The state to show: silence overrules what the server said last. @param {any} status @returns {string} */
  state(status) {
    if (!status) return "waiting";
    if (["no-device", "waiting", "key-refused"].includes(status.state)) return status.state;
    const age = this.age(status);
    return this.isLost || (age !== null && age > silenceLimit) ? "no-data" : status.state === "no-data" ? "live" : status.state;
  }
}

export const live = new Live();
// A page that the browser keeps for the way back gives up its connection: there are six to a server.
addEventListener("pagehide", () => live.source?.close());
addEventListener("pageshow", (event) => {
  if (event.persisted && live.source) live.open(live.query ? live.query.split(",") : null);
});
onSignedOut(() => live.dispatchEvent(new Event("ended")));
