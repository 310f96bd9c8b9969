/**
 * The command palette (Ctrl+K): what this page can do, what its menus hold, places to go, and, from the server, saved views, customers,
 * conversations and templates. Nothing here knows an act by name: all of it is read from the page and from the table of keys.
 */
// @ts-check
import { score } from "fuzzy";
import { bind, plainTitle, press, works } from "keys";
import { parse, wake } from "place";
import { get, post, withQuery } from "server";
import { shown, table } from "shortcuts";
import { filled, say } from "words";

/**
 * One line of the palette. `run` gives true to leave the palette open.
 * @typedef {{id: string, words: string, group: string, also?: string, second?: string, key?: string, href?: string, run: () => (boolean | void)}} Choice
 */

const MOST = 40;
const MOST_RECENT = 6;
const PAUSE_MS = 140;
const FEWEST_LETTERS = 2;

const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById("palette"));
const input = /** @type {HTMLInputElement} */ (dialog?.querySelector("input"));
const box = /** @type {HTMLElement} */ (dialog?.querySelector("[role=listbox]"));
const memory = `palette:${document.body.dataset.agent ?? ""}`;

/** @type {Choice[]} */ let offered = [];
/** @type {Choice[]} */ let inMenus = [];
/** @type {Choice[]} */ let fromServer = [];
/** @type {Choice[]} */ let shownNow = [];
/** The menu that one has gone into. @type {HTMLElement | null} */ let within = null;
/** The menus of the open conversation. @type {{title: string, also: string, menu: HTMLElement}[]} */ let menus = [];
let at = 0;
/** Whether an arrow was pressed since the last letter. */ let hasMoved = false;
let timer = 0;
let asking = new AbortController();

bind("Mod+K", () => {
    if (!dialog) return false;
    offered = [...acts(), ...keyed(), ...commands()];
    inMenus = fromServer = [];
    menus = [];
    go(null);
    dialog.showModal();
    input.focus();
    askViews();
});

/** @param {HTMLElement | null} menu @param {string} [title] */
function go(menu, title = "") {
    within = menu;
    input.value = "";
    const label = /** @type {HTMLElement} */ (dialog?.querySelector(".palette__within"));
    label.textContent = title;
    label.hidden = !menu;
    show();
}

/** What an element is called. @param {Element} element */
function nameOf(element) {
    if (element instanceof HTMLSelectElement) return element.getAttribute("aria-label") ?? element.labels[0]?.textContent ?? "";
    const copy = /** @type {Element} */ (element.cloneNode(true));
    for (const aside of copy.querySelectorAll(".face, kbd, svg")) aside.remove();
    const words = element.getAttribute("data-command") || plainTitle(element) || copy.textContent || "";
    return words.replace(/\s+/g, " ").trim();
}

/** The buttons of this page that stand in sight, the open conversation's first. @returns {Choice[]} */
function acts() {
    /** @type {Map<string, Choice>} */ const found = new Map();
    const places = [document.querySelector(".pane:not([hidden])"), document.querySelector("main")];
    for (const place of places) {
        const group = (place?.matches(".pane") && place.getAttribute("aria-label")) || dialog?.dataset.actWords || "";
        for (const element of /** @type {NodeListOf<HTMLElement>} */ (place?.querySelectorAll("[data-key], [data-command], form[data-act]:not([data-act-on]) button, summary[title], .pane details.drop > summary, form[data-act-on] select") ?? [])) {
            if (isBeside(element)) continue;
            const words = nameOf(element);
            const holds = element.matches("summary, select");
            if (!words || found.has(words)) continue;
            const run = () => {
                if (!element.isConnected) return acts().find((one) => one.id === `act ${words}`)?.run(); // a push put another in its place
                return holds ? enter(element, words) : activate(element);
            };
            found.set(words, { id: `act ${words}`, words: holds ? `${words}…` : words, group, also: alsoOf(element), key: element.dataset.key, run });
        }
    }
    return [...found.values()];
}

/** What can be gone into: a menu, or the choices of a select. @param {HTMLElement} element @returns {HTMLElement | null} */
const menuOf = (element) => (element.matches("select") ? element : (element.parentElement?.querySelector(".menu") ?? null));

/** Of another conversation, of one message, or in a closed menu. @param {HTMLElement} element */
function isBeside(element) {
    const menu = element.closest("details:not([open], [data-over])");
    const isOver = element.matches("[data-over] > summary"); // what it holds stands in the palette itself
    return Boolean(isOver || element.closest("[hidden], template, dialog, .row, .message, [disabled]") || (menu && !element.matches("summary")));
}

/** @param {HTMLElement} element */
function activate(element) {
    if (element.matches("input, textarea")) element.focus();
    else element.click();
}

/** The words of its key, in the other languages too. @param {HTMLElement} element */
function alsoOf(element) {
    const row = table.keys.find(({ keys }) => keys.includes(element.dataset.key ?? ""));
    return row ? `${row.words} ${row.also}` : "";
}

/** Keys that no element of the page carries. @returns {Choice[]} */
function keyed() {
    return table.keys
        .filter(({ act, keys }) => act && works(keys) && !keys.some((key) => document.querySelector(`main [data-key="${CSS.escape(key)}"]`)))
        .map(({ keys, words, also, group, href }) => ({ id: `key ${keys[0]}`, words, also, group, href, key: keys[0], run: () => void press(keys[0]) }));
}

/** @returns {Choice[]} */
function commands() {
    return table.commands.map(({ words, also, group, href, set }) => ({ id: href || `set ${set}`, words, also, group, href, run: () => (set ? void look(set) : follow(href)) }));
}

/** @param {string} href */
function follow(href) {
    const link = Object.assign(document.createElement("a"), { href, hidden: true });
    if (/\/inbox\/\d+\//.test(href)) link.dataset.open = "";
    document.body.append(link); // the deck shows conversations without a new page
    link.click();
    link.remove();
}

/** Theme and density at once; a language needs the page anew. @param {[string, string]} choice */
async function look([field, value]) {
    const response = await post(table.look, { [field]: value }).catch(() => null);
    if (!response?.ok) return say(document.body.dataset[response ? "failed" : "offline"] ?? "", { bad: true });
    if (field === "language") location.reload();
    else document.documentElement.dataset[field] = value;
}

/** Go into a menu of the page. @param {HTMLElement} element @param {string} words @returns {true} */
function enter(element, words) {
    const menu = menuOf(element);
    go(menu, words);
    if (menu) load(menu).then(() => within === menu && show());
    return true;
}

/** Menus are fetched when they open: have it in the page now. @param {HTMLElement} menu */
async function load(menu) {
    const url = menu.getAttribute("hx-get");
    if (!url || menu.querySelector(".menu__item, input")) return;
    const response = await get(url).catch(() => null);
    if (!response?.ok || response.redirected) return; // the menu itself asks again when it is opened
    menu.replaceChildren(parse(await response.text()));
    wake(menu);
}

/** What a menu offers. @param {HTMLElement} menu @param {string} prefix @returns {Choice[]} */
function inside(menu, prefix) {
    if (menu instanceof HTMLSelectElement) return [...menu.options].map((option) => ({ id: `in ${prefix} ${option.text}`, words: option.text, second: within ? "" : prefix, group: prefix, also: prefix, run: () => choosing(menu, option.value) }));
    const items = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll(".menu__item, .drop__menu label:has(input)")]);
    return items.map((item) => {
        const second = nameOf(item.querySelector(".faint, small") ?? document.createElement("i"));
        const words = nameOf(item).replace(second, "").trim();
        const id = `in ${prefix} ${words}`;
        const run = () => void (item.isConnected ? item.click() : anew(menu, (fresh) => inside(fresh, prefix).find((one) => one.id === id)?.run()));
        return { id, words, second: second || (within ? "" : prefix), group: prefix, also: prefix, run };
    });
}

/** @param {HTMLSelectElement} select @param {string} value */
function choosing(select, value) {
    select.value = value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
}

/** A menu that understands a moment in words takes what was typed. @param {HTMLElement} menu @param {string} [typed] @returns {Choice[]} */
function written(menu, typed = input.value.trim()) {
    const field = /** @type {HTMLInputElement | null} */ (menu.querySelector("input[name=typed]"));
    if (!field || !typed) return [];
    const run = () => {
        if (!field.isConnected) return void anew(menu, (fresh) => written(fresh, typed)[0]?.run());
        field.value = typed;
        field.form?.requestSubmit();
    };
    return [{ id: "", words: filled(dialog?.dataset.written ?? "{words}", { words: typed }), group: "", run }];
}

/** The same in the menu as it stands now: a push may have replaced the one that was read. @param {HTMLElement} menu @param {(fresh: HTMLElement) => void} act */
async function anew(menu, act) {
    const title = menus.find((one) => one.menu === menu)?.title;
    await openMenus();
    const fresh = menus.find((one) => one.title === title)?.menu;
    if (fresh?.isConnected) act(fresh);
}

/** The menus of the open conversation, so that “assign anna” is one step. */
async function openMenus() {
    const holders = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".pane:not([hidden]) :is(details.drop > summary, form[data-act-on] select)")]).filter((one) => !isBeside(one));
    const found = holders.map((holder) => ({ title: nameOf(holder), also: alsoOf(holder), menu: menuOf(holder) }));
    await Promise.all(found.map(({ menu }) => menu && load(menu)));
    menus = found.flatMap(({ menu, ...rest }) => (menu ? [{ ...rest, menu }] : []));
    inMenus = menus.flatMap(({ title, menu }) => inside(menu, title));
    if (dialog?.open && !within) show(hasMoved ? shownNow[at]?.id : "");
}

/** What the server found. @param {Response} response @returns {Promise<Choice[]>} */
async function choicesOf(response) {
    const { found } = await response.json();
    return found.map((/** @type {Choice & {href: string}} */ one) => ({ ...one, id: one.href, run: () => follow(one.href) }));
}

/** The saved views, as they are now: colleagues make new ones. */
async function askViews() {
    const response = table.jump ? await get(table.jump).catch(() => null) : null;
    if (!response?.ok || response.redirected) return;
    offered = [...acts(), ...keyed(), ...(await choicesOf(response)), ...commands()];
    if (dialog?.open && !within) show(hasMoved ? shownNow[at]?.id : "");
}

/** Customers, conversations, templates: the server knows. @param {string} typed */
async function ask(typed) {
    asking.abort();
    asking = new AbortController();
    if (!table.jump || typed.length < FEWEST_LETTERS) {
        fromServer = [];
        return;
    }
    try {
        const response = await get(withQuery(table.jump, { q: typed }), asking.signal);
        if (!response.ok || response.redirected) return;
        fromServer = await choicesOf(response);
        if (!within) show(hasMoved ? shownNow[at]?.id : "");
    } catch {
        // typed on, or no network: what the page itself knows stays
    }
}

/** @returns {Choice[]} */
function found() {
    const typed = input.value.trim();
    if (within) {
        const items = inside(within, "").map((item) => ({ ...item, group: "" }));
        return [...ranked(items, typed), ...written(within)];
    }
    if (!typed) return [...recent(), ...offered];
    return [...ranked([...offered, ...(typed.length >= FEWEST_LETTERS ? inMenus : [])], typed), ...together(typed), ...fromServer];
}

/** “snooze fri 15:00” in one go. @param {string} typed @returns {Choice[]} */
function together(typed) {
    const [verb, ...rest] = typed.split(/\s+/);
    if (!rest.length) return [];
    return menus.filter(({ title, also }) => score(verb, `${title} ${also}`)).flatMap(({ title, menu }) => written(menu, rest.join(" ")).map((choice) => ({ ...choice, second: title })));
}

/** @param {Choice[]} choices @param {string} typed */
function ranked(choices, typed) {
    if (!typed) return choices;
    const lately = remembered().map(({ id }) => id);
    return choices
        .map((choice, order) => ({ choice, order, points: score(typed, `${choice.words} ${choice.also ?? ""}`) + (lately.includes(choice.id) ? 5 : 0) }))
        .filter(({ points }) => points > 5)
        .sort((a, b) => b.points - a.points || a.order - b.order)
        .map(({ choice }) => choice);
}

/** @returns {{id: string, words: string, second?: string, href?: string}[]} */
const remembered = () => JSON.parse(localStorage.getItem(memory) || "[]");

/** What was chosen lately and can be chosen here. @returns {Choice[]} */
function recent() {
    const group = dialog?.dataset.recent ?? "";
    return remembered().flatMap((one) => {
        const here = offered.find(({ id }) => id === one.id);
        const { href } = one;
        if (here) return [{ ...here, group }];
        return href ? [{ ...one, group, run: () => follow(href) }] : [];
    });
}

/** @param {Choice} choice */
function remember({ id, words, second, href }) {
    if (!id) return;
    const rest = remembered().filter((one) => one.id !== id);
    localStorage.setItem(memory, JSON.stringify([{ id, words, second, href }, ...rest].slice(0, MOST_RECENT)));
}

/** @param {string} [before] the choice to stay on, when more of them came */
function show(before) {
    hasMoved = Boolean(before);
    const seen = new Set();
    shownNow = found().filter(({ id }) => !id || (!seen.has(id) && seen.add(id))).slice(0, MOST);
    at = Math.max(shownNow.findIndex(({ id }) => id && id === before), 0);
    let group = "";
    const typed = Boolean(input.value.trim());
    box.replaceChildren(...shownNow.flatMap((choice, index) => {
        const line = option(choice, index);
        if (choice.group === group || (typed && !fromServer.includes(choice))) return [line];
        group = choice.group;
        const title = Object.assign(document.createElement("p"), { className: "palette__group", textContent: group });
        title.setAttribute("role", "presentation");
        return group ? [title, line] : [line];
    }));
    const none = /** @type {HTMLElement} */ (dialog?.querySelector(".palette__none"));
    none.hidden = shownNow.length > 0;
    none.textContent = none.hidden ? "" : dialog?.dataset.none ?? "";
    const status = /** @type {HTMLElement} */ (dialog?.querySelector("[role=status]"));
    status.textContent = shownNow.length ? filled(dialog?.dataset.found ?? "", { count: shownNow.length }) : none.textContent;
    choose(at);
}

/** @param {Choice} choice @param {number} index */
function option(choice, index) {
    const line = Object.assign(document.createElement("div"), { className: "palette__option", id: `palette-${index}` });
    line.setAttribute("role", "option");
    line.append(Object.assign(document.createElement("bdi"), { className: "palette__words", textContent: choice.words }));
    if (choice.second) line.append(Object.assign(document.createElement("bdi"), { className: "palette__second", textContent: choice.second }));
    if (choice.key) line.append(Object.assign(document.createElement("kbd"), { textContent: shown(choice.key) }));
    return line;
}

/** @param {number} index */
function choose(index) {
    at = (index + shownNow.length) % (shownNow.length || 1);
    for (const other of box.querySelectorAll('[aria-selected="true"]')) other.setAttribute("aria-selected", "false");
    const line = document.getElementById(`palette-${at}`);
    line?.setAttribute("aria-selected", "true");
    line?.scrollIntoView({ block: "nearest" });
    if (line) input.setAttribute("aria-activedescendant", line.id);
    else input.removeAttribute("aria-activedescendant");
}

/** @param {number} index */
function run(index) {
    const choice = shownNow[index];
    if (!choice) return;
    remember(choice);
    const isMenu = choice.words.endsWith("…") && choice.id.startsWith("act ");
    if (!isMenu) dialog?.close();
    choice.run();
}

input?.addEventListener("input", () => {
    clearTimeout(timer);
    show();
    const typed = input.value.trim();
    if (within) return;
    timer = setTimeout(() => ask(typed), PAUSE_MS);
    if (typed.length >= FEWEST_LETTERS && !inMenus.length) openMenus();
});

dialog?.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key.startsWith("Arrow")) hasMoved = true;
    if (event.key === "ArrowDown") choose(at + 1);
    else if (event.key === "ArrowUp") choose(at - 1);
    else if (event.key === "Home" && !input.value) choose(0);
    else if (event.key === "End" && !input.value) choose(-1);
    else if (event.key === "Enter") run(at);
    else if (event.key === "Backspace" && within && !input.value) go(null);
    else if (event.key === "Escape" && within) go(null);
    else if (event.code === "KeyK" && (event.ctrlKey || event.metaKey)) dialog.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
});

dialog?.addEventListener("click", (event) => {
    const line = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (event.target === dialog) dialog.close();
    else if (line) run(Number(line.id.replace("palette-", "")));
});

dialog?.addEventListener("close", () => asking.abort());
for (const button of document.querySelectorAll("[data-palette]")) button.addEventListener("click", () => press("Mod+K"));
