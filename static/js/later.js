/**
 * Send later: a dialog that asks when, in words or by the browser's own field, and for the template that goes out if the
 * reply window is closed by then. What stands in the composer leaves it only when the server has it.
 */
// @ts-check
import { upload } from "files";
import { parse, place, wake } from "place";
import { get, post } from "server";
import { openSpecial } from "special";
import { say } from "words";

/** One message: its fields, and a file that is not uploaded yet. @typedef {{fields: Record<string, string>, file?: File | null}} Part */

/** @type {HTMLDialogElement | null} */ let dialog = null;
/** @type {Part[]} */ let parts = [];
/** @type {() => void} */ let whenKept = () => {};
/** Whose message it is. @type {import("composer").ReplyComposer | null} */ let author = null;

/**
 * @param {import("composer").ReplyComposer} composer @param {Part[]} what @param {Node | string} shown how it will look
 * @param {() => void} kept called when the server has it
 */
export async function sendLater(composer, what, shown, kept) {
    parts = what;
    whenKept = kept;
    author = composer;
    const isTemplate = what.some(({ fields }) => fields.template);
    const box = await open(`${composer.dataset.scheduled ?? ""}${isTemplate ? "?template" : ""}`);
    box?.querySelector("[data-later-what]")?.append(shown);
}

/** @param {string} url */
async function open(url) {
    const response = await get(url).catch(() => null);
    if (!response?.ok || response.redirected) {
        say((response ? document.body.dataset.failed : document.body.dataset.offline) ?? "", { bad: true });
        return null;
    }
    const box = dialog ?? make();
    box.replaceChildren(parse(await response.text()));
    wake(box);
    box.setAttribute("aria-label", box.querySelector("h2")?.textContent ?? "");
    box.showModal();
    /** @type {HTMLInputElement | null} */ (box.querySelector("[name=typed]"))?.focus();
    return box;
}

function make() {
    dialog = Object.assign(document.createElement("dialog"), { className: "dialog" });
    dialog.addEventListener("click", clicked);
    dialog.addEventListener("change", changed);
    dialog.addEventListener("submit", submitted);
    document.body.append(dialog);
    return dialog;
}

/** @param {string} words */
function when(words) {
    const field = /** @type {HTMLInputElement | null} */ (dialog?.querySelector("[name=typed]") ?? null);
    if (!field) return;
    field.value = words;
    field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {MouseEvent} event */
function clicked(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const moment = /** @type {HTMLElement | null} */ (target.closest("[data-moment]"));
    const change = /** @type {HTMLElement | null} */ (target.closest("[data-later-change]"));
    if (moment) when(moment.dataset.moment ?? "");
    else if (change) rewrite(change);
    else if (target.closest("[data-later-unquote]")) target.closest(".later__quote")?.remove();
    else if (target === dialog || target.closest("[data-close]")) dialog?.close();
}

/** Buttons, a place, a card: in the form they were made in. @param {HTMLElement} button */
function rewrite(button) {
    if (!author) return;
    openSpecial(author, button.dataset.laterChange ?? "", JSON.parse(button.dataset.written || "{}"), (said, preview) => {
        parts = [{ fields: { special: JSON.stringify(said) } }];
        const { cards, ...rest } = said;
        button.dataset.written = JSON.stringify(cards ? { ...cards[0], type: said.type } : rest);
        dialog?.querySelector("[data-later-what]")?.replaceChildren(...preview.childNodes);
    });
}

/** @param {Event} event */
function changed(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const [file] = field.files ?? [];
    if (file && field.matches("[data-later-file]")) {
        parts = [{ fields: {}, file }];
        const name = dialog?.querySelector("[data-later-name]");
        if (name) name.textContent = file.name;
    }
    if (field.matches("[data-moment-picker]") && field.value) when(field.value.replace("T", " "));
}

/** @param {SubmitEvent} event */
async function submitted(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const button = /** @type {HTMLButtonElement | null} */ (form.querySelector(".button--main"));
    if (button) button.disabled = true;
    try {
        const common = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
        for (const part of parts.length ? [...parts] : [{ fields: {} }]) {
            if (!(await keep(form, common, part))) return;
            parts = parts.filter((other) => other !== part);
        }
        whenKept();
        dialog?.close();
    } catch (problem) {
        tell((problem instanceof Error && problem.message) || document.body.dataset.offline || "");
    } finally {
        if (button) button.disabled = false;
    }
}

/** @param {HTMLFormElement} form @param {Record<string, string>} common @param {Part} part */
async function keep(form, common, part) {
    if (part.file) {
        part.fields.file = (await upload(author?.dataset.files ?? "", part.file, () => {})).key;
        part.file = null;
    }
    part.fields.token ??= crypto.randomUUID();
    const response = await post(form.action, { ...common, ...part.fields });
    const html = await response.text();
    if (response.ok) place(html);
    else tell(parse(html).querySelector("p")?.textContent?.trim() || document.body.dataset.failed || "");
    return response.ok;
}

/** @param {string} words */
function tell(words) {
    const line = /** @type {HTMLElement | null} */ (dialog?.querySelector(".later__problem") ?? null);
    if (!line) return;
    line.textContent = words;
    line.hidden = !words;
}

document.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-later-edit]"));
    if (!button) return;
    author = button.closest(".pane")?.querySelector("reply-composer") ?? null;
    parts = [];
    whenKept = () => {};
    open(button.dataset.laterEdit ?? "");
});
