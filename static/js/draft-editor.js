/**
 * <draft-editor>: what the server cannot do while a template is written. Variables and marks at the cursor, characters counted, the
 * new button's label in focus. Saving, judging and the preview are the server's, by htmx.
 */
// @ts-check
import { toggleEmoji } from "emoji";

/** What the server puts in whole when something is added to it, moved or taken out. */
const LISTS = ["draft-buttons", "draft-cards", "draft-apps"];

class DraftEditor extends HTMLElement {
    /** What is being added, to be focused when it comes. */ adding = "";
    /** @type {HTMLElement | null} The text that was written in last. */ field = null;

    connectedCallback() {
        this.addEventListener("click", this);
        this.addEventListener("input", this);
        this.addEventListener("change", this);
        this.addEventListener("focusin", this);
        this.addEventListener("htmx:configRequest", this);
        document.body.addEventListener("htmx:oobAfterSwap", this);
        this.#count();
        if (document.readyState === "complete") this.#catchUp();
        else window.addEventListener("load", () => this.#catchUp(), { once: true });
    }

    disconnectedCallback() {
        document.body.removeEventListener("htmx:oobAfterSwap", this);
    }

    /** @param {Event} event */
    handleEvent(event) {
        const target = /** @type {HTMLElement} */ (event.target);
        if (event.type === "input") return this.#count();
        if (event.type === "focusin") return void (target.matches("textarea") && (this.field = target));
        if (event.type === "change") return this.#chosen(/** @type {HTMLInputElement} */ (target));
        if (event.type === "htmx:configRequest") return this.#asked(/** @type {CustomEvent} */ (event).detail);
        if (event.type === "htmx:oobAfterSwap") return this.#swapped(/** @type {CustomEvent} */ (event).detail.target);
        const insert = /** @type {HTMLElement | null} */ (target.closest("[data-insert]"));
        if (insert) return this.#insert(insert.dataset.insert ?? "");
        const wrap = /** @type {HTMLElement | null} */ (target.closest("[data-wrap]"));
        if (wrap) return this.#wrap(wrap.dataset.wrap ?? "");
        const emoji = /** @type {HTMLElement | null} */ (target.closest("[data-emoji]"));
        if (emoji) return toggleEmoji(emoji, (chosen) => this.#put(chosen));
        const scheme = target.closest("[data-scheme]");
        if (scheme) return this.#shine(scheme);
        const size = /** @type {HTMLElement | null} */ (target.closest("[data-size]"));
        if (size) return this.#size(size);
        const act = /** @type {HTMLButtonElement | null} */ (target.closest('[name="act"]'));
        if (act) this.adding = /^(add:|card-add|app-add)/.exec(act.value)?.[0] ?? "";
    }

    /** What was typed or chosen before the scripts came was heard by nobody: it is saved, judged and sent up now. */
    #catchUp() {
        const files = /** @type {NodeListOf<HTMLInputElement>} */ (this.querySelectorAll("input[type=file]"));
        const chosen = [...files].find((field) => field.files?.length);
        if (chosen) return void chosen.dispatchEvent(new Event("change", { bubbles: true }));
        const fields = /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */ (
            this.querySelectorAll("textarea, input:not([type=hidden], [type=file], [type=checkbox], [type=radio])")
        );
        const typed = [...fields].find((field) => field.value !== field.defaultValue);
        typed?.dispatchEvent(new Event("input", { bubbles: true }));
    }

    /** A button that was pressed once is not pressed again by typing on. @param {{triggeringEvent?: Event, parameters: Record<string, string>}} detail */
    #asked(detail) {
        if (["input", "change"].includes(detail.triggeringEvent?.type ?? "")) delete detail.parameters.act;
    }

    /** A sample goes up as soon as it is chosen, after what was written before it is saved. @param {HTMLInputElement} field */
    #chosen(field) {
        if (field.type !== "file" || !field.files?.length) return this.#count();
        const words = /** @type {HTMLFormElement} */ (this.querySelector("#draft-form"));
        words.addEventListener("htmx:afterRequest", () => field.form?.requestSubmit(), { once: true });
    }

    /** The next free number, or a name if the text has names. @param {string} id */
    #insert(id) {
        const field = /** @type {HTMLTextAreaElement} */ (document.getElementById(id));
        const names = [...field.value.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((found) => found[1]);
        let next = 1;
        while (names.includes(String(next))) next += 1;
        const named = names.some((name) => !/^\d+$/.test(name));
        const before = field.value.slice(0, field.selectionStart ?? 0);
        const gap = before && !/\s$/.test(before) ? " " : "";
        this.#replace(field, `${gap}{{${named ? `name_${names.length + 1}` : next}}}`);
    }

    /** WhatsApp's marks around what is chosen. @param {string} mark */
    #wrap(mark) {
        const field = this.#text();
        const chosen = field.value.slice(field.selectionStart, field.selectionEnd);
        this.#replace(field, `${mark}${chosen}${mark}`);
        if (chosen) return;
        const inside = field.selectionStart - mark.length;
        field.setSelectionRange(inside, inside);
    }

    /** An emoji where the text's cursor is. @param {string} sign */
    #put(sign) {
        this.#replace(this.#text(), sign);
    }

    /** The text that was written in last: the body, or the words of a card. @returns {HTMLTextAreaElement} */
    #text() {
        const last = this.field?.isConnected && this.field.offsetParent ? this.field : null;
        return /** @type {HTMLTextAreaElement} */ (last ?? document.getElementById("draft-body"));
    }

    /** The preview with values as short or as long as real ones may be. @param {HTMLElement} chosen */
    #size(chosen) {
        for (const other of this.querySelectorAll("[data-size]")) other.setAttribute("aria-pressed", String(other === chosen));
        const field = /** @type {HTMLInputElement} */ (document.getElementById("draft-size"));
        field.value = chosen.dataset.size ?? "";
        field.dispatchEvent(new Event("change", { bubbles: true }));
    }

    /** The preview by day or by night, as customers have their phones. @param {Element} button */
    #shine(button) {
        const phone = /** @type {HTMLElement} */ (document.getElementById("draft-preview"));
        const isDark = phone.dataset.scheme !== "dark";
        phone.dataset.scheme = isDark ? "dark" : "light";
        button.setAttribute("aria-pressed", String(isDark));
    }

    /** @param {HTMLTextAreaElement} field @param {string} text */
    #replace(field, text) {
        field.focus();
        field.setRangeText(text, field.selectionStart ?? 0, field.selectionEnd ?? 0, "end");
        field.dispatchEvent(new Event("input", { bubbles: true }));
    }

    /** @param {HTMLElement} placed */
    #swapped(placed) {
        if (!LISTS.includes(placed?.id) && !placed?.id?.startsWith("samples-")) return;
        this.#count();
        if (!this.adding || !LISTS.includes(placed.id)) return;
        this.adding = "";
        const last = /** @type {HTMLElement | undefined} */ ([...document.querySelectorAll(`#${placed.id} :is(.desk__button, .desk__card)`)].at(-1));
        /** @type {HTMLElement | null | undefined} */ (last?.querySelector('input:not([type="hidden"], [type="file"]), textarea'))?.focus();
    }

    #count() {
        const isOffer = Boolean(this.querySelector('[name="kind"][value="OFFER"]:checked'));
        for (const count of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".desk__count"))) {
            const own = count.closest(".field")?.querySelector("input:not([type=hidden]), textarea");
            const field = /** @type {HTMLInputElement | null} */ (document.getElementById(count.dataset.of ?? "") ?? own);
            if (!field) continue;
            const length = [...field.value].length;
            const most = Number((isOffer && count.dataset.mostOffer) || count.dataset.most);
            count.textContent = `${length} / ${most}`;
            count.toggleAttribute("data-over", length > most);
        }
        for (const end of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".desk__end"))) {
            const address = /** @type {HTMLInputElement | null} */ (end.parentElement?.querySelector('[name$="button_url"]'));
            end.hidden = !address?.value.includes("{{");
        }
    }
}

customElements.define("draft-editor", DraftEditor);

/** Forms that ask before they do what cannot be undone. */
document.addEventListener("submit", (event) => {
    const words = /** @type {HTMLElement} */ (event.target).dataset.ask;
    if (words && !window.confirm(words)) event.preventDefault();
});
