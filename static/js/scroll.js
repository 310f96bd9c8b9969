/**
 * <stick-to-end>: a thread that stays at its end while one is there, says so when something new is below, loads what is older,
 * and finds the message that a quote points at. Days and groups of bubbles are drawn here, in the agent's zone.
 */
// @ts-check
import { dayOf, dayWords } from "clock";
import { apply, parse } from "place";
import { get } from "server";

const NEAR_END = 60;
const TOGETHER_MS = 5 * 60_000;
const LOAD_AHEAD = "600px";
const PAGES_TO_A_QUOTE = 12;
const HIGHLIGHT_MS = 1600;

class StickToEnd extends HTMLElement {
    #isAtEnd = true;
    #isLoading = false;
    #wasShown = false;
    /** @type {HTMLElement | null} */ #pill = null;
    /** @type {IntersectionObserver | undefined} */ #top;
    #off = new AbortController();
    #content = new MutationObserver((changes) => this.#arrived(changes));
    #size = new ResizeObserver(() => this.#resized());

    connectedCallback() {
        this.#off = new AbortController();
        const { signal } = this.#off;
        this.addEventListener("scroll", () => this.#scrolled(), { signal, passive: true });
        this.addEventListener("click", (event) => this.#click(event), { signal });
        this.closest(".pane")?.addEventListener("pane-shown", (event) => this.#shown(/** @type {CustomEvent} */ (event).detail.unread), { signal });
        this.#top = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.older(), { root: this, rootMargin: LOAD_AHEAD });
        this.#arrange();
        this.#content.observe(this.thread, { childList: true });
        this.#size.observe(this);
        this.#size.observe(this.thread);
        this.toEnd();
    }

    disconnectedCallback() {
        this.#off.abort();
        this.#top?.disconnect();
        this.#content.disconnect();
        this.#size.disconnect();
    }

    get thread() {
        return /** @type {HTMLElement} */ (this.querySelector(".thread"));
    }

    get messages() {
        return [.../** @type {NodeListOf<HTMLElement>} */ (this.thread.querySelectorAll(":scope > .message"))];
    }

    toEnd() {
        this.#isAtEnd = true;
        this.scrollTop = this.scrollHeight;
        this.#showPill(false);
    }

    #scrolled() {
        this.#isAtEnd = this.scrollHeight - this.scrollTop - this.clientHeight < NEAR_END;
        if (this.#isAtEnd) this.#showPill(false);
    }

    /** The window, the composer or a picture changed its height. */
    #resized() {
        if (this.#isAtEnd) this.scrollTop = this.scrollHeight;
    }

    /** @param {MutationRecord[]} changes */
    #arrived(changes) {
        const isMessage = (/** @type {Node} */ node) => node instanceof HTMLElement && node.classList.contains("message");
        const added = changes.flatMap((change) => [...change.addedNodes].filter(isMessage));
        const gone = changes.flatMap((change) => [...change.removedNodes].filter(isMessage));
        if (!added.length && !gone.length) return;
        this.#arrange();
        const old = new Set(gone.map((node) => /** @type {HTMLElement} */ (node).id));
        const last = this.messages.at(-1);
        const isNew = added.some((node) => node === last && !old.has(/** @type {HTMLElement} */ (node).id));
        if (this.#isAtEnd || (isNew && last && "local" in last.dataset)) this.toEnd();
        else if (isNew) this.#showPill(true);
    }

    /** Day lines, and bubbles of one author within five minutes drawn together. */
    #arrange() {
        let day = "";
        /** @type {HTMLElement | null} */ let before = null;
        /** @type {Map<string, Element>} */ const lines = new Map();
        for (const line of this.thread.querySelectorAll(":scope > .day")) {
            if (lines.has(/** @type {HTMLElement} */ (line).dataset.day ?? "")) line.remove();
            else lines.set(/** @type {HTMLElement} */ (line).dataset.day ?? "", line);
        }
        for (const message of this.messages) {
            const at = new Date(message.dataset.at ?? 0);
            const today = dayOf(at);
            if (today !== day) {
                const line = lines.get(today) ?? this.#dayLine(today, at);
                lines.delete(today);
                if (message.previousElementSibling !== line) message.before(line);
                before = null;
                day = today;
            }
            const isJoined = before !== null && message.dataset.direction !== "system"
                && before.dataset.direction === message.dataset.direction && before.dataset.author === message.dataset.author
                && at.getTime() - new Date(before.dataset.at ?? 0).getTime() < TOGETHER_MS
                && !message.previousElementSibling?.classList.contains("unread-line");
            message.classList.toggle("message--joined", isJoined);
            before = message;
        }
        for (const line of lines.values()) line.remove();
        this.#content.takeRecords();
        this.#watchTop();
    }

    /** @param {string} day @param {Date} at */
    #dayLine(day, at) {
        const line = document.createElement("li");
        line.className = "day";
        line.dataset.day = day;
        line.textContent = dayWords(at);
        return line;
    }

    /** The pane came to the front. @param {number} unread */
    #shown(unread) {
        this.thread.querySelector(":scope > .unread-line")?.remove();
        const first = unread ? this.messages.filter((message) => message.dataset.direction === "in").at(-unread) : undefined;
        if (first && this.dataset.unread) {
            const line = document.createElement("li");
            line.className = "unread-line";
            line.textContent = this.dataset.unread;
            first.before(line);
            this.#arrange();
        }
        if (!this.#wasShown || this.#isAtEnd) this.toEnd();
        else if (unread) this.#showPill(true);
        this.#wasShown = true;
    }

    /** @param {boolean} isShown */
    #showPill(isShown) {
        if (isShown && !this.#pill) {
            const pill = document.createElement("button");
            pill.type = "button";
            pill.className = "pill-below";
            pill.textContent = this.dataset.new ?? "";
            pill.addEventListener("click", () => this.toEnd());
            this.append(pill);
            this.#pill = pill;
        } else if (!isShown) {
            this.#pill?.remove();
            this.#pill = null;
        }
    }

    #watchTop() {
        this.#top?.disconnect();
        const more = this.querySelector(":scope > [data-older]");
        if (more) this.#top?.observe(more);
    }

    /** Load what is older and stay at the same words. @returns {Promise<boolean>} whether there was any */
    async older() {
        const more = /** @type {HTMLElement | null} */ (this.querySelector(":scope > [data-older]"));
        if (!more || this.#isLoading || !this.clientHeight) return false;
        this.#isLoading = true;
        try {
            const response = await get(more.dataset.older ?? "");
            if (!response.ok || response.redirected) return false;
            const html = await response.text();
            const next = parse(html).querySelector("[data-older]");
            const fromEnd = this.scrollHeight - this.scrollTop;
            more.remove(); // what comes now is no longer beyond the page
            apply(html);
            if (next) this.prepend(next);
            this.#arrange();
            this.scrollTop = this.scrollHeight - fromEnd;
            return true;
        } catch {
            return false; // no network: scrolling asks again
        } finally {
            this.#isLoading = false;
            this.#watchTop();
        }
    }

    /** @param {Event} event */
    async #click(event) {
        const link = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-jump]"));
        if (!link) return;
        event.preventDefault();
        const id = link.dataset.jump ?? "";
        for (let page = 0; page < PAGES_TO_A_QUOTE && !document.getElementById(id); page += 1) {
            if (!(await this.older())) break;
        }
        this.#jump(document.getElementById(id));
    }

    /** @param {HTMLElement | null} message */
    #jump(message) {
        if (!message) return;
        this.#isAtEnd = false;
        message.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
        message.classList.add("message--highlight");
        setTimeout(() => message.classList.remove("message--highlight"), HIGHLIGHT_MS);
    }
}

customElements.define("stick-to-end", StickToEnd);
