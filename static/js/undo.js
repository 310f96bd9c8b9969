/**
 * <undo-strip>: the seconds in which what was just sent can be taken back. Its words, its quote and its file go into the
 * composer again. Ctrl+Z in an empty composer is the same. Only the author sees it.
 */
// @ts-check
import { parse, place } from "place";
import { post } from "server";
import { openSpecial } from "special";
import { say } from "words";

const STEP_MS = 250;

class UndoStrip extends HTMLElement {
    #until = performance.now() + Number(this.dataset.left || 0);
    #timer = 0;

    connectedCallback() {
        if (this.dataset.author !== document.body.dataset.agent) return;
        this.addEventListener("submit", this);
        this.#timer = setInterval(() => this.#tick(), STEP_MS);
        this.#tick();
    }

    disconnectedCallback() {
        this.removeEventListener("submit", this);
        clearInterval(this.#timer);
    }

    #tick() {
        const left = this.#until - performance.now();
        this.hidden = left <= 0;
        const words = this.querySelector(".undo__left");
        if (words) words.textContent = String(Math.ceil(Math.max(left, 0) / 1000));
        if (left <= 0) clearInterval(this.#timer);
    }

    /** @param {Event} event */
    async handleEvent(event) {
        event.preventDefault();
        event.stopPropagation();
        const form = /** @type {HTMLFormElement} */ (this.querySelector("form"));
        const composer = /** @type {import("composer").ReplyComposer | null} */ (this.closest(".pane")?.querySelector("reply-composer") ?? null);
        if (!composer || form.getAttribute("aria-busy") === "true") return;
        form.setAttribute("aria-busy", "true");
        const { text = "", quoted = "", special = "" } = this.dataset;
        try {
            const response = await post(form.action);
            const html = await response.text();
            if (!response.ok) return say(parse(html).querySelector("p")?.textContent?.trim() || document.body.dataset.failed || "", { bad: true });
            const file = await this.#file();
            place(html);
            composer.speakAs("reply");
            if (file) composer.staging.add([file], text);
            else if (special) openSpecial(composer, JSON.parse(special).type, JSON.parse(special));
            else if (text) composer.write(text, quoted);
        } catch {
            say(document.body.dataset.offline || "", { bad: true });
        } finally {
            form.removeAttribute("aria-busy");
        }
    }

    /** The file, as it was chosen: the server has kept it. */
    async #file() {
        const { file, name = "", mime = "" } = this.dataset;
        if (!file) return null;
        const response = await fetch(file);
        return response.ok ? new File([await response.blob()], name, { type: mime }) : null;
    }
}

customElements.define("undo-strip", UndoStrip);

document.addEventListener("keydown", (event) => {
    if (event.code !== "KeyZ" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    const composer = /** @type {import("composer").ReplyComposer | null} */ (/** @type {Element} */ (event.target).closest("reply-composer"));
    if (!composer || event.target !== composer.text || composer.text.value) return;
    const last = [...(composer.pane?.querySelectorAll("undo-strip:not([hidden]) form") ?? [])].pop();
    if (!(last instanceof HTMLFormElement)) return;
    event.preventDefault();
    last.requestSubmit();
});
