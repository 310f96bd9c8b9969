/**
 * Names in notes: `@` offers colleagues who see the conversation; who is named gets a word, a mark on the row and a count,
 * until they open it.
 */
// @ts-check
import { offer, withdraw } from "offers";
import { get } from "server";
import { filled, say } from "words";

const SHOWN = 8;

/** @typedef {{id: number, name: string, initials: string, hue: number}} Colleague */

/** Conversations with a note that names this agent. @type {Set<number>} */
const named = new Set(JSON.parse(link()?.dataset.mentions || "[]"));
/** @type {Map<string, Promise<Colleague[]>>} */
const known = new Map();

/** @returns {HTMLElement | null} */
function link() {
    return document.querySelector(".list__mentions");
}

/** @param {number} conversation */
export const isMentioned = (conversation) => named.has(conversation);

/** The agent looks at it now. @param {number} conversation */
export function readMention(conversation) {
    if (named.delete(conversation)) show();
}

function show() {
    for (const count of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-mention-count]"))) {
        count.textContent = named.size || count.dataset.quiet === undefined ? String(named.size) : "";
    }
    const here = link();
    if (here) here.hidden = !named.size && !here.hasAttribute("aria-current");
    for (const row of document.querySelectorAll(".row")) mark(row);
}

/** @param {Element} row */
function mark(row) {
    row.toggleAttribute("data-mentioned", named.has(Number(row.id.replace("conversation-", ""))));
}

document.addEventListener("placed", (event) => {
    const row = /** @type {Element} */ (event.target);
    if (row.classList.contains("row")) mark(row);
});
document.addEventListener("htmx:afterSettle", () => show());
document.addEventListener("note", (event) => {
    const note = /** @type {CustomEvent} */ (event).detail;
    if (note.kind === "read") readMention(note.conversation);
    if (note.kind === "said") say(note.text);
    if (note.kind !== "mention") return;
    named.add(note.conversation);
    show();
    say(filled(link()?.dataset.words ?? "", note));
    const row = document.getElementById(`conversation-${note.conversation}`);
    row?.dispatchEvent(new CustomEvent("placed", { bubbles: true, detail: { old: row } })); // who is looking at it has read it
});
show();

// --- @ while writing a note ------------------------------------------------------------------------------

/** @param {import("composer").ReplyComposer} composer @returns {Promise<Colleague[]>} */
function colleagues(composer) {
    const url = composer.dataset.colleagues ?? "";
    let coming = known.get(url);
    if (!coming) {
        coming = get(url).then(async (response) => (response.ok ? (await response.json()).colleagues : []));
        coming.catch(() => known.delete(url));
        known.set(url, coming);
    }
    return coming;
}

document.addEventListener("typed", async (event) => {
    const composer = /** @type {import("composer").ReplyComposer} */ (event.target);
    const { text } = composer;
    const before = text.value.slice(0, text.selectionStart);
    const started = composer.isNote ? /(?:^|[^\p{L}\d])@([\p{L}\d.-]*(?: [\p{L}\d.-]*)?)$/u.exec(before) : null;
    if (!started) return withdraw("names");
    const wanted = started[1].toLocaleLowerCase();
    const all = await colleagues(composer).catch(() => []);
    if (text.value.slice(0, text.selectionStart) !== before) return; // one has typed on
    const fits = all.filter(({ name }) => ` ${name.toLocaleLowerCase()}`.includes(` ${wanted}`) && name.toLocaleLowerCase() !== wanted.trim());
    offer("names", composer, fits.slice(0, SHOWN).map(item), (chosen) => composer.insert(`@${chosen.dataset.name} `, started[1].length + 1));
});

/** @param {Colleague} colleague */
function item({ name, initials, hue }) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "menu__item", tabIndex: -1 });
    button.dataset.name = name;
    const face = Object.assign(document.createElement("span"), { className: `face face--small face--${hue}`, textContent: initials });
    button.append(face, name);
    return button;
}
