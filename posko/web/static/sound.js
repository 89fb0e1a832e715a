// Beats the kentongan's code with Web Audio, from the strokes that the server gives, until somebody has answered.

const AHEAD_S = 1.5; // strokes are put in the audio's own clock so far ahead: a busy page does not stumble
const PAUSE_S = 1.2; // between two figures, where the server does not say

/** The drum: `start()` after a tap, `beat(incident)` with {notes, notes_s} or null for silence. */
export class Drum {
  #context = null;
  #incident = null;
  #next = 0;
  #timer = 0;
  #sources = new Set();

  get isOn() {
    return this.#context !== null && this.#context.state === "running";
  }

  get beats() {
    return this.isOn && this.#incident !== null;
  }

  async start() {
    this.#context ??= new AudioContext();
    await this.#context.resume();
    this.#stroke(this.#context.currentTime + 0.05, 0.5); // the person hears that it works
    this.#timer ||= setInterval(() => this.#plan(), 300);
  }

  async stop() {
    this.#silence();
    clearInterval(this.#timer);
    this.#timer = 0;
    await this.#context?.close();
    this.#context = null;
  }

  beat(incident) {
    if (incident?.incident === this.#incident?.incident) return;
    this.#silence();
    this.#incident = incident;
    if (this.#context) this.#next = this.#context.currentTime + 0.3;
    this.#plan();
  }

  #plan() {
    if (!this.beats || !this.#incident.notes?.length) return;
    const { notes } = this.#incident;
    const period_s = this.#incident.notes_s || notes[notes.length - 1] + PAUSE_S;
    const now = this.#context.currentTime;
    this.#next = Math.max(this.#next, now);
    while (this.#next < now + AHEAD_S) {
      for (const at of notes) this.#stroke(this.#next + at, 1);
      this.#next += period_s;
    }
  }

  #stroke(at, loudness) {
    const gain = this.#context.createGain();
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.8 * loudness, at + 0.004);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.16);
    gain.connect(this.#context.destination);
    for (const [pitch, share] of [[420, 1], [1080, 0.4]]) { // hollow wood: a low tone and its clap
      const tone = this.#context.createOscillator();
      const part = this.#context.createGain();
      tone.type = "triangle";
      tone.frequency.setValueAtTime(pitch * 1.15, at);
      tone.frequency.exponentialRampToValueAtTime(pitch, at + 0.05);
      part.gain.value = share;
      tone.connect(part).connect(gain);
      tone.start(at);
      tone.stop(at + 0.18);
      this.#sources.add(tone);
      tone.addEventListener("ended", () => this.#sources.delete(tone));
    }
  }

  #silence() {
    for (const each of this.#sources) each.stop();
    this.#sources.clear();
  }
}
