// A voice note: play, bars that fill, time.
import { h, hueOf, icon } from "./dom.js";
import { t } from "./words.js";

const BARS = 30;
let playing = null;
const clock = (seconds) => !Number.isFinite(seconds) ? "0:00" : `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export function voicePlayer(source, id) {
  const audio = h("audio", { src: source, preload: "metadata" });
  const seed = hueOf(id);
  const bars = Array.from({ length: BARS }, (_, place) => {
    const bar = h("i");
    bar.style.blockSize = `${22 + Math.abs(Math.sin(seed + place * 1.7) * 48 + Math.sin(place * 0.7 + seed) * 30)}%`;
    return bar;
  });
  const time = h("small", {}, "0:00");
  const button = h("button", { type: "button", "aria-label": t("voice") }, icon("play"));
  const show = () => {
    const share = audio.duration ? audio.currentTime / audio.duration : 0;
    bars.forEach((bar, place) => bar.toggleAttribute("data-done", place / BARS < share));
    time.textContent = clock(audio.paused && !audio.currentTime ? audio.duration || 0 : audio.currentTime);
  };
  const face = () => button.replaceChildren(icon(audio.paused ? "play" : "pause"));
  button.addEventListener("click", () => {
    if (!audio.paused) return audio.pause();
    playing?.pause();
    playing = audio;
    return audio.play().catch(() => {});
  });
  for (const name of ["timeupdate", "loadedmetadata", "ended"]) audio.addEventListener(name, show);
  for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, face);
  return h("div", { class: "voice" }, button, h("div", { class: "voice__bars" }, ...bars), time, audio);
}
