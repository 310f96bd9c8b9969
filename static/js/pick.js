/**
 * <bulk-bar>: conversations that are selected (a click, shift and a click, X, a long press, all in the view) and what is done to all of them. The
 * work is a job of the server's; its card in the tray tells how far it is, and takes it back.
 */
// @ts-check
import { bind } from "keys";
import { list } from "list";
import { parse, wake } from "place";
import { get, post } from "server";
import { filled, say } from "words";

const BOX = "input[data-pick]";

class BulkBar extends HTMLElement {
    /** @type {Set<string>} */ #picked = new Set();
    /** How many the view holds, when all of it is selected. */
    #all = 0;
    #last = "";
    /** Selecting has begun, nothing is selected yet: where there is no mouse to show the boxes. */
    #hasBegun = false;
    #hasMenus = false;
    #off = new AbortController();

    connectedCallback() {
        this.#off = new AbortController();
        const { signal } = this.#off;
        document.addEventListener("click", (event) => this.#click(event), { signal });
        document.addEventListener("submit", (event) => this.#submit(event), { signal, capture: true });
        document.addEventListener("change", (event) => this.#change(event), { signal });
        document.addEventListener("placed", (event) => this.#mark(/** @type {Element} */ (event.target)), { signal });
        document.addEventListener("htmx:afterSwap", (event) => this.#swapped(event), { signal });
        document.addEventListener("note", (event) => this.#note(/** @type {CustomEvent} */ (event).detail), { signal });
        this.#showTray();
    }

    disconnectedCallback() {
        this.#off.abort();
    }

    get dialog() {
        return /** @type {HTMLDialogElement} */ (document.getElementById("bulk-message"));
    }

    get tray() {
        return /** @type {HTMLElement} */ (document.getElementById("bulk-jobs"));
    }

    get isPicking() {
        return this.#hasBegun || this.#all > 0 || this.#picked.size > 0;
    }

    /** The list's own query: what “all in this view” means. */
    get #view() {
        return new URL(list()?.dataset.counts ?? "", location.href).searchParams.toString();
    }

    /** @param {HTMLElement | null | undefined} row */
    toggle(row) {
        const box = /** @type {HTMLInputElement | null | undefined} */ (row?.querySelector(BOX));
        if (!box) return;
        box.checked = !box.checked;
        this.#pick(box, false);
    }

    begin() {
        this.#hasBegun = true;
        this.#show();
    }

    clear() {
        this.#hasBegun = false;
        this.#picked.clear();
        this.#all = 0;
        this.#show();
    }

    /** @param {HTMLInputElement} box @param {boolean} isRange */
    #pick(box, isRange) {
        const id = box.dataset.pick ?? "";
        const boxes = (list()?.rows ?? []).map((row) => /** @type {HTMLInputElement | null} */ (row.querySelector(BOX))).filter((one) => one !== null);
        if (this.#all) {
            this.#all = 0; // from here on those that are shown, without this one
            for (const one of boxes) this.#picked.add(one.dataset.pick ?? "");
        }
        const from = boxes.findIndex((one) => one.dataset.pick === this.#last);
        const to = boxes.indexOf(box);
        const meant = isRange && from >= 0 && to >= 0 ? boxes.slice(Math.min(from, to), Math.max(from, to) + 1) : [box];
        for (const one of meant) this.#picked[box.checked ? "add" : "delete"](one.dataset.pick ?? "");
        this.#last = id;
        this.#show();
    }

    #show() {
        this.hidden = !this.isPicking;
        list()?.toggleAttribute("data-picking", this.isPicking);
        for (const row of list()?.rows ?? []) this.#mark(row);
        const count = /** @type {HTMLElement} */ (this.querySelector(".bulk__count"));
        const { picked = "", all = "" } = this.dataset;
        count.textContent = this.#all ? filled(all, { n: this.#all }) : filled(picked, { n: this.#picked.size });
        /** @type {HTMLElement} */ (this.querySelector("[data-pick-all]")).hidden = this.#all > 0;
        /** @type {HTMLElement} */ (this.querySelector("#bulk-acts")).inert = !this.#all && !this.#picked.size;
        if (this.isPicking && !this.#hasMenus) this.#loadMenus();
    }

    /** A row that came by the line, or with another page, is selected as before. @param {Element} row */
    #mark(row) {
        const box = /** @type {HTMLInputElement | null} */ (row.querySelector(BOX));
        if (!box) return;
        box.checked = this.#all > 0 || this.#picked.has(box.dataset.pick ?? "");
        row.toggleAttribute("data-picked", box.checked);
    }

    async #loadMenus() {
        this.#hasMenus = true;
        const answer = await get(this.dataset.menus ?? "").catch(() => null);
        this.#hasMenus = Boolean(answer?.ok);
        const box = /** @type {HTMLElement} */ (this.querySelector("#bulk-acts"));
        if (!answer?.ok) return;
        box.innerHTML = await answer.text();
        wake(box);
    }

    async #pickAll() {
        const answer = await post(this.dataset.count ?? "", { is_view: "1", view: this.#view }).catch(() => null);
        if (!answer?.ok) return say(document.body.dataset.failed ?? "", { bad: true });
        this.#all = (await answer.json()).count;
        this.#picked.clear();
        this.#show();
    }

    /** What is selected, as fields. @param {FormData} fields */
    #whom(fields) {
        fields.set("ids", this.#all ? "" : [...this.#picked].join(","));
        fields.set("view", this.#all ? this.#view : "");
        if (this.#all) fields.set("is_view", "1");
        return fields;
    }

    /** @param {MouseEvent} event */
    #click(event) {
        const target = event.target instanceof Element ? event.target : null;
        const box = target?.closest(BOX);
        if (box instanceof HTMLInputElement) return this.#pick(box, event.shiftKey);
        const button = target?.closest("button");
        if (!button) return;
        const { dataset } = button;
        if (dataset.pickBegin !== undefined) this.begin();
        else if (dataset.pickAll !== undefined) this.#pickAll();
        else if (dataset.pickNone !== undefined) this.clear();
        else if (dataset.bulkMessage !== undefined) this.#openMessage();
        else if (dataset.closeDialog !== undefined) this.dialog.close();
        else if (dataset.trayClose !== undefined) this.#put(/** @type {HTMLElement} */ (button.closest("[data-job]")));
    }

    /** @param {SubmitEvent} event */
    async #submit(event) {
        const form = /** @type {HTMLFormElement} */ (event.target);
        const { bulk: act } = form.dataset;
        if (act === undefined && form.dataset.trayAct === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        if (act === undefined) return this.#ask(form.action, new FormData(form), form.closest("li"));
        const fields = this.#whom(new FormData(form, event.submitter));
        fields.set("act", act);
        form.closest("details")?.removeAttribute("open");
        if (!(await this.#ask(this.dataset.url ?? "", fields))) return;
        this.dialog.close();
        this.clear();
    }

    /** Ask for a job, or something of one; its card goes to the tray. @param {string} url @param {FormData} fields @param {Element | null} [old] */
    async #ask(url, fields, old = null) {
        const answer = await post(url, fields).catch(() => null);
        if (!answer) say(document.body.dataset.offline ?? "", { bad: true });
        const html = answer ? await answer.text() : "";
        if (answer && !answer.ok) say(parse(html).querySelector("p")?.textContent?.trim() || (document.body.dataset.failed ?? ""), { bad: true });
        if (!answer?.ok) return false;
        const card = /** @type {HTMLElement | null} */ (parse(html).querySelector("[data-job]"));
        if (!card) return false;
        (document.getElementById(card.id) ?? old)?.remove();
        this.tray.prepend(card);
        wake(card);
        return true;
    }

    /** Away with a card; it does not come back with the next page. @param {HTMLElement} card */
    #put(card) {
        sessionStorage.setItem(`closed:${card.dataset.job}`, "1");
        card.remove();
    }

    async #showTray() {
        const answer = await get(this.tray.dataset.url ?? "").catch(() => null);
        if (!answer?.ok || answer.redirected) return; // the next act shows it
        this.tray.innerHTML = await answer.text();
        for (const card of [...this.tray.children]) if (sessionStorage.getItem(`closed:${/** @type {HTMLElement} */ (card).dataset.job}`)) card.remove();
        wake(this.tray);
    }

    /** @param {{kind?: string, what?: string, key?: string}} note */
    #note(note) {
        if (note.kind !== "job" || note.what !== "bulk") return;
        /** @type {any} */ (window).htmx?.trigger(document.getElementById(`bulk-${note.key}`) ?? this, "moved");
    }

    /** @param {Event} event */
    #swapped(event) {
        const { target } = /** @type {CustomEvent} */ (event).detail;
        if (target?.id === "list") this.clear(); // another view
        else if (this.isPicking && target?.closest?.("#conversation-rows")) this.#show();
    }

    // --- a template to many ---

    /** @param {FormData} [fields] what is filled in already */
    async #openMessage(fields = new FormData()) {
        const answer = await post(this.dataset.message ?? "", this.#whom(fields)).catch(() => null);
        if (!answer?.ok) return say(document.body.dataset.failed ?? "", { bad: true });
        this.dialog.innerHTML = await answer.text();
        wake(this.dialog);
        if (!this.dialog.open) this.dialog.showModal();
    }

    /** @param {Event} event */
    #change(event) {
        const field = event.target instanceof HTMLElement && event.target.matches("[data-bulk-template], [data-bulk-find]") ? event.target : null;
        const form = field?.closest("form");
        if (form) this.#openMessage(new FormData(form));
    }
}

customElements.define("bulk-bar", BulkBar);

/** @returns {BulkBar | null} */
export const bar = () => document.querySelector("bulk-bar");

bind("X", () => {
    const row = list()?.chosen ?? list()?.current;
    if (!row) return false;
    bar()?.toggle(row);
});
