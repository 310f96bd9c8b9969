/** Quick replies: `/` at the start of the composer finds one by its shortcode or its words. What is not filled in is not sent. */
// @ts-check
import { offer, withdraw } from "offers";
import { get } from "server";
import { filled, say } from "words";

const SHOWN = 8;
const FRESH_MS = 60_000;
const VARIABLE = /\{\{\s*[^\s{}][^{}]{0,60}?\s*\}\}/u;

/** @typedef {{id: number, code: string, text: string}} Reply */

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
    composer.dataset.canned = String(id);
    composer.insert(reply.text, back);
    showUnfilled(composer);
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
