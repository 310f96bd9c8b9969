/** Short sounds, made on the spot: no file to load. The browser lets a page sound once somebody has touched it. */
// @ts-check

/** Each tone: pitch in Hz, start and length in seconds, loudness; where `to` stands, the pitch glides there. */
/** @typedef {{hz: number, at: number, long: number, loud: number, to?: number, shape?: OscillatorType}} Tone */
/** @type {Record<string, Tone[]>} */
const SOUNDS = {
    chime: [{ hz: 880, at: 0, long: 0.5, loud: 0.2 }, { hz: 1320, at: 0.11, long: 0.7, loud: 0.16 }],
    drop: [{ hz: 1150, to: 480, at: 0, long: 0.16, loud: 0.3 }],
    knock: [{ hz: 190, to: 90, at: 0, long: 0.09, loud: 0.6, shape: "triangle" }, { hz: 190, to: 90, at: 0.15, long: 0.09, loud: 0.6, shape: "triangle" }],
    bell: [{ hz: 660, at: 0, long: 1.3, loud: 0.2 }, { hz: 1782, at: 0, long: 0.7, loud: 0.06 }, { hz: 2640, at: 0, long: 0.4, loud: 0.04 }],
};

/** @type {AudioContext | null} */ let context = null;

/** @param {string} name */
export function play(name) {
    const tones = SOUNDS[name];
    if (!tones) return;
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume().catch(() => null);
    const now = context.currentTime + 0.02;
    for (const tone of tones) sound(context, tone, now + tone.at);
    document.documentElement.dataset.sounded = name;
}

/** @param {AudioContext} on @param {Tone} tone @param {number} at */
function sound(on, { hz, to, long, loud, shape = "sine" }, at) {
    const [voice, volume] = [on.createOscillator(), on.createGain()];
    voice.type = shape;
    voice.frequency.setValueAtTime(hz, at);
    if (to) voice.frequency.exponentialRampToValueAtTime(to, at + long);
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(loud, at + 0.012);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + long);
    voice.connect(volume).connect(on.destination);
    voice.start(at);
    voice.stop(at + long + 0.05);
}

// Wake it by the first touch, so that the first customer is heard.
addEventListener("pointerdown", () => {
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume().catch(() => null);
}, { once: true });
