/** Emoji: a small panel with search (English and Russian names, the recent ones first), and `:smile` while writing. */
// @ts-check
import { emojis } from "emoji-list";

const RECENT = 24;
const SUGGESTED = 6;
const RECENT_KEY = "emoji:recent";

/** @type {HTMLElement | null} */ let panel = null;
/** @type {(sign: string) => void} */ let take = () => {};

/** @returns {string[]} */
function recent() {
    try {
        return JSON.parse(localStorage.getItem(RECENT_KEY) || "[]");
    } catch {
        return [];
    }
}

/** @param {string} sign */
function remember(sign) {
    localStorage.setItem(RECENT_KEY, JSON.stringify([sign, ...recent().filter((other) => other !== sign)].slice(0, RECENT)));
}

/** Those that fit what is typed; a name that begins so comes first. @param {string} words */
function found(words) {
    const wanted = words.toLocaleLowerCase().replaceAll("_", " ").trim();
    if (!wanted) {
        const late = recent();
        return [...emojis].sort((a, b) => rank(late, a.sign) - rank(late, b.sign));
    }
    const all = emojis.filter((emoji) => emoji.words.includes(wanted));
    return all.sort((a, b) => Number(!begins(a, wanted)) - Number(!begins(b, wanted)));
}

/** @param {string[]} late @param {string} sign */
const rank = (late, sign) => (late.includes(sign) ? late.indexOf(sign) : RECENT);

/** @param {{words: string}} emoji @param {string} wanted */
const begins = (emoji, wanted) => emoji.words.startsWith(wanted) || emoji.words.includes(`, ${wanted}`);

// --- the panel -------------------------------------------------------------------------------------------

/** Open the panel at a button, or close it. @param {HTMLElement} button @param {(sign: string) => void} chosen */
export function toggleEmoji(button, chosen) {
    const box = panel ?? makePanel();
    if (box.matches(":popover-open") && take === chosen) return box.hidePopover();
    take = chosen;
    const find = /** @type {HTMLInputElement} */ (box.querySelector("input"));
    find.value = "";
    find.setAttribute("aria-label", button.title);
    find.placeholder = button.title;
    draw("");
    box.hidePopover();
    box.showPopover();
    stand(box, button);
    find.focus();
}

function makePanel() {
    panel = Object.assign(document.createElement("div"), { className: "emoji menu", popover: "auto" });
    const find = Object.assign(document.createElement("input"), { className: "input", type: "search", autocomplete: "off" });
    const grid = Object.assign(document.createElement("div"), { className: "emoji__grid" });
    find.addEventListener("input", () => draw(find.value));
    panel.append(find, grid);
    panel.addEventListener("click", (event) => pick(/** @type {Element} */ (event.target).closest("button")));
    panel.addEventListener("keydown", (event) => move(event, grid, find));
    document.body.append(panel);
    return panel;
}

/** @param {string} words */
function draw(words) {
    const buttons = found(words).map(({ sign, names }) => {
        const button = Object.assign(document.createElement("button"), { type: "button", className: "emoji__sign", textContent: sign });
        button.title = names[0].replaceAll("_", " ");
        return button;
    });
    panel?.querySelector(".emoji__grid")?.replaceChildren(...buttons);
}

/** @param {Element | null} button */
function pick(button) {
    if (!button?.textContent) return;
    remember(button.textContent);
    panel?.hidePopover();
    take(button.textContent);
}

/** @param {KeyboardEvent} event @param {HTMLElement} grid @param {HTMLInputElement} find */
function move(event, grid, find) {
    const signs = /** @type {HTMLElement[]} */ ([...grid.children]);
    const at = signs.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
    const steps = /** @type {Record<string, number>} */ ({ ArrowDown: at < 0 ? 1 : columns, ArrowUp: -columns, ArrowRight: 1, ArrowLeft: -1 });
    if (event.key === "Enter" && at < 0) pick(signs[0] ?? null);
    else if (event.key in steps && (at >= 0 || event.key === "ArrowDown")) (signs[at + steps[event.key]] ?? (at + steps[event.key] < 0 ? find : signs[at]))?.focus();
    else return;
    event.preventDefault();
}

/** Beside its button, inside the screen. @param {HTMLElement} box @param {HTMLElement} button */
function stand(box, button) {
    const at = button.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const isAbove = at.top - height - 6 > 8;
    box.style.setProperty("inset", "auto");
    box.style.setProperty("left", `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`);
    if (isAbove) box.style.setProperty("bottom", `${innerHeight - at.top + 6}px`); // it stays by its button when it shrinks
    else box.style.setProperty("top", `${Math.max(8, Math.min(at.bottom + 6, innerHeight - height - 8))}px`);
}

// --- :smile while writing --------------------------------------------------------------------------------

/** @type {HTMLElement | null} */ let strip = null;
/** @type {import("composer").ReplyComposer | null} */ let writer = null;
let typed = "";

/** Offer what fits the `:word` before the caret. @param {import("composer").ReplyComposer} composer */
export function suggest(composer) {
    const { text } = composer;
    const before = text.value.slice(0, text.selectionStart);
    const finished = /(?:^|\s):([\p{L}\d_+-]{2,}):$/u.exec(before);
    const exact = finished && emojis.find((emoji) => emoji.names.includes(finished[1].toLowerCase()));
    if (finished && exact) {
        close();
        return composer.insert(exact.sign, finished[1].length + 2);
    }
    const started = /(?:^|\s):([\p{L}\d_+-]{2,})$/u.exec(before);
    const fits = started ? found(started[1]).slice(0, SUGGESTED) : [];
    if (!started || !fits.length) return close();
    writer = composer;
    typed = started[1];
    const buttons = fits.map(({ sign, names }, n) => {
        const button = Object.assign(document.createElement("button"), { type: "button", className: "menu__item", tabIndex: -1 });
        button.dataset.sign = sign;
        button.append(sign, ` :${names.find((name) => name.startsWith(typed)) ?? names[0]}:`);
        button.setAttribute("aria-selected", String(n === 0));
        return button;
    });
    const box = strip ?? makeStrip();
    box.replaceChildren(...buttons);
    composer.append(box);
}

function makeStrip() {
    strip = Object.assign(document.createElement("div"), { className: "emoji-strip menu" });
    strip.addEventListener("mousedown", (event) => {
        event.preventDefault(); // the caret stays in the words
        accept(/** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-sign]")));
    });
    return strip;
}

function close() {
    strip?.remove();
}

/** @param {HTMLElement | null} button */
function accept(button) {
    if (!button?.dataset.sign) return;
    remember(button.dataset.sign);
    close();
    writer?.insert(button.dataset.sign, typed.length + 1);
}

document.addEventListener("keydown", (event) => {
    if (!strip?.isConnected || event.isComposing || event.target !== writer?.text) return;
    const buttons = /** @type {HTMLElement[]} */ ([...strip.children]);
    const at = buttons.findIndex((button) => button.getAttribute("aria-selected") === "true");
    if (event.key === "Enter" || event.key === "Tab") accept(buttons[at]);
    else if (event.key === "Escape") close();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        buttons[at].setAttribute("aria-selected", "false");
        buttons[(at + (event.key === "ArrowDown" ? 1 : -1) + buttons.length) % buttons.length].setAttribute("aria-selected", "true");
    } else return;
    event.preventDefault();
    event.stopPropagation();
}, { capture: true });
