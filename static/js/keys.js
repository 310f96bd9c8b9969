/**
 * <key-map>: the inbox from the keyboard. What a key does is said by the elements of the page that carry `data-key`; the help
 * is printed from them. Keys are places on the keyboard (KeyboardEvent.code), so they work in every layout.
 */
// @ts-check
import { deck } from "deck";
import { list } from "list";

const CHORD_MS = 1200;
const WORDS = "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]";

/** Keys that do the same as another. @type {Record<string, string>} */
const SAME = { "Alt+E": "E", "Alt+L": "R", ArrowDown: "J", ArrowUp: "K" };

/** “Alt+J”, “G”, “?”: how a key is written in data-key. @param {KeyboardEvent} event */
function nameOf(event) {
    const { code, key } = event;
    let name = code.replace(/^Key|^Digit/, "");
    if (key === "?" || (code === "Slash" && event.shiftKey)) name = "?";
    else if (code === "Slash") name = "/";
    else if (code === "Escape") name = "Esc";
    return event.altKey ? `Alt+${name}` : name;
}

class KeyMap extends HTMLElement {
    #first = "";
    #forget = 0;
    #off = new AbortController();
    /** @type {HTMLDialogElement | null} */ #help = null;

    connectedCallback() {
        this.#off = new AbortController();
        addEventListener("keydown", (event) => this.#key(event), { signal: this.#off.signal });
    }

    disconnectedCallback() {
        this.#off.abort();
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
        const target = /** @type {Element} */ (event.target);
        if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
        const isWriting = target.matches(WORDS);
        const name = nameOf(event);
        if (isWriting && !event.altKey && name !== "Esc") return;
        const chord = this.#first ? `${this.#first} ${name}` : "";
        this.#remember("");
        const done = (chord && this.#press(chord)) || this.#act(SAME[name] ?? name, target, isWriting) || this.#press(SAME[name] ?? name);
        if (done) event.preventDefault();
        else if (document.querySelector(`[data-key^="${CSS.escape(name)} "]`)) this.#remember(name);
    }

    /** The first key of two. @param {string} name */
    #remember(name) {
        clearTimeout(this.#forget);
        this.#first = name;
        if (name) this.#forget = setTimeout(() => (this.#first = ""), CHORD_MS);
    }

    /** What is not a button. @param {string} name @param {Element} target @param {boolean} isWriting @returns {boolean} */
    #act(name, target, isWriting) {
        const rows = list();
        if (name === "J" || name === "K") {
            rows?.choose(rows.neighbour(name === "J" ? 1 : -1, rows.chosen ?? rows.current));
            const next = rows?.chosen?.querySelector("a");
            if (next) deck()?.warm(next.href);
        } else if (name === "Alt+J" || name === "Alt+K") this.#step(name === "Alt+J" ? 1 : -1, isWriting);
        else if (name === "Enter" && rows?.chosen && !target.closest("a, button, summary")) rows.chosen.querySelector("a")?.click();
        else if (name === "Alt+N") this.#nextTab();
        else if (name === "/") /** @type {HTMLInputElement | null} */ (document.querySelector(".list [data-search]"))?.select();
        else if (name === "?") this.#showHelp();
        else if (name === "Esc") return this.#escape(target, isWriting);
        else return false;
        return true;
    }

    /** The next conversation at once; who was writing goes on writing there. @param {1 | -1} step @param {boolean} isWriting */
    #step(step, isWriting) {
        const link = list()?.neighbour(step)?.querySelector("a");
        if (!link) return;
        deck()?.show(link.href, { focus: isWriting });
        const after = list()?.neighbour(step)?.querySelector("a");
        if (after) deck()?.warm(after.href);
    }

    #nextTab() {
        const tabs = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".tabs__item")]);
        const at = tabs.findIndex((tab) => tab.hasAttribute("aria-current"));
        tabs[(at + 1) % tabs.length]?.click();
    }

    /** @param {Element} target @param {boolean} isWriting */
    #escape(target, isWriting) {
        if (document.querySelector(":popover-open")) return false; // the platform closes it
        if (isWriting) {
            /** @type {HTMLElement} */ (target).blur();
            const link = /** @type {HTMLElement | null | undefined} */ (list()?.current?.querySelector("a"));
            link?.focus({ preventScroll: true });
        } else if (deck()?.current) deck()?.close();
        return true;
    }

    /** Press the page's own button for this key: the open conversation's first. @param {string} name @returns {boolean} */
    #press(name) {
        const wanted = `[data-key="${CSS.escape(name)}"]`;
        const places = [deck()?.current, this, document.querySelector(".list"), document.querySelector(".rail")];
        const element = /** @type {HTMLElement | undefined} */ (places.map((one) => one?.querySelector(`a${wanted}, button${wanted}, summary${wanted}, textarea${wanted}, input${wanted}`)).find(Boolean));
        if (!element) return false;
        if (element.matches("textarea, input")) element.focus();
        else element.click();
        return true;
    }

    #showHelp() {
        this.#help ??= this.#makeHelp();
        const body = /** @type {HTMLElement} */ (this.#help.querySelector("dl"));
        /** @type {Map<string, string>} */ const known = new Map();
        for (const element of [...(deck()?.current?.querySelectorAll("[data-key]") ?? []), ...document.querySelectorAll("[data-key]")]) {
            const key = element.getAttribute("data-key") ?? "";
            if (!known.has(key) && element.getAttribute("title")) known.set(key, element.getAttribute("title") ?? "");
        }
        body.replaceChildren(...[...known].flatMap(([key, words]) => [this.#keyCaps(key), Object.assign(document.createElement("dd"), { textContent: words })]));
        this.#help.showModal();
    }

    /** @param {string} keys */
    #keyCaps(keys) {
        const term = document.createElement("dt");
        for (const key of keys.split(/[ +]/)) term.append(Object.assign(document.createElement("kbd"), { textContent: key }), " ");
        return term;
    }

    #makeHelp() {
        const dialog = Object.assign(document.createElement("dialog"), { className: "dialog key-help" });
        const head = Object.assign(document.createElement("div"), { className: "dialog__head" });
        const title = Object.assign(document.createElement("h2"), { textContent: this.dataset.title ?? "" });
        const close = Object.assign(document.createElement("button"), { type: "button", className: "icon-button", textContent: "×" });
        close.setAttribute("aria-label", this.dataset.close ?? "");
        close.addEventListener("click", () => dialog.close());
        head.append(title, close);
        dialog.append(head, Object.assign(document.createElement("dl"), { className: "dialog__body key-help__list" }));
        dialog.setAttribute("aria-label", this.dataset.title ?? "");
        dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
        document.body.append(dialog);
        return dialog;
    }
}

customElements.define("key-map", KeyMap);
