/**
 * The template picker: one dialog for the page, its inside is the server's. Search, arrows, Enter; a list that is whole is
 * searched here, a longer one by the server. The form of a template comes when it is chosen; its variables are seen in
 * their places while one types; sending shows the bubble at once like any other message.
 */
// @ts-check
import { costOf } from "cost";
import { sendLater } from "later";
import { parse, wake } from "place";
import { get, post, withQuery } from "server";
import { say } from "words";

/** @type {HTMLDialogElement | null} */ let dialog = null;
/** @type {import("composer").ReplyComposer | null} */ let composer = null;
let category = "";
let asking = new AbortController();
let pause = 0;
const PAUSE_MS = 150;

/** @param {import("composer").ReplyComposer} forComposer */
export async function openPicker(forComposer) {
    composer = forComposer;
    const title = composer.querySelector("[data-template][title]")?.getAttribute("title") ?? "";
    const box = dialog ?? makeDialog();
    box.setAttribute("aria-label", title);
    box.replaceChildren(Object.assign(document.createElement("span"), { className: "skeleton" }));
    if (!box.open) box.showModal();
    try {
        const response = await get(composer.dataset.templates ?? "");
        if (!response.ok || response.redirected) throw new Error(`templates: ${response.status}`);
        box.replaceChildren(parse(await response.text()));
        wake(box);
        category = "";
        choose(options()[0]);
        find()?.focus();
        for (const slot of parts("[data-cost-of]")) price(slot, { category: slot.dataset.costOf ?? "", short: "1" });
    } catch {
        box.close();
        say(document.body.dataset.offline ?? "", { bad: true });
    }
}

function makeDialog() {
    dialog = Object.assign(document.createElement("dialog"), { className: "dialog picker" });
    dialog.addEventListener("input", (event) => typed(/** @type {HTMLInputElement} */ (event.target)));
    dialog.addEventListener("keydown", key);
    dialog.addEventListener("click", clicked);
    dialog.addEventListener("submit", submitted);
    dialog.addEventListener("close", () => composer?.text.focus());
    document.body.append(dialog);
    return dialog;
}

const find = () => /** @type {HTMLInputElement | null} */ (part("[data-picker-search]"));
const options = () => parts('[role="option"]:not([hidden])');
const chosen = () => part('[role="option"][aria-selected="true"]');
/** @param {string} selector */ const part = (selector) => /** @type {HTMLElement | null} */ (dialog?.querySelector(selector) ?? null);
/** @param {string} selector */ const parts = (selector) => /** @type {HTMLElement[]} */ ([...(dialog?.querySelectorAll(selector) ?? [])]);

/** @param {HTMLElement | undefined} option */
function choose(option) {
    chosen()?.removeAttribute("aria-selected");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
}

/** @param {HTMLInputElement} field */
function typed(field) {
    if (field === find()) filter();
    else if (field.dataset.fills) fill(field);
}

/** By words and category. What the list does not hold, the server is asked for. */
function filter() {
    const words = find()?.value.toLocaleLowerCase().trim() ?? "";
    const list = part(".picker__list");
    clearTimeout(pause);
    asking.abort();
    if (list && !list.matches("[data-whole]")) {
        pause = setTimeout(() => ask(words), PAUSE_MS);
        return;
    }
    const wanted = words.split(/\s+/).filter(Boolean);
    for (const option of parts('[role="option"]')) {
        const fits = !category || option.dataset.category === category;
        option.hidden = !fits || !wanted.every((word) => option.dataset.search?.includes(word));
    }
    settle();
}

/** Headings without options go; so do the words for nothing found. */
function settle() {
    for (const heading of parts(".picker__group")) {
        let next = heading.nextElementSibling;
        while (next instanceof HTMLElement && next.matches("[hidden][role=option]")) next = next.nextElementSibling;
        heading.hidden = !next?.matches("[role=option]");
    }
    choose(options()[0]);
    const none = part(".picker__none");
    if (none) none.hidden = options().length > 0;
}

/** @param {string} words */
async function ask(words) {
    const { signal } = (asking = new AbortController());
    const url = withQuery(composer?.dataset.templates ?? "", { list: "", q: words, category });
    const response = await get(url, signal).catch(() => null);
    const html = response?.ok && !response.redirected ? await response.text().catch(() => "") : "";
    const results = part("[data-picker-results]");
    if (!html || !results || signal.aborted) return;
    const page = parse(html);
    // A list that was cut stays one that the server is asked for, whatever words have left of it.
    page.querySelector("[data-whole]")?.removeAttribute("data-whole");
    results.replaceChildren(page);
    settle();
}

/** What is typed stands in the preview at once. @param {HTMLInputElement} field */
function fill(field) {
    for (const slot of /** @type {NodeListOf<HTMLElement>} */ (field.form?.querySelectorAll("[data-var]") ?? [])) {
        if (slot.dataset.var === field.dataset.fills) slot.textContent = field.value || (slot.dataset.empty ?? "");
    }
}

/** @param {KeyboardEvent} event */
function key(event) {
    if (event.target !== find() || event.isComposing) return;
    const shown = options();
    const at = shown.indexOf(/** @type {HTMLElement} */ (chosen()));
    if (event.key === "ArrowDown") choose(shown[Math.min(at + 1, shown.length - 1)]);
    else if (event.key === "ArrowUp") choose(shown[Math.max(at - 1, 0)]);
    else if (event.key === "Enter") show(chosen());
    else return;
    event.preventDefault();
}

/** @param {MouseEvent} event */
function clicked(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target === dialog || target.closest("[data-close]")) return dialog?.close();
    if (target.closest("[data-picker-back]")) return back();
    const kind = /** @type {HTMLElement | null} */ (target.closest("[data-picker-category]"));
    if (kind) return narrow(kind);
    const star = /** @type {HTMLElement | null} */ (target.closest("[data-star]"));
    if (star) return void favour(star);
    const option = /** @type {HTMLElement | null} */ (target.closest('[role="option"]'));
    if (option) show(option);
}

/** @param {HTMLElement} kind */
function narrow(kind) {
    category = kind.dataset.pickerCategory ?? "";
    for (const other of parts("[data-picker-category]")) other.setAttribute("aria-pressed", String(other === kind));
    filter();
    find()?.focus();
}

/** @param {HTMLElement} star */
async function favour(star) {
    const on = star.getAttribute("aria-pressed") !== "true";
    star.setAttribute("aria-pressed", String(on));
    const answer = await post(star.dataset.star ?? "", { on: on ? "1" : "" }).catch(() => null);
    if (answer?.ok) return;
    star.setAttribute("aria-pressed", String(!on));
    say(document.body.dataset.offline ?? "", { bad: true });
}

/** The form of one template. @param {HTMLElement | null} option */
async function show(option) {
    const box = part("[data-picker-one]");
    if (!option || !box) return;
    swap(box, true);
    box.replaceChildren(Object.assign(document.createElement("span"), { className: "skeleton" }));
    const response = await get(option.dataset.url ?? "").catch(() => null);
    if (box.hidden) return; // gone back meanwhile
    if (!response?.ok || response.redirected) {
        back();
        return say((response ? document.body.dataset.failed : document.body.dataset.offline) ?? "", { bad: true });
    }
    box.replaceChildren(parse(await response.text()));
    wake(box);
    const form = /** @type {HTMLFormElement | null} */ (box.querySelector(".picker__form"));
    const template = /** @type {HTMLInputElement | null} */ (form?.querySelector("[name=template]") ?? null)?.value;
    if (template) price(form?.querySelector("[data-cost]") ?? null, { template });
    const fields = /** @type {HTMLInputElement[]} */ ([...(form?.querySelectorAll("input:not([type=hidden])") ?? [])]);
    const first = fields.find((field) => !field.value) ?? form?.querySelector("button:not([type])");
    /** @type {HTMLElement | null | undefined} */ (first)?.focus();
}

function back() {
    const box = part("[data-picker-one]");
    if (!box) return;
    box.replaceChildren();
    swap(box, false);
    find()?.focus();
}

/** @param {HTMLElement} box @param {boolean} isOne */
function swap(box, isOne) {
    box.hidden = !isOne;
    for (const other of parts(".picker__find, .picker__kinds, .picker__results")) other.hidden = isOne;
}

/** What it would cost here, where somebody keeps the books. @param {Element | null} slot @param {Record<string, string>} what */
async function price(slot, what) {
    const url = /** @type {HTMLElement | null} */ (composer?.querySelector("next-cost") ?? null)?.dataset.url;
    if (!slot || !url || slot.childNodes.length) return;
    const words = await costOf(url, { kind: "template", ...what });
    if (words) slot.replaceChildren(words);
}

/** @param {SubmitEvent} event */
function submitted(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.classList.contains("picker__form")) return;
    event.preventDefault();
    const data = new FormData(form);
    const upload = data.get("file");
    data.delete("file");
    const preview = document.createElement("div");
    preview.append(...[...(form.querySelector(".bubble--preview")?.cloneNode(true).childNodes ?? [])]);
    const file = upload instanceof File && upload.size ? upload : null;
    const fields = /** @type {Record<string, string>} */ (Object.fromEntries(data));
    if (composer && event.submitter?.matches("[data-picker-later]")) {
        sendLater(composer, [{ fields, file }], preview, () => {});
        return dialog?.close();
    }
    composer?.sendTemplate(fields, preview, file);
    dialog?.close();
}
