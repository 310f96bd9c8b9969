/**
 * <find-panel>: search over all history, laid over the list. What is typed is asked for while typing; a found message opens in its
 * place. Filters are offered as they are begun; searches that led somewhere are kept in this browser.
 */
// @ts-check
import { deck } from "deck";
import { get } from "server";

const PAUSE_MS = 180;
const RECENT = 8;
const OFFERED = 8;
const BEGUN = /(?:^|\s)(-?)(from|number|label|team|before|after|has|in):("?)([^"\s]*|"[^"]*)$/i;

/** @typedef {{value: string, words: string}} Choice */

export class FindPanel extends HTMLElement {
    #off = new AbortController();
    #pause = 0;
    /** @type {Promise<Record<string, Choice[]>> | null} */ #choices = null;

    connectedCallback() {
        this.#off = new AbortController();
        const { signal } = this.#off;
        this.box.addEventListener("input", () => this.#typed(), { signal });
        this.box.addEventListener("keydown", (event) => this.#key(event), { signal });
        this.box.addEventListener("blur", () => setTimeout(() => this.#offer([]), 150), { signal });
        this.addEventListener("keydown", (event) => this.#walk(event), { signal });
        this.addEventListener("click", (event) => this.#click(event), { signal });
        this.addEventListener("htmx:afterSwap", () => this.#answered(), { signal });
        document.addEventListener("click", (event) => this.#openers(event), { signal });
        this.#showRecent();
    }

    disconnectedCallback() {
        this.#off.abort();
        clearTimeout(this.#pause);
    }

    get box() {
        return /** @type {HTMLInputElement} */ (this.querySelector("input[name=find]"));
    }

    get menu() {
        return /** @type {HTMLElement} */ (this.querySelector(".find__choices"));
    }

    get links() {
        return [.../** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("a.found__link"))];
    }

    get isOpen() {
        return !this.hidden;
    }

    /** Show the panel, on a phone in front of the conversation too. @param {string} [words] */
    open(words) {
        const wasOpen = this.isOpen;
        this.hidden = false;
        this.closest(".inbox")?.setAttribute("data-pane", "list");
        if (words !== undefined) this.box.value = words;
        if (words !== undefined || !wasOpen || !this.querySelector("#found")?.childElementCount) this.#ask();
        this.box.focus();
        this.box.select();
    }

    close() {
        this.hidden = true;
        this.#address(null);
        /** @type {HTMLElement | null} */ (document.querySelector(".list [data-find-open]"))?.focus({ preventScroll: true });
    }

    /** One step back: the offers, then the panel. @returns {boolean} whether there was one */
    escape() {
        if (!this.isOpen) return false;
        if (!this.menu.hidden) this.#offer([]);
        else this.close();
        return true;
    }

    #typed() {
        clearTimeout(this.#pause);
        this.#pause = setTimeout(() => this.#ask(), PAUSE_MS);
        this.#suggest();
    }

    #ask() {
        clearTimeout(this.#pause);
        this.querySelector("form")?.dispatchEvent(new CustomEvent("find-now"));
    }

    /** The address carries the search, so that it can be shared and survives a reload. @param {string | null} words */
    #address(words) {
        const address = new URL(location.href);
        if (words === null) {
            address.searchParams.delete("find");
            address.searchParams.delete("message");
        } else address.searchParams.set("find", words);
        history.replaceState(history.state, "", address.pathname + address.search);
    }

    #answered() {
        this.#address(this.box.value);
        this.#showRecent();
    }

    /** @param {MouseEvent} event */
    async #click(event) {
        const target = /** @type {Element} */ (event.target);
        const button = /** @type {HTMLElement | null} */ (target.closest("button"));
        if (button?.dataset.findClose !== undefined) this.close();
        else if (button?.dataset.findSet !== undefined) this.open(button.dataset.findSet);
        else if (button?.dataset.findAdd) this.#add(button.dataset.findAdd);
        else if (button?.dataset.recentForget !== undefined) this.#forget();
        const link = /** @type {HTMLAnchorElement | null} */ (target.closest("a.found__link"));
        if (!link) return;
        this.#remember();
        for (const other of this.links) other.toggleAttribute("aria-current", other === link);
        const { message } = link.dataset;
        const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
        if (!message || !isPlain) return;
        event.preventDefault(); // the deck opens conversations; a message is shown in its place
        await deck()?.show(link.href);
        const thread = /** @type {import("scroll").StickToEnd | null} */ (deck()?.current?.querySelector("stick-to-end") ?? null);
        if (!(await thread?.find(message))) return;
        const address = new URL(location.href);
        address.searchParams.set("message", message);
        history.replaceState(history.state, "", address.pathname + address.search);
    }

    /** @param {MouseEvent} event */
    #openers(event) {
        const opener = /** @type {Element} */ (event.target).closest("[data-find-open]");
        if (!opener) return;
        event.preventDefault();
        this.open();
    }

    /** @param {string} words */
    #add(words) {
        const { value } = this.box;
        this.box.value = value && !value.endsWith(" ") ? `${value} ${words}` : value + words;
        this.box.focus();
        this.#typed();
    }

    // --- what may follow a filter ---

    async #suggest() {
        const begun = BEGUN.exec(this.box.value.slice(0, this.box.selectionStart ?? 0));
        if (!begun) return this.#offer([]);
        this.#choices ??= get(this.dataset.choices ?? "").then((answer) => (answer.ok ? answer.json() : {}), () => ({}));
        const known = (await this.#choices)[begun[2].toLowerCase()] ?? [];
        const typed = begun[4].replace(/^"/, "").toLowerCase();
        const fits = (/** @type {Choice} */ one) => `${one.value} ${one.words}`.toLowerCase().includes(typed) && one.value.toLowerCase() !== typed;
        this.#offer(known.filter(fits).slice(0, OFFERED));
    }

    /** @param {Choice[]} choices */
    #offer(choices) {
        this.menu.replaceChildren(
            ...choices.map(({ value, words }, n) => {
                const item = Object.assign(document.createElement("li"), { className: "menu__item", id: `find-choice-${n}` });
                item.setAttribute("role", "option");
                item.dataset.value = value;
                item.append(Object.assign(document.createElement("span"), { textContent: words || value }));
                if (words) item.append(Object.assign(document.createElement("span"), { className: "faint", textContent: value }));
                item.addEventListener("pointerdown", (event) => {
                    event.preventDefault(); // the box keeps the focus
                    this.#take(value);
                });
                return item;
            }),
        );
        this.menu.hidden = !choices.length;
        this.box.setAttribute("aria-expanded", String(Boolean(choices.length)));
        this.box.removeAttribute("aria-activedescendant");
    }

    /** @param {string} value */
    #take(value) {
        const at = this.box.selectionStart ?? 0;
        const before = this.box.value.slice(0, at);
        const begun = BEGUN.exec(before);
        if (!begun) return;
        const start = before.length - begun[3].length - begun[4].length;
        const written = /\s/.test(value) ? `"${value}"` : value;
        this.box.value = `${before.slice(0, start)}${written} ${this.box.value.slice(at).trimStart()}`;
        this.box.setSelectionRange(start + written.length + 1, start + written.length + 1);
        this.#offer([]);
        this.#ask();
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
        const items = [...this.menu.children].map((item) => /** @type {HTMLElement} */ (item));
        const marked = items.findIndex((item) => item.ariaSelected === "true");
        const { code } = event;
        if (items.length && (code === "ArrowDown" || code === "ArrowUp")) {
            const next = (marked + (code === "ArrowDown" ? 1 : marked < 0 ? 0 : -1) + items.length) % items.length;
            for (const [n, item] of items.entries()) item.ariaSelected = String(n === next);
            this.box.setAttribute("aria-activedescendant", items[next].id);
        } else if (items.length && (code === "Tab" || (code === "Enter" && marked >= 0))) this.#take(items[Math.max(marked, 0)].dataset.value ?? "");
        else if (code === "ArrowDown" && this.links.length) this.links[0].focus();
        else if (code === "Enter") {
            this.#remember();
            return; // the form asks
        } else return;
        event.preventDefault();
        event.stopPropagation();
    }

    /** From one result to the next. @param {KeyboardEvent} event */
    #walk(event) {
        const at = this.links.indexOf(/** @type {HTMLElement} */ (document.activeElement));
        if (at < 0 || !["ArrowDown", "ArrowUp"].includes(event.code)) return;
        event.preventDefault();
        event.stopPropagation();
        (this.links[at + (event.code === "ArrowDown" ? 1 : -1)] ?? (event.code === "ArrowUp" ? this.box : this.links[at])).focus();
    }

    // --- searches that led somewhere, in this browser alone ---

    get #place() {
        return `searches:${this.dataset.agent}`;
    }

    /** @returns {string[]} */
    #recent() {
        try {
            const kept = JSON.parse(localStorage.getItem(this.#place) || "[]");
            return Array.isArray(kept) ? kept.filter((words) => typeof words === "string") : [];
        } catch {
            return []; // somebody wrote there by hand
        }
    }

    #remember() {
        const words = this.box.value.trim();
        if (words) localStorage.setItem(this.#place, JSON.stringify([words, ...this.#recent().filter((other) => other !== words)].slice(0, RECENT)));
    }

    #forget() {
        localStorage.removeItem(this.#place);
        this.#showRecent();
        this.box.focus();
    }

    #showRecent() {
        const part = /** @type {HTMLElement | null} */ (this.querySelector("[data-recent]"));
        if (!part) return;
        const kept = this.#recent();
        part.hidden = !kept.length;
        part.querySelector("ul")?.replaceChildren(
            ...kept.map((words) => {
                const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
                button.dataset.findSet = words;
                const item = document.createElement("li");
                item.append(button);
                return item;
            }),
        );
    }
}

customElements.define("find-panel", FindPanel);

/** @returns {FindPanel | null} */
export const finder = () => document.querySelector("find-panel");
