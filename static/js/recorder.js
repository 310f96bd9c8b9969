/**
 * A voice message from the composer: record with a running wave, listen, send or throw away. The server makes Ogg with Opus
 * of whatever the browser records. A microphone that cannot be used is said in words.
 */
// @ts-check
import { say } from "words";

const TYPES = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
const LONG_MS = 180_000;
const LONGEST_MS = 14 * 60_000;
const BARS = 100;

/** @param {import("composer").ReplyComposer} composer */
export async function record(composer) {
    const box = /** @type {HTMLElement | null} */ (composer.querySelector("[data-recorder]"));
    if (!box?.hidden) return;
    if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) return say(box.dataset.insecure ?? "", { bad: true });
    try {
        const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true, echoCancellation: true } });
        new Recording(composer, box, stream);
    } catch (problem) {
        const name = problem instanceof DOMException ? problem.name : "";
        const words = name === "NotAllowedError" || name === "SecurityError" ? box.dataset.denied : name === "NotFoundError" ? box.dataset.missing : box.dataset.busy;
        say(words ?? "", { bad: true });
    }
}

/** One recording, from the first sound until it is sent or thrown away. */
class Recording {
    /** @type {Blob[]} */ #pieces = [];
    /** @type {number[]} */ #levels = [];
    #off = new AbortController();
    #startedAt = performance.now();
    #frame = 0;
    #sends = false;

    /** @param {import("composer").ReplyComposer} composer @param {HTMLElement} box @param {MediaStream} stream */
    constructor(composer, box, stream) {
        this.composer = composer;
        this.box = box;
        this.stream = stream;
        const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
        this.recorder = new MediaRecorder(stream, type ? { mimeType: type, audioBitsPerSecond: 32_000 } : {});
        this.context = new AudioContext();
        this.analyser = this.context.createAnalyser();
        this.context.createMediaStreamSource(stream).connect(this.analyser);
        this.#begin();
    }

    /** @template {Element} T @param {string} selector @returns {T} */
    part(selector) {
        return /** @type {T} */ (this.box.querySelector(selector));
    }

    get audio() {
        return /** @type {HTMLAudioElement} */ (this.part("audio"));
    }

    #begin() {
        const { signal } = this.#off;
        this.recorder.addEventListener("dataavailable", ({ data }) => this.#pieces.push(data));
        this.recorder.addEventListener("stop", () => this.#stopped(), { signal });
        this.part("[data-record-drop]").addEventListener("click", () => this.#end(), { signal });
        this.part("[data-record-stop]").addEventListener("click", () => this.recorder.stop(), { signal });
        this.part("[data-record-send]").addEventListener("click", () => this.#send(), { signal });
        this.box.addEventListener("keydown", (event) => event.key === "Escape" && this.#end(), { signal });
        this.stream.getAudioTracks()[0]?.addEventListener("ended", () => this.recorder.state === "recording" && this.recorder.stop(), { signal });
        this.#show(true);
        this.recorder.start(1000);
        this.#tick();
        /** @type {HTMLElement} */ (this.part("[data-record-stop]")).focus();
    }

    /** @param {boolean} isRecording */
    #show(isRecording) {
        this.box.hidden = false;
        this.box.toggleAttribute("data-recording", isRecording);
        this.composer.toggleAttribute("data-recording", true);
        this.audio.hidden = isRecording;
        for (const name of ["[data-record-wave]", "[data-record-stop]"]) /** @type {HTMLElement} */ (this.part(name)).hidden = !isRecording;
        /** @type {HTMLElement} */ (this.part("[data-record-hint]")).hidden = true;
    }

    #tick() {
        if (!this.box.isConnected) return this.#end();
        if (this.recorder.state !== "recording") return;
        const passed = performance.now() - this.#startedAt;
        const seconds = Math.floor(passed / 1000);
        this.part("[data-record-time]").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
        this.#draw(passed);
        if (passed > LONG_MS) {
            const hint = /** @type {HTMLElement} */ (this.part("[data-record-hint]"));
            hint.hidden = false;
            hint.textContent = this.box.dataset.long ?? "";
        }
        if (passed > LONGEST_MS) this.recorder.stop();
        this.#frame = requestAnimationFrame(() => this.#tick());
    }

    /** One bar for every tenth of a second, the latest at the right. @param {number} passed */
    #draw(passed) {
        const canvas = /** @type {HTMLCanvasElement} */ (this.part("canvas"));
        const samples = new Float32Array(this.analyser.fftSize);
        this.analyser.getFloatTimeDomainData(samples);
        const level = Math.min(1, Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length) * 5);
        const slot = Math.floor(passed / 100);
        this.#levels[slot] = Math.max(level, this.#levels[slot] ?? 0);
        const pen = canvas.getContext("2d");
        if (!pen) return;
        const { width, height } = canvas;
        const step = width / BARS;
        pen.clearRect(0, 0, width, height);
        pen.fillStyle = getComputedStyle(canvas).color;
        const shown = Array.from(this.#levels, (one) => one ?? 0).slice(-BARS);
        shown.forEach((one, n) => {
            const tall = Math.max(2, one * height);
            pen.fillRect(width - (shown.length - n) * step, (height - tall) / 2, step * 0.6, tall);
        });
    }

    #stopped() {
        this.#silence();
        if (this.#sends) return this.#handOver();
        this.#show(false);
        this.audio.src = URL.createObjectURL(this.#blob());
        /** @type {HTMLElement} */ (this.part("[data-record-send]")).focus();
    }

    #blob() {
        return new Blob(this.#pieces, { type: this.recorder.mimeType });
    }

    #send() {
        this.#sends = true;
        if (this.recorder.state === "recording") this.recorder.stop();
        else this.#handOver();
    }

    #handOver() {
        const file = new File([this.#blob()], "voice", { type: this.recorder.mimeType.split(";")[0] });
        this.composer.sendFile(file, "audio", { ...this.composer.common(), text: "" }, { voice: "1" });
        this.composer.quoting.clear();
        this.#end();
    }

    #silence() {
        cancelAnimationFrame(this.#frame);
        for (const track of this.stream.getTracks()) track.stop();
        if (this.context.state !== "closed") this.context.close();
    }

    #end() {
        this.#off.abort();
        if (this.recorder.state === "recording") this.recorder.stop();
        this.#silence();
        URL.revokeObjectURL(this.audio.src);
        this.audio.removeAttribute("src");
        this.box.hidden = true;
        this.composer.toggleAttribute("data-recording", false);
        this.composer.text.focus();
    }
}
