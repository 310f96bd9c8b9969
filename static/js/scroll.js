/**
 * <stick-to-end>: a thread that stays at its end while one is there, says so when something new is below, loads what is older,
 * and finds the message that a quote or a search points at: then the thread stands open around it, with a way back to its end. Days and groups of bubbles are drawn here, in the agent's zone.
 */
// @ts-check
import { dayOf, dayWords } from "clock";
import { apply, parse } from "place";
import { get, withQuery } from "server";

const NEAR_END = 60;
const TOGETHER_MS = 5 * 60_000;
const LOAD_AHEAD = "600px";
const HIGHLIGHT_MS = 1600;

export class StickToEnd extends HTMLElement {
    #isAtEnd = true;
    #isLoading = false;
    #wasShown = false;
    /** @type {HTMLElement | null} */ #pill = null;
    /** @type {IntersectionObserver | undefined} */ #ends;
    #off = new AbortController();
    #content = new MutationObserver((changes) => this.#arrived(changes));
    #size = new ResizeObserver(() => this.#resized());

    connectedCallback() {
        this.#off = new AbortController();
        const { signal } = this.#off;
        this.addEventListener("scroll", () => this.#scrolled(), { signal, passive: true });
        this.addEventListener("click", (event) => this.#click(event), { signal });
        this.closest(".pane")?.addEventListener("pane-shown", (event) => this.#shown(/** @type {CustomEvent} */ (event).detail.unread), { signal });
        this.#ends = new IntersectionObserver((seen) => this.#near(seen), { root: this, rootMargin: LOAD_AHEAD });
        this.#arrange();
        this.#content.observe(this.thread, { childList: true });
        this.#size.observe(this);
        this.#size.observe(this.thread);
        const later = this.querySelector(":scope > .thread-later");
        if (later) this.#size.observe(later);
        this.#isAtEnd = !this.gap;
        const isHidden = /** @type {HTMLElement | null} */ (this.closest(".pane"))?.hidden; // it goes to its end when it is shown
        if (!isHidden && !this.#toNamed() && !this.gap) this.toEnd();
    }

    disconnectedCallback() {
        this.#off.abort();
        this.#ends?.disconnect();
        this.#content.disconnect();
        this.#size.disconnect();
    }

    get thread() {
        return /** @type {HTMLElement} */ (this.querySelector(".thread"));
    }

    get messages() {
        return [.../** @type {NodeListOf<HTMLElement>} */ (this.thread.querySelectorAll(":scope > .message"))];
    }

    /** What is beyond the newest message shown, if that is not the last one. */
    get gap() {
        return /** @type {HTMLElement | null} */ (this.querySelector(":scope > [data-newer]"));
    }

    /** To the end of the thread; from within its history, by loading its newest page. */
    toEnd() {
        if (this.gap) {
            this.#open("").then((isThere) => isThere && this.toEnd());
            return;
        }
        this.#isAtEnd = true;
        this.scrollTop = this.scrollHeight;
        this.#showPill("");
    }

    #scrolled() {
        this.#isAtEnd = !this.gap && this.scrollHeight - this.scrollTop - this.clientHeight < NEAR_END;
        if (this.#isAtEnd) this.#showPill("");
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
        else if (isNew && !this.gap) this.#showPill(this.dataset.new ?? "");
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
            if (message.hidden) continue; // a line that has nothing to say any more
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
        this.#watchEnds();
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
        if (!this.#wasShown && this.#toNamed()) this.#wasShown = true;
        else if ((!this.#wasShown && !this.gap) || this.#isAtEnd) this.toEnd();
        else if (unread && !this.gap) this.#showPill(this.dataset.new ?? "");
        this.#wasShown = true;
    }

    /** To the message that the address names, if it is of this thread. */
    #toNamed() {
        const message = document.getElementById(`message-${new URLSearchParams(location.search).get("message")}`);
        if (!message || !this.contains(message)) return false;
        this.#jump(message);
        return true;
    }

    /** The way down, with these words; "" takes it away. @param {string} words */
    #showPill(words) {
        if (!words) {
            this.#pill?.remove();
            this.#pill = null;
            return;
        }
        if (!this.#pill) {
            this.#pill = Object.assign(document.createElement("button"), { type: "button", className: "pill-below" });
            this.#pill.addEventListener("click", () => this.toEnd());
            this.append(this.#pill);
        }
        this.#pill.textContent = words;
    }

    #watchEnds() {
        this.#ends?.disconnect();
        for (const end of this.querySelectorAll(":scope > :is([data-older], [data-newer])")) this.#ends?.observe(end);
        if (this.gap) this.#showPill(this.dataset.newest ?? "");
        else if (this.#pill?.textContent === this.dataset.newest) this.#showPill("");
    }

    /** @param {IntersectionObserverEntry[]} seen */
    #near(seen) {
        for (const { isIntersecting, target } of seen) if (isIntersecting) /** @type {HTMLElement} */ (target).dataset.older ? this.older() : this.#newer();
    }

    /** Load what follows a stretch of history that was opened. */
    async #newer() {
        const more = this.gap;
        if (!more || this.#isLoading || !this.clientHeight) return;
        this.#isLoading = true;
        try {
            const response = await get(more.dataset.newer ?? "");
            if (!response.ok || response.redirected) return;
            const html = await response.text();
            const next = parse(html).querySelector("[data-newer]");
            more.remove(); // what comes now is no longer beyond the page
            apply(html);
            if (next) this.thread.after(next);
            this.#arrange();
        } catch {
            return; // no network: scrolling asks again
        } finally {
            this.#isLoading = false;
            this.#watchEnds();
        }
    }

    /** Open another part of the thread in place of what is shown. @param {string} token the message around which; "": its end */
    async #open(token) {
        if (this.#isLoading) return false;
        this.#isLoading = true;
        try {
            const response = await get(withQuery(this.dataset.messages ?? "", token ? { around: token } : {}));
            if (!response.ok || response.redirected) return false;
            const html = await response.text();
            const ends = [...parse(html).children].filter((part) => part.matches("[data-older], [data-newer]")).map((end) => /** @type {HTMLElement} */ (end));
            this.#isAtEnd = false;
            for (const old of this.querySelectorAll(":scope > :is([data-older], [data-newer])")) old.remove();
            this.thread.querySelector(":scope > .unread-line")?.remove();
            for (const message of this.messages) if (!("local" in message.dataset)) message.remove();
            apply(html);
            for (const end of ends) end.dataset.older ? this.prepend(end) : this.thread.after(end);
            this.#arrange();
            return true;
        } catch {
            return false; // no network: what is shown stays
        } finally {
            this.#isLoading = false;
            this.#watchEnds();
        }
    }

    /** Bring a message before the eyes, with what was said around it. @param {string} token @returns {Promise<boolean>} whether it is there */
    async find(token) {
        const id = `message-${token}`;
        if (!this.querySelector(`#${CSS.escape(id)}`) && !(await this.#open(token))) return false;
        this.#jump(document.getElementById(id));
        return true;
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
            this.#watchEnds();
        }
    }

    /** @param {Event} event */
    async #click(event) {
        const link = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-jump]"));
        if (!link) return;
        event.preventDefault();
        await this.find((link.dataset.jump ?? "").replace(/^message-/, ""));
    }

    /** @param {HTMLElement | null} message */
    #jump(message) {
        if (!message) return;
        this.#isAtEnd = false;
        message.scrollIntoView({ block: "center" }); // at once: what loads above and below would stop a smooth way there
        message.classList.add("message--highlight");
        setTimeout(() => message.classList.remove("message--highlight"), HIGHLIGHT_MS);
    }
}

customElements.define("stick-to-end", StickToEnd);
