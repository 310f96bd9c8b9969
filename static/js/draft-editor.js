/**
 * <draft-editor>: what the server cannot do while a template is written. Variables and marks at the cursor, characters counted, the
 * new button's label in focus. Saving, judging and the preview are the server's, by htmx.
 */
// @ts-check
import { toggleEmoji } from "emoji";

class DraftEditor extends HTMLElement {
    connectedCallback() {
        this.addEventListener("click", this);
        this.addEventListener("input", this);
        this.addEventListener("change", this);
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
        const act = /** @type {HTMLButtonElement | null} */ (target.closest('[name="act"]'));
        if (act) this.adding = act.value.startsWith("add:");
    }

    /** What was typed before the scripts came was heard by nobody: it is saved and judged now. */
    #catchUp() {
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

    /** A sample goes up as soon as it is chosen. @param {HTMLInputElement} field */
    #chosen(field) {
        if (field.type === "file" && field.files?.length) field.form?.requestSubmit();
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
        const field = /** @type {HTMLTextAreaElement} */ (document.getElementById("draft-body"));
        const chosen = field.value.slice(field.selectionStart, field.selectionEnd);
        this.#replace(field, `${mark}${chosen}${mark}`);
        if (!chosen) field.setSelectionRange(field.selectionStart - 1, field.selectionStart - 1);
    }

    /** An emoji where the text's cursor is. @param {string} sign */
    #put(sign) {
        this.#replace(/** @type {HTMLTextAreaElement} */ (document.getElementById("draft-body")), sign);
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
        if (placed?.id !== "draft-buttons" && !placed?.id?.startsWith("samples-")) return;
        this.#count();
        if (!this.adding) return;
        this.adding = false;
        const last = /** @type {HTMLElement | null} */ (this.querySelector(".desk__button:last-child"));
        /** @type {HTMLElement | null | undefined} */ (last?.querySelector('input:not([type="hidden"])'))?.focus();
    }

    #count() {
        for (const count of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".desk__count"))) {
            const own = count.closest(".field")?.querySelector("input:not([type=hidden]), textarea");
            const field = /** @type {HTMLInputElement | null} */ (document.getElementById(count.dataset.of ?? "") ?? own);
            if (!field) continue;
            const length = [...field.value].length;
            const most = Number(count.dataset.most);
            count.textContent = `${length} / ${most}`;
            count.toggleAttribute("data-over", length > most);
        }
        for (const end of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".desk__end"))) {
            const address = /** @type {HTMLInputElement | null} */ (end.parentElement?.querySelector('[name="button_url"]'));
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
