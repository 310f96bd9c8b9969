/**
 * The product from the keyboard. A key presses the element of the page that carries it (`data-key`), or does what a module has
 * bound to it (`bind`), or goes where the table says. Tooltips and the help sheet say the same keys.
 */
// @ts-check
import { caps, nameOf, shortcut, shown, table } from "shortcuts";

const CHORD_MS = 1200;
const WORDS = "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]";

/** What is no button. It gives false if it did nothing. @typedef {(target: Element, isWriting: boolean) => boolean | void} Act */
/** @type {Map<string, Act>} */
const bound = new Map();
let first = "";
let forget = 0;

/** What a key of the table does on this page. @param {string} key its first name @param {Act} act */
export function bind(key, act) {
    bound.set(key, act);
}

/** Press a key by its name: for the palette. @param {string} name @param {Element} [target] @returns {boolean} */
export function press(name, target = document.body) {
    const row = shortcut(name);
    const names = row?.keys ?? [name];
    const act = bound.get(names[0]);
    if (act) return act(target, target.matches(WORDS)) !== false;
    if (names.some(pressElement)) return true;
    if (!row?.href) return false;
    location.assign(row.href);
    return true;
}

/** Whether the key would do anything here. @param {string[]} names */
export const works = (names) => bound.has(names[0]) || names.some(elementFor) || Boolean(shortcut(names[0])?.href);

/** The page's own button for a key: the open conversation's first. @param {string} name @returns {HTMLElement | undefined} */
function elementFor(name) {
    const wanted = `:is(a, button, summary, textarea, input)[data-key="${CSS.escape(name)}"]:not([hidden])`;
    const places = [document.querySelector(".pane:not([hidden])"), document.querySelector(".list"), document.querySelector("main"), document.querySelector(".rail")];
    return /** @type {HTMLElement | undefined} */ (places.map((place) => place?.querySelector(wanted)).find(Boolean));
}

/** @param {string} name @returns {boolean} */
function pressElement(name) {
    const element = elementFor(name);
    if (element?.matches("textarea, input")) element.focus();
    else element?.click();
    return Boolean(element);
}

/** The first key of two. @param {string} name */
function remember(name) {
    clearTimeout(forget);
    first = name;
    if (name) forget = setTimeout(() => (first = ""), CHORD_MS);
}

/** @param {string} name */
const opensChord = (name) => table.keys.some(({ keys }) => keys.some((key) => key.startsWith(`${name} `))) || document.querySelector(`[data-key^="${CSS.escape(name)} "]`);

addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    // AltGr is Ctrl+Alt to a browser, and letters of many languages to who types
    if (event.defaultPrevented || event.isComposing || event.getModifierState("AltGraph") || document.querySelector("dialog[open]")) return;
    const isWriting = target.matches(WORDS);
    const name = nameOf(event);
    if (isWriting && !event.altKey && !name.startsWith("Mod+") && name !== "Esc") return;
    const chord = first ? `${first} ${name}` : "";
    remember("");
    if ((chord && press(chord, target)) || press(name, target)) event.preventDefault();
    else if (opensChord(name)) remember(name);
});

bind("Mod+/", () => {
    const sheet = /** @type {HTMLDialogElement | null} */ (document.getElementById("key-help"));
    if (!sheet) return false;
    sheet.querySelector("[data-own-keys]")?.remove();
    const own = [...document.querySelectorAll("main [data-key][title]")].filter((element) => !shortcut(element.getAttribute("data-key") ?? ""));
    if (own.length) sheet.querySelector(".key-help__groups")?.append(sectionOf(sheet.dataset.own ?? "", own));
    sheet.showModal();
});

/** Keys that only this page has. @param {string} title @param {Element[]} elements */
function sectionOf(title, elements) {
    const section = document.createElement("section");
    section.dataset.ownKeys = "";
    const list = Object.assign(document.createElement("dl"), { className: "key-help__list" });
    const known = new Map(elements.map((element) => [element.getAttribute("data-key") ?? "", element]));
    for (const [key, element] of known) {
        const line = document.createElement("div");
        const term = document.createElement("dt");
        term.append(...caps(key).map((cap) => Object.assign(document.createElement("kbd"), { textContent: cap })));
        line.append(term, Object.assign(document.createElement("dd"), { textContent: plainTitle(element) }));
        list.append(line);
    }
    section.append(Object.assign(document.createElement("h3"), { textContent: title }), list);
    return section;
}

document.getElementById("key-help")?.addEventListener("click", (event) => {
    if (event.target === event.currentTarget) /** @type {HTMLDialogElement} */ (event.currentTarget).close();
});

/** The title without the key that `tell` added. @param {Element} element */
export const plainTitle = (element) => element.getAttribute("data-title") ?? element.getAttribute("title") ?? "";

/** A tooltip says its key, and so does a screen reader. @param {Event} event */
function tell(event) {
    const element = event.target instanceof Element ? event.target.closest("[data-key]") : null;
    if (!element || element.hasAttribute("aria-keyshortcuts")) return;
    const key = shortcut(element.getAttribute("data-key") ?? "")?.keys[0] ?? element.getAttribute("data-key") ?? "";
    element.setAttribute("aria-keyshortcuts", key.replace("Mod", "Control"));
    const title = element.getAttribute("title");
    if (!title) return;
    element.setAttribute("data-title", title);
    element.setAttribute("title", `${title} · ${shown(key)}`);
}
document.addEventListener("pointerover", tell);
document.addEventListener("focusin", tell);
