/**
 * Who else is here: faces in the header and in the list, “Boris is typing…”. What a browser says is forgotten after some
 * seconds, so a closed lid leaves no ghost; it is said late and taken back late, so passing by does not flicker.
 */
// @ts-check
import { deck } from "deck";
import { post } from "server";
import { filled } from "words";

const TICK_MS = 700;
const AGAIN_MS = 7000; // how often a browser says that it still looks
const TYPES_MS = 3000; // and at most that it types
const LIFE_MS = 10_000;
const TYPING_LIFE_MS = 5000;
const LINGER_MS = 1500;
const PHONE = matchMedia("(width <= 720px)");
const me = Number(document.body.dataset.agent || 0);
const names = new Intl.ListFormat(document.documentElement.lang || "en", { type: "conjunction" });

/** @typedef {{agent: number, name: string, initials: string, hue: number, until: number, typesUntil: number}} Person */

/** By conversation, then by agent. @type {Map<number, Map<number, Person>>} */
const here = new Map();

// --- what we say -----------------------------------------------------------------------------------------

let looking = 0; // the conversation in front at the last tick
let told = 0; // the one that colleagues know of
let toldAt = 0;
let typedAt = 0;

function inFront() {
    const pane = deck()?.current;
    const isShown = !document.hidden && (!PHONE.matches || deck()?.frame?.dataset.pane === "thread");
    return pane && isShown ? Number(pane.dataset.conversation) : 0;
}

/** @param {number} conversation @param {"viewing" | "typing" | "gone"} doing @param {boolean} [isReply] words for the customer */
function tell(conversation, doing, isReply = false) {
    const url = deck()?.pane(conversation)?.dataset.url;
    if (url && navigator.onLine) post(`${url}presence/`, { doing, ...(isReply ? { reply: "1" } : {}) }).catch(() => null); // the next one will do
}

function look() {
    const now = inFront();
    const isStill = now === looking; // two ticks on the same one: not just passing by
    looking = now;
    if (told && told !== now) {
        tell(told, "gone");
        told = 0;
    }
    if (!now || !isStill || (told === now && Date.now() - toldAt < AGAIN_MS)) return;
    told = now;
    toldAt = Date.now();
    tell(now, "viewing");
}

document.addEventListener("typed", (event) => {
    const composer = /** @type {import("composer").ReplyComposer} */ (event.target);
    const conversation = Number(composer.dataset.conversation);
    if (!composer.text.value.trim() || conversation !== inFront() || Date.now() - typedAt < TYPES_MS) return;
    typedAt = toldAt = Date.now();
    told = conversation;
    tell(conversation, "typing", composer.takesFiles);
});

// --- what we hear ----------------------------------------------------------------------------------------

document.addEventListener("note", (event) => {
    const note = /** @type {CustomEvent} */ (event).detail;
    if (note.kind !== "here" || note.agent === me) return;
    const people = here.get(note.conversation) ?? new Map();
    const known = people.get(note.agent);
    const now = Date.now();
    if (note.doing === "gone") {
        if (known) Object.assign(known, { until: Math.min(known.until, now + LINGER_MS), typesUntil: 0 });
    } else {
        const typesUntil = note.doing === "typing" ? now + TYPING_LIFE_MS : (known?.typesUntil ?? 0);
        people.set(note.agent, { ...note, until: now + LIFE_MS, typesUntil });
        here.set(note.conversation, people);
        if (!known && told === note.conversation) tell(told, "viewing"); // so that who comes in knows of us at once
    }
    draw(note.conversation);
});

/** Their message is there: they type no more. */
document.addEventListener("placed", (event) => {
    const element = /** @type {HTMLElement} */ (event.target);
    const conversation = Number(/-(\d+)$/.exec(element.id)?.[1] ?? 0);
    if (element.matches(".message[data-author]")) {
        const at = Number(/** @type {HTMLElement | null} */ (element.closest(".pane"))?.dataset.conversation ?? 0);
        const writer = here.get(at)?.get(Number(element.dataset.author));
        if (writer?.typesUntil) {
            writer.typesUntil = 0;
            draw(at);
        }
    } else if (here.has(conversation) && element.matches(".row, .thread-head")) draw(conversation);
});
document.addEventListener("pane-shown", (event) => draw(Number(/** @type {HTMLElement} */ (event.target).dataset.conversation)));
document.addEventListener("htmx:afterSettle", () => [...here.keys()].forEach(draw));

function forget() {
    const now = Date.now();
    for (const [conversation, people] of here) {
        let changed = false;
        for (const [agent, person] of people) {
            if (person.until <= now) changed = people.delete(agent);
            else if (person.typesUntil && person.typesUntil <= now) {
                person.typesUntil = 0;
                changed = true;
            }
        }
        if (changed) draw(conversation);
        if (!people.size) here.delete(conversation);
    }
}

// --- what is seen ----------------------------------------------------------------------------------------

/** @param {number} conversation */
function draw(conversation) {
    const people = [...(here.get(conversation)?.values() ?? [])].sort((a, b) => a.agent - b.agent);
    const typing = people.filter((person) => person.typesUntil);
    const words = typing.length ? say(typing, typing.length > 1 ? "severalType" : "oneTypes") : "";
    const pane = deck()?.pane(conversation);
    pane?.querySelector(".here")?.replaceChildren(...people.map((person) => face(person, "face--small")));
    const line = /** @type {HTMLElement | null} */ (pane?.querySelector(".typing"));
    if (line && line.textContent !== words) {
        line.replaceChildren(words);
        line.hidden = !words;
    }
    const row = document.getElementById(`conversation-${conversation}`);
    if (row) drawRow(row, people, words);
}

/** @param {HTMLElement} row @param {Person[]} people @param {string} words */
function drawRow(row, people, words) {
    const line = /** @type {HTMLElement | null} */ (row.querySelector(".row__line"));
    if (words) line?.setAttribute("data-typing", words);
    else line?.removeAttribute("data-typing");
    row.querySelector(".row__here")?.remove();
    if (!people.length) return;
    const faces = Object.assign(document.createElement("span"), { className: "row__here" });
    faces.append(...people.slice(0, 3).map((person) => face(person, "face--tiny")));
    const chips = row.querySelector(".row__chips");
    const assignee = chips?.querySelector(".row__who");
    if (assignee) assignee.before(faces);
    else chips?.append(faces);
}

/** @param {Person} person @param {string} size */
function face(person, size) {
    const element = Object.assign(document.createElement("span"), { className: `face ${size} face--${person.hue}`, textContent: person.initials });
    element.title = say([person], person.typesUntil ? "oneTypes" : "looks");
    element.toggleAttribute("data-types", person.typesUntil > 0);
    return element;
}

/** @param {Person[]} people @param {"oneTypes" | "severalType" | "looks"} which */
function say(people, which) {
    return filled(deck()?.dataset[which] ?? "", { names: names.format(people.map(({ name }) => name)) });
}

setInterval(() => {
    look();
    forget();
}, TICK_MS);
