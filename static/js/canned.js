/** Quick replies: `/` at the start of the composer finds one by its shortcode or its words. What is not filled in is not sent. */
// @ts-check
import { offer, withdraw } from "offers";
import { get } from "server";
import { openSpecial } from "special";
import { filled, say } from "words";

const SHOWN = 8;
const FRESH_MS = 60_000;
const VARIABLE = /\{\{\s*[^\s{}][^{}]{0,60}?\s*\}\}/u;

/** @typedef {{id: number, code: string, text: string, used: number, buttons: string[], file: {url: string, name: string, type: string} | null}} Reply */

/** @type {Map<string, {at: number, coming: Promise<Reply[]>}>} */
const known = new Map();

/** @param {string} url @returns {Promise<Reply[]>} */
function replies(url) {
    const kept = known.get(url);
    if (kept && Date.now() - kept.at < FRESH_MS) return kept.coming;
    const coming = get(url).then(async (response) => (response.ok ? (await response.json()).replies : []));
    coming.catch(() => known.delete(url));
    known.set(url, { at: Date.now(), coming });
    return coming;
}

document.addEventListener("typed", async (event) => {
    const composer = /** @type {import("composer").ReplyComposer} */ (event.target);
    const { text } = composer;
    const before = text.value.slice(0, text.selectionStart);
    const started = composer.isNote ? null : /^\/([^\n/]{0,40})$/u.exec(before);
    if (!text.value) delete composer.dataset.canned;
    if (!started) return withdraw("canned");
    const all = await replies(composer.dataset.replies ?? "").catch(() => []);
    if (text.value.slice(0, text.selectionStart) !== before) return; // one has typed on
    offer("canned", composer, found(all, started[1]).map(item), (chosen) => take(composer, all, Number(chosen.dataset.reply), before.length));
});

/** The shortcode's beginning first, then its middle, then the words. @param {Reply[]} all @param {string} typed */
function found(all, typed) {
    const wanted = typed.toLocaleLowerCase().trim();
    const rank = (/** @type {Reply} */ { code, text }) => {
        const at = code.toLocaleLowerCase().indexOf(wanted);
        return at === 0 ? 0 : at > 0 ? 1 : text.toLocaleLowerCase().includes(wanted) ? 2 : 3;
    };
    return all.map((reply) => ({ reply, at: rank(reply) })).filter(({ at }) => at < 3).sort((a, b) => a.at - b.at).slice(0, SHOWN).map(({ reply }) => reply);
}

/** @param {Reply} reply */
function item({ id, code, text }) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "menu__item offers__reply", tabIndex: -1 });
    button.dataset.reply = String(id);
    button.append(Object.assign(document.createElement("strong"), { textContent: `/${code}` }), " ", Object.assign(document.createElement("span"), { className: "muted", textContent: text }));
    return button;
}

/** @param {import("composer").ReplyComposer} composer @param {Reply[]} all @param {number} id @param {number} back */
function take(composer, all, id, back) {
    const reply = all.find((one) => one.id === id);
    if (!reply) return;
    composer.insert("", back);
    const blanks = [...new Set(reply.text.match(new RegExp(VARIABLE.source, "gu")) ?? [])];
    if (blanks.length) fillIn(composer, reply, blanks);
    else put(composer, reply, reply.text);
}

/** The words into the composer, the file above them; with buttons, the form that shows them. @param {import("composer").ReplyComposer} composer @param {Reply} reply @param {string} text */
async function put(composer, reply, text) {
    composer.dataset.canned = String(reply.id);
    if (reply.buttons.length) return openSpecial(composer, "buttons", { body: text, choices: reply.buttons });
    composer.insert(text);
    composer.dataset.canned = String(reply.id);
    showUnfilled(composer);
    if (!reply.file) return;
    const { url, name, type } = reply.file;
    const response = await get(url).catch(() => null);
    if (response?.ok) composer.staging.add([new File([await response.blob()], name, { type })]);
    else say((response ? document.body.dataset.failed : document.body.dataset.offline) ?? "", { bad: true });
}

/** A question for each variable that nobody can know; unanswered ones stay as they are. @param {import("composer").ReplyComposer} composer @param {Reply} reply @param {string[]} blanks */
function fillIn(composer, reply, blanks) {
    const template = /** @type {HTMLTemplateElement} */ (composer.querySelector("template[data-fill-in]"));
    const dialog = /** @type {HTMLDialogElement} */ (template.content.firstElementChild?.cloneNode(true));
    const shown = /** @type {HTMLElement} */ (dialog.querySelector("[data-shown]"));
    const fields = blanks.map((blank) => {
        const name = blank.replace(/[{}]/g, "").trim();
        const field = Object.assign(document.createElement("input"), { className: "input", required: true, maxLength: 1000 });
        const label = Object.assign(document.createElement("label"), { className: "field" });
        label.append(Object.assign(document.createElement("span"), { className: "field__label", textContent: name }), field);
        dialog.querySelector("[data-blanks]")?.append(label);
        return { blank, field };
    });
    const text = () => fields.reduce((words, { blank, field }) => words.replaceAll(blank, () => field.value.trim() || blank), reply.text);
    const show = () => (shown.textContent = text());
    dialog.addEventListener("input", show);
    dialog.addEventListener("click", (event) => /** @type {Element} */ (event.target).closest("[data-close]") && dialog.close());
    dialog.addEventListener("submit", (event) => {
        event.preventDefault();
        event.stopPropagation();
        dialog.dataset.done = "";
        dialog.close();
    });
    dialog.addEventListener("close", () => {
        dialog.remove();
        composer.text.focus();
        if (dialog.dataset.done !== undefined) put(composer, reply, text());
    });
    fields[0].field.autofocus = true;
    document.body.append(dialog);
    show();
    dialog.showModal();
}

/** Select what is not filled in. @param {import("composer").ReplyComposer} composer */
function showUnfilled(composer) {
    const left = VARIABLE.exec(composer.text.value);
    if (left) composer.text.setSelectionRange(left.index, left.index + left[0].length);
    return left?.[0] ?? "";
}

// Before the composer takes it: a reply with {{order}} in it goes to nobody.
document.addEventListener("submit", (event) => {
    const composer = /** @type {import("composer").ReplyComposer | null} */ (/** @type {Element} */ (event.target).closest("reply-composer"));
    const left = composer && !composer.isNote ? showUnfilled(composer) : "";
    if (!composer || !left) return;
    event.preventDefault();
    event.stopPropagation();
    composer.text.focus();
    say(filled(composer.dataset.unfilled ?? "", { variable: left }), { bad: true });
}, { capture: true });
