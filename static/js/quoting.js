/** The message that a reply answers: shown over the words until it is sent or taken away. */
// @ts-check

export class Quoting {
    /** @param {import("composer").ReplyComposer} composer */
    constructor(composer) {
        this.composer = composer;
    }

    get #box() {
        return /** @type {HTMLElement} */ (this.composer.querySelector("[data-quote-slot]"));
    }

    /** The token of the message, or nothing. */
    get token() {
        return this.#box.dataset.token ?? "";
    }

    /** The quote as a bubble shows it. */
    get preview() {
        return this.#box.querySelector(".quote")?.cloneNode(true);
    }

    /** @param {AbortSignal} signal */
    listen(signal) {
        this.composer.pane?.addEventListener("click", (event) => this.#clicked(event), { signal });
    }

    /** @param {Event} event */
    #clicked(event) {
        const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".message [data-quote]"));
        if (!button?.dataset.quote) return;
        this.composer.speakAs("reply");
        this.show(button.dataset.quote);
        this.composer.keepNow();
        this.composer.text.focus();
    }

    /** @param {string} token */
    show(token) {
        const message = document.getElementById(`message-${token}`);
        const words = message?.querySelector(".bubble__text")?.textContent || message?.querySelector(".bubble__label, .file__name")?.textContent;
        const box = this.#box;
        box.dataset.token = token;
        const quote = Object.assign(document.createElement("a"), { className: "quote", href: `#message-${token}` });
        quote.dataset.jump = `message-${token}`;
        quote.append(Object.assign(document.createElement("bdi"), { className: "quote__text", textContent: words?.trim() || "…" }));
        const away = Object.assign(document.createElement("button"), { className: "icon-button", type: "button", textContent: "×" });
        away.setAttribute("aria-label", this.composer.dataset.remove ?? "");
        away.addEventListener("click", () => {
            this.clear();
            this.composer.keepNow();
            this.composer.text.focus();
        });
        box.replaceChildren(quote, away);
        box.hidden = false;
    }

    clear() {
        this.#box.hidden = true;
        this.#box.dataset.token = "";
        this.#box.replaceChildren();
    }
}
