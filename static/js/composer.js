/**
 * <reply-composer>: writing to one customer. Enter sends, drafts are kept, files come by button, drop and paste; what is sent
 * stands in the thread at once (outbox.js). When the window closes only templates go out.
 */
// @ts-check
import { goOn } from "anew";
import { keepDraft, readDraft } from "drafts";
import { suggest, toggleEmoji } from "emoji";
import { kindOf, previewOf, Refused, upload } from "files";
import { sendLater } from "later";
import { Outbox } from "outbox";
import { openPicker } from "picker";
import { Quoting } from "quoting";
import { Staging } from "staging";
import { record } from "recorder";
import { openSpecial } from "special";
import { say } from "words";

const DRAFT_MS = 300;

export class ReplyComposer extends HTMLElement {
    #outbox = new Outbox(this);
    quoting = new Quoting(this);
    staging = new Staging(this);
    #draftTimer = 0;
    #off = new AbortController();

    connectedCallback() {
        this.#off = new AbortController();
        const { signal } = this.#off;
        const pane = this.pane;
        this.form.addEventListener("submit", (event) => this.#submit(event), { signal });
        this.addEventListener("click", (event) => this.#click(event), { signal });
        this.text.addEventListener("input", () => this.#typed(), { signal });
        this.text.addEventListener("keydown", (event) => this.key(event), { signal });
        this.quoting.listen(signal);
        this.staging.listen(signal);
        pane?.addEventListener("window-changed", () => this.#judgeWindow(), { signal });
        this.addEventListener("placed", () => this.#judgeWindow(), { signal });
        addEventListener("pagehide", () => this.keepNow(), { signal });
        addEventListener("online", () => this.#outbox.retry(), { signal });
        document.addEventListener("line", (event) => /** @type {CustomEvent} */ (event).detail.open && this.#outbox.retry(), { signal });
        this.#restore();
        this.#judgeWindow();
        goOn(this);
        queueMicrotask(() => this.#outbox.restore((text) => (bubble) => this.#fill(bubble, text)));
    }

    disconnectedCallback() {
        this.keepNow();
        this.#off.abort();
    }

    get pane() {
        return /** @type {HTMLElement | null} */ (this.closest(".pane"));
    }

    get form() {
        return /** @type {HTMLFormElement} */ (this.querySelector("form.composer__box"));
    }

    get text() {
        return /** @type {HTMLTextAreaElement} */ (this.querySelector('textarea[name="text"]'));
    }

    /** @returns {import("files").Limits} */
    get limits() {
        return JSON.parse(this.dataset.limits || '{"kinds": {}, "words": {}}');
    }

    get conversation() {
        return this.dataset.conversation ?? "";
    }

    /** The newest number on this agent's screen: the server compares it with what a colleague did meanwhile. */
    seen() {
        const shown = this.pane?.querySelectorAll(".message[data-version]") ?? [];
        return String(Math.max(0, ...[...shown].map((message) => Number(message.getAttribute("data-version")))));
    }

    // --- writing ---------------------------------------------------------------------------------------

    /** Put words into the composer, before what stands there. @param {string} words @param {string} [quoted] */
    write(words, quoted = "") {
        this.text.value = [words, this.text.value].filter(Boolean).join("\n");
        if (quoted) this.quoting.show(quoted);
        this.#typed();
        this.text.focus();
    }

    /** Put something where the caret is. @param {string} words @param {number} [back] how many characters before it go */
    insert(words, back = 0) {
        const { selectionStart, selectionEnd } = this.text;
        this.text.setRangeText(words, selectionStart - back, selectionEnd, "end");
        this.text.focus();
        this.#typed();
    }

    get takesFiles() {
        return this.dataset.mode !== "template" && !this.isNote;
    }

    get isNote() {
        return this.dataset.say === "note";
    }

    /** A reply for the customer or a note for colleagues; each keeps its own words. @param {string} mode */
    speakAs(mode) {
        if (mode === (this.dataset.say ?? "reply")) return this.text.focus();
        const isFocused = document.activeElement === this.text;
        this.keepNow();
        const { text } = this;
        this.quoting.clear();
        this.dataset.say = mode;
        text.value = "";
        text.dataset.reply ??= text.placeholder;
        text.placeholder = (this.isNote ? text.dataset.note : text.dataset.reply) ?? "";
        text.setAttribute("aria-label", text.placeholder);
        for (const tab of this.querySelectorAll("[data-say-as]")) tab.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (tab).dataset.sayAs === mode));
        this.#restore();
        if (!isFocused) text.focus();
    }

    #typed() {
        this.#grow();
        suggest(this);
        this.dispatchEvent(new CustomEvent("typed", { bubbles: true }));
        clearTimeout(this.#draftTimer);
        this.#draftTimer = setTimeout(() => this.keepNow(), DRAFT_MS);
    }

    /** Browsers without field-sizing need a hand. */
    #grow() {
        if (CSS.supports("field-sizing", "content")) return;
        this.text.style.blockSize = "auto";
        this.text.style.blockSize = `${this.text.scrollHeight}px`;
    }

    /** The draft, at once. */
    keepNow() {
        clearTimeout(this.#draftTimer);
        keepDraft(this.conversation, { text: this.text.value, quoted: this.quoting.token }, this.dataset.say);
    }

    #restore() {
        const { text, quoted } = readDraft(this.conversation, this.dataset.say);
        if (!this.text.value) this.text.value = text;
        if (quoted) this.quoting.show(quoted);
        this.#grow();
    }

    /** @param {KeyboardEvent} event */
    key(event) {
        if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
        const isShort = event.ctrlKey || event.metaKey;
        const sends = isShort || (this.dataset.enter === "1" && !event.shiftKey && !event.altKey);
        if (!sends) return;
        event.preventDefault();
        this.form.requestSubmit();
    }

    // --- sending ---------------------------------------------------------------------------------------

    /** What goes with every message for the customer. @returns {Record<string, string>} */
    common() {
        return { seen: this.seen(), ...this.#answers };
    }

    /** What the next message answers. @returns {Record<string, string>} */
    get #answers() {
        return this.quoting.token ? { quoted: this.quoting.token } : {};
    }

    /** @param {Event} event */
    #submit(event) {
        event.preventDefault();
        const text = this.text.value.trim();
        const staged = this.isNote ? [] : this.staging.all;
        if (!text && !staged.length) return;
        if (this.isNote) {
            this.#outbox.add({ text, note: "1" }, (bubble) => this.#fill(bubble, text));
            return this.#sent();
        }
        const common = { ...this.common(), ...(this.dataset.canned ? { canned: this.dataset.canned } : {}) };
        const quote = this.quoting.preview;
        let rest = text;
        for (const { file, kind, caption } of staged) {
            const takesCaption = kind !== "audio";
            const words = caption || (takesCaption ? rest : "");
            if (words === rest) rest = "";
            this.sendFile(file, kind, { ...common, text: words });
        }
        if (rest) {
            this.#outbox.add({ ...common, text: rest }, (bubble) => {
                this.#fill(bubble, rest);
                if (quote) bubble.querySelector(".bubble")?.prepend(quote);
            });
        }
        this.staging.clear();
        this.quoting.clear();
        this.#sent();
    }

    /** The same as Send, at another hour. */
    #later() {
        const text = this.text.value.trim();
        const staged = this.staging.all;
        if (!text && !staged.length) return this.text.focus();
        let rest = text;
        /** @type {import("later").Part[]} */ const parts = staged.map(({ file, kind, caption }) => {
            const words = caption || (kind === "audio" ? "" : rest);
            if (words === rest) rest = "";
            return { fields: { text: words }, file };
        });
        if (rest) parts.push({ fields: { text: rest } });
        Object.assign(parts[0].fields, this.#answers);
        sendLater(this, parts, [...staged.map(({ file }) => file.name), text].filter(Boolean).join("\n"), () => {
            this.staging.clear();
            this.quoting.clear();
            this.#sent();
        });
    }

    #sent() {
        delete this.dataset.canned;
        this.text.value = "";
        this.#typed();
        this.keepNow();
    }

    /** @param {HTMLElement} bubble @param {string} words */
    #fill(bubble, words) {
        const box = bubble.querySelector(".bubble__text");
        if (box) box.textContent = words;
    }

    /**
     * A file: its bubble stands at once, with progress.
     * @param {File} file @param {string} kind @param {Record<string, string>} fields @param {Record<string, string>} [how] of the upload
     */
    sendFile(file, kind, fields, how = {}) {
        const progress = Object.assign(document.createElement("progress"), { className: "bubble__progress", max: 1, value: 0 });
        progress.setAttribute("aria-label", this.dataset.uploading ?? "");
        const start = () => upload(this.dataset.files ?? "", file, (part) => (progress.value = part), how);
        /** @type {Promise<{key: string}> | null} */ let going = start();
        going.catch(() => {}); // asked for its outcome when its turn has come
        const entry = this.#outbox.add(
            fields,
            (bubble) => {
                this.#fill(bubble, fields.text);
                bubble.querySelector(".bubble")?.prepend(previewOf(file, kind), progress);
                bubble.classList.replace("message--text", `message--${kind}`);
            },
            {
                ready: async () => {
                    try {
                        fields.file = (await (going ??= start())).key;
                        progress.remove();
                        return true;
                    } catch (problem) {
                        going = null;
                        if (!(problem instanceof Refused)) throw problem;
                        entry.bubble.remove();
                        say(problem.message, { bad: true });
                        if (fields.text) this.write(fields.text);
                        return false;
                    }
                },
            },
        );
    }

    /** A template from the picker. @param {Record<string, string>} fields @param {Node} preview @param {File | null} file */
    sendTemplate(fields, preview, file) {
        /** @type {Record<string, string>} */ const said = { ...fields, seen: this.seen() };
        const ready = async () => {
            if (file) said.file = (await upload(this.dataset.files ?? "", file, () => {})).key;
            return true;
        };
        this.#outbox.add(
            said,
            (bubble) => {
                const box = bubble.querySelector(".bubble");
                box?.querySelector(".bubble__text")?.replaceWith(preview);
                if (file) box?.prepend(previewOf(file, kindOf(file.type, this.limits)));
            },
            { ready },
        );
    }

    /** Buttons, a list, a place, a card. @param {import("special").Special} said @param {Node} preview */
    sendSpecial(said, preview) {
        const canned = this.dataset.canned ? { canned: this.dataset.canned } : {};
        this.#outbox.add({ ...this.common(), ...canned, special: JSON.stringify(said) }, (bubble) => {
            bubble.querySelector(".bubble__text")?.replaceWith(preview);
        });
        this.#saidSpecial(said);
    }

    /** The same at another hour. @param {import("special").Special} said @param {HTMLElement} preview */
    laterSpecial(said, preview) {
        preview.className = "bubble bubble--preview";
        sendLater(this, [{ fields: { ...this.#answers, special: JSON.stringify(said) } }], preview, () => this.#saidSpecial(said));
    }

    /** @param {import("special").Special} said */
    #saidSpecial(said) {
        this.quoting.clear();
        if (said.body && said.body === this.text.value.trim()) this.#sent();
        delete this.dataset.canned;
    }

    /**
     * The server's no, above the composer; null takes it away.
     * @param {Node | null} words @param {() => void} [override] what “send anyway” does
     */
    refuse(words, override) {
        const slot = this.querySelector(".composer__refusal");
        if (!slot) return;
        slot.replaceChildren(...(words ? [words] : []));
        slot.querySelector("[data-override]")?.addEventListener("click", () => override?.());
        slot.querySelector("[data-dismiss]")?.addEventListener("click", () => slot.replaceChildren());
    }

    // --- the window ------------------------------------------------------------------------------------

    /** Free words while the window is open, templates after. The latest truth is the mark that the server pushes. */
    #judgeWindow() {
        const mark = /** @type {HTMLElement | null} */ (this.querySelector("[data-window]"));
        if (!mark?.dataset.state) return;
        const mode = mark.dataset.state === "closed" ? "template" : "reply";
        if (this.dataset.mode !== mode) this.dataset.mode = mode;
    }

    // --- buttons ---------------------------------------------------------------------------------------

    /** @param {Event} event */
    #click(event) {
        const target = /** @type {Element} */ (event.target);
        const emoji = /** @type {HTMLElement | null} */ (target.closest("[data-emoji]"));
        const special = /** @type {HTMLElement | null} */ (target.closest("[data-special]"));
        special?.closest("details")?.removeAttribute("open");
        const tab = /** @type {HTMLElement | null} */ (target.closest("[data-say-as]"));
        if (tab) this.speakAs(tab.dataset.sayAs ?? "");
        else if (target.closest("[data-attach]")) this.staging.choose();
        else if (emoji) toggleEmoji(emoji, (chosen) => this.insert(chosen));
        else if (target.closest("button[data-template]")) openPicker(this);
        else if (target.closest("[data-record]")) record(this);
        else if (special) openSpecial(this, special.dataset.special ?? "");
        else if (target.closest("[data-later]")) this.#later();
    }
}

customElements.define("reply-composer", ReplyComposer);
