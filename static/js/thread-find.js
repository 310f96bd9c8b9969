/** <thread-find>: the box that finds words in the open conversation, walks its matches and marks the words on the page. */
// @ts-check
import { deck } from "deck";
import { bind } from "keys";
import { get, withQuery } from "server";

const PAUSE_MS = 200;
const MARKS = "found";

class ThreadFind extends HTMLElement {
    /** Newest first. @type {{token: string, words: string[]}[]} */ #matches = [];
    #at = 0;
    #pause = 0;
    #asked = "";
    #off = new AbortController();

    connectedCallback() {
        this.#off = new AbortController();
        const { signal } = this.#off;
        this.box.addEventListener("input", () => this.#typed(), { signal });
        this.box.addEventListener("keydown", (event) => this.#key(event), { signal });
        this.addEventListener("click", (event) => this.#click(event), { signal });
    }

    disconnectedCallback() {
        this.#off.abort();
        clearTimeout(this.#pause);
    }

    get box() {
        return /** @type {HTMLInputElement} */ (this.querySelector("input"));
    }

    get thread() {
        return /** @type {import("scroll").StickToEnd | null} */ (this.closest(".pane")?.querySelector("stick-to-end") ?? null);
    }

    open() {
        this.hidden = false;
        this.box.focus();
        this.box.select();
        if (this.box.value) this.#ask();
    }

    close() {
        this.hidden = true;
        CSS.highlights?.delete(MARKS);
        /** @type {HTMLElement | null} */ (this.closest(".pane")?.querySelector(".thread-scroll"))?.focus({ preventScroll: true });
    }

    #typed() {
        clearTimeout(this.#pause);
        this.#pause = setTimeout(() => this.#ask(), PAUSE_MS);
    }

    async #ask() {
        const words = this.box.value.trim();
        this.#asked = words;
        const answer = words ? await get(withQuery(this.dataset.matches ?? "", { q: words })).catch(() => null) : null;
        if (this.#asked !== words) return; // more was typed meanwhile
        this.#matches = answer?.ok ? (await answer.json()).matches : [];
        this.#at = 0;
        await this.#show();
    }

    async #show() {
        const match = this.#matches[this.#at];
        const count = /** @type {HTMLElement} */ (this.querySelector("output"));
        const { none = "", many = "" } = this.dataset;
        if (!match) count.textContent = this.#asked ? none : "";
        else count.textContent = many.replace("{n}", String(this.#at + 1)).replace("{m}", String(this.#matches.length));
        if (match) await this.thread?.find(match.token);
        this.#mark(match?.words ?? []);
    }

    /** Mark the words in the message shown, without touching its HTML. @param {string[]} words */
    #mark(words) {
        if (!CSS.highlights) return;
        const bubble = words.length && document.getElementById(`message-${this.#matches[this.#at].token}`);
        if (!bubble) return void CSS.highlights.delete(MARKS);
        const wanted = new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "gi");
        const texts = document.createTreeWalker(bubble.querySelector(".bubble") ?? bubble, NodeFilter.SHOW_TEXT);
        /** @type {Range[]} */ const ranges = [];
        while (texts.nextNode()) {
            for (const found of (texts.currentNode.textContent ?? "").matchAll(wanted)) {
                const range = new Range();
                range.setStart(texts.currentNode, found.index);
                range.setEnd(texts.currentNode, found.index + found[0].length);
                ranges.push(range);
            }
        }
        CSS.highlights.set(MARKS, new Highlight(...ranges));
    }

    /** @param {number} step 1: to what is earlier */
    #step(step) {
        if (!this.#matches.length) return;
        this.#at = (this.#at + step + this.#matches.length) % this.#matches.length;
        this.#show();
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
        if (event.code === "Enter") this.#step(event.shiftKey ? -1 : 1);
        else if (event.code === "Escape") this.close();
        else return;
        event.preventDefault();
        event.stopPropagation();
    }

    /** @param {Event} event */
    #click(event) {
        const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("button"));
        if (button?.dataset.findStep) this.#step(Number(button.dataset.findStep));
        else if (button) this.close();
    }
}

customElements.define("thread-find", ThreadFind);

/** The box of the open conversation. @returns {ThreadFind | null} */
const here = () => deck()?.current?.querySelector("thread-find") ?? null;

bind("Mod+F", (target) => {
    if (!here() || target.closest("thread-find")) return false; // a second press is the browser's own search
    here()?.open();
});
document.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest("[data-find-here]")) here()?.open();
});
