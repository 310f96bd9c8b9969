/** <voice-player>: a voice message with the speed one likes; the choice is remembered. One plays at a time. */
// @ts-check

const SPEEDS = [1, 1.5, 2];

class VoicePlayer extends HTMLElement {
    connectedCallback() {
        const audio = this.querySelector("audio");
        if (!audio || this.querySelector(".voice__speed")) return;
        const button = Object.assign(document.createElement("button"), { type: "button", className: "voice__speed" });
        button.title = this.dataset.speed ?? "";
        const set = (/** @type {number} */ speed) => {
            audio.playbackRate = speed;
            button.textContent = `${speed}×`;
            button.setAttribute("aria-label", `${button.title} ${speed}×`);
        };
        set(Number(localStorage.getItem("voice:speed")) || 1);
        button.addEventListener("click", () => {
            const speed = SPEEDS[(SPEEDS.indexOf(audio.playbackRate) + 1) % SPEEDS.length];
            localStorage.setItem("voice:speed", String(speed));
            set(speed);
        });
        audio.addEventListener("play", () => {
            set(Number(localStorage.getItem("voice:speed")) || 1);
            for (const other of document.querySelectorAll("audio, video")) {
                if (other !== audio) /** @type {HTMLMediaElement} */ (other).pause();
            }
        });
        this.append(button);
    }
}

customElements.define("voice-player", VoicePlayer);
