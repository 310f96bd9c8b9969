/**
 * The template picker: one dialog for the page, its inside is the server's. Search, arrows, Enter; the variables are seen in
 * their places while one types; sending shows the bubble at once like any other message.
 */
// @ts-check
import { costOf } from "cost";
import { sendLater } from "later";
import { parse, wake } from "place";
import { get } from "server";
import { say } from "words";

/** @type {HTMLDialogElement | null} */ let dialog = null;
/** @type {import("composer").ReplyComposer | null} */ let composer = null;

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
        choose(options()[0]);
        find()?.focus();
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

const find = () => /** @type {HTMLInputElement | null} */ (dialog?.querySelector("[data-picker-search]") ?? null);
const options = () => /** @type {HTMLElement[]} */ ([...(dialog?.querySelectorAll('[role="option"]:not([hidden])') ?? [])]);
const chosen = () => /** @type {HTMLElement | null} */ (dialog?.querySelector('[role="option"][aria-selected="true"]') ?? null);

/** @param {HTMLElement | undefined} option */
function choose(option) {
    chosen()?.removeAttribute("aria-selected");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
}

/** @param {HTMLInputElement} field */
function typed(field) {
    if (field === find()) filter(field.value);
    else if (field.dataset.fills) fill(field);
}

/** @param {string} words */
function filter(words) {
    const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    for (const option of /** @type {NodeListOf<HTMLElement>} */ (dialog?.querySelectorAll('[role="option"]') ?? [])) {
        option.hidden = !wanted.every((word) => option.dataset.search?.includes(word));
    }
    choose(options()[0]);
    const none = /** @type {HTMLElement | null} */ (dialog?.querySelector(".picker__none") ?? null);
    if (none) none.hidden = options().length > 0;
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
    if (target === dialog || target.closest("[data-close]")) return dialog.close();
    if (target.closest("[data-picker-back]")) return show(null);
    const option = /** @type {HTMLElement | null} */ (target.closest('[role="option"]'));
    if (option) show(option);
}

/** The form of one template, or the list again. @param {HTMLElement | null} option */
function show(option) {
    const form = option && dialog?.querySelector(`#${option.dataset.choice}`);
    for (const other of /** @type {NodeListOf<HTMLElement>} */ (dialog?.querySelectorAll(".picker__form") ?? [])) other.hidden = other !== form;
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (dialog?.querySelectorAll(".picker__find, .picker__list") ?? [])) part.hidden = Boolean(form);
    if (form) price(/** @type {HTMLElement} */ (form));
    const fields = /** @type {HTMLInputElement[]} */ ([...(form?.querySelectorAll("input:not([type=hidden])") ?? [])]);
    const first = fields.find((field) => !field.value) ?? form?.querySelector("button:not([type])");
    /** @type {HTMLElement | null} */ (form ? first : find())?.focus();
}

/** What this template would cost here, where somebody keeps the books. @param {HTMLElement} form */
async function price(form) {
    const slot = form.querySelector("[data-cost]");
    const url = /** @type {HTMLElement | null} */ (composer?.querySelector("next-cost") ?? null)?.dataset.url;
    const template = /** @type {HTMLInputElement | null} */ (form.querySelector("[name=template]"))?.value;
    if (!slot || !url || !template || slot.childNodes.length) return;
    const words = await costOf(url, { kind: "template", template });
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
