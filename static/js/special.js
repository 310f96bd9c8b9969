/**
 * Messages with buttons, lists, links, places and contact cards: a form with the bubble as the customer will see it. The
 * limits are the fields' own; the server answers for the rest in words.
 */
// @ts-check
import { placeFrom } from "map-links";
import { parse, wake } from "place";
import { get, withQuery } from "server";
import { say } from "words";

/** @typedef {Record<string, any>} Special */

const ROWS = 10;
const PAUSE_MS = 200;

/** @type {HTMLDialogElement | null} */ let dialog = null;
/** @type {import("composer").ReplyComposer | null} */ let composer = null;
/** What becomes of what is written, where it is not sent. @type {((said: Special, preview: Node) => void) | undefined} */ let keep;
let searching = 0;

/**
 * @param {import("composer").ReplyComposer} forComposer @param {string} kind @param {Special} [written] as it was written before
 * @param {(said: Special, preview: Node) => void} [kept] takes it, instead of its being sent
 */
export async function openSpecial(forComposer, kind, written, kept) {
    composer = forComposer;
    keep = kept;
    const response = await get(withQuery(composer.dataset.specials ?? "", { kind })).catch(() => null);
    if (!response?.ok || response.redirected) return say((response ? document.body.dataset.failed : document.body.dataset.offline) ?? "", { bad: true });
    const box = dialog ?? make();
    box.replaceChildren(parse(await response.text()));
    wake(box);
    box.setAttribute("aria-label", box.querySelector("h2")?.textContent ?? "");
    const words = composer.takesFiles ? composer.text.value.trim() : "";
    write(written ?? (kind === "location" || kind === "contacts" ? {} : { body: words }));
    for (const [name, is] of Object.entries({ send: !keep, later: !keep, keep: Boolean(keep) })) {
        const button = one(`[data-special-${name}]`);
        if (button) button.hidden = !is;
    }
    show();
    box.showModal();
    /** @type {HTMLElement | null} */ (box.querySelector("[data-map-link], [data-card-search], [name=body], [name=name]"))?.focus();
}

function make() {
    dialog = Object.assign(document.createElement("dialog"), { className: "dialog dialog--special" });
    dialog.addEventListener("input", typed);
    dialog.addEventListener("click", clicked);
    dialog.addEventListener("submit", submitted);
    dialog.addEventListener("close", () => keep || composer?.text.focus());
    document.body.append(dialog);
    return dialog;
}

const form = () => /** @type {HTMLFormElement} */ (dialog?.querySelector("form"));
const one = (/** @type {string} */ selector, /** @type {ParentNode} */ within = form()) => /** @type {HTMLInputElement | null} */ (within.querySelector(selector));
const all = (/** @type {string} */ selector, /** @type {ParentNode} */ within = form()) => /** @type {HTMLInputElement[]} */ ([...within.querySelectorAll(selector)]);
const valueOf = (/** @type {string} */ name, /** @type {ParentNode} */ within = form()) => one(`[name=${name}]`, within)?.value.trim() ?? "";

/** What the form says. @returns {Special} */
function read() {
    const type = form().dataset.type ?? "";
    if (type === "location") {
        const { latitude, longitude } = { latitude: Number(valueOf("latitude")), longitude: Number(valueOf("longitude")) };
        return { type, latitude, longitude, name: valueOf("name"), address: valueOf("address") };
    }
    if (type === "contacts") {
        const contact = valueOf("contact");
        return { type, cards: [contact ? { contact: Number(contact) } : { name: valueOf("name"), phone: valueOf("phone"), email: valueOf("email"), company: valueOf("company") }] };
    }
    /** @type {Special} */ const said = { type, body: valueOf("body") };
    if (type !== "ask_location") Object.assign(said, { header: valueOf("header"), footer: valueOf("footer") });
    if (type === "buttons") said.choices = all("[name=choice]").map(({ value }) => value.trim()).filter(Boolean);
    else if (type === "link") Object.assign(said, { label: valueOf("label"), url: valueOf("url") });
    else if (type === "list") {
        said.button = valueOf("button");
        said.sections = all(".special__section").map((section) => ({
            title: valueOf("section", section),
            rows: all(".special__row", section).map((row) => ({ title: valueOf("title", row), description: valueOf("description", row) })),
        }));
    }
    return said;
}

/** Fill the form. @param {Special} said */
function write(said) {
    const { choices = [], sections = [{ rows: [{}] }], ...fields } = said;
    for (const [name, value] of Object.entries(fields)) {
        const field = one(`[name=${name}]`);
        if (field) field.value = String(value);
    }
    all("[name=choice]").forEach((field, n) => (field.value = choices[n] ?? ""));
    if (form().dataset.type !== "list") return;
    for (const { title = "", rows } of sections) {
        const section = addSection();
        /** @type {HTMLInputElement} */ (one("[name=section]", section)).value = title;
        for (const row of rows) addRow(section, row);
    }
}

/** A copy of what one of the form's own templates holds. @param {string} name */
const copyOf = (name) => /** @type {HTMLElement} */ (/** @type {HTMLTemplateElement} */ (form().querySelector(`template[${name}]`)).content.firstElementChild?.cloneNode(true));

function addSection() {
    const section = copyOf("data-section");
    form().querySelector("[data-sections]")?.append(section);
    return section;
}

/** @param {HTMLElement | undefined} section @param {Special} [said] */
function addRow(section, said = {}) {
    if (!section || all(".special__row").length >= ROWS) return;
    const row = copyOf("data-row");
    for (const name of ["title", "description"]) /** @type {HTMLInputElement} */ (one(`[name=${name}]`, row)).value = said[name] ?? "";
    section.querySelector("[data-rows]")?.append(row);
    return row;
}

// --- what the customer will see ----------------------------------------------------------------------

function show() {
    const said = read();
    form().querySelector("[data-preview]")?.replaceChildren(...preview(said));
    const [add, more] = [one("[data-add-row]"), one("[data-add-section]")];
    if (add && more) add.disabled = more.disabled = all(".special__row").length >= ROWS;
    const sections = all("[name=section]");
    for (const title of sections) title.hidden = sections.length === 1 && !title.value; // Meta wants titles where there are several
    for (const title of sections) title.required = sections.length > 1;
}

/** @param {string} tag @param {string} className @param {string} words */
const element = (tag, className, words) => Object.assign(document.createElement(tag), { className, textContent: words, dir: "auto" });

/** @param {Special} said @returns {Node[]} */
function preview(said) {
    const words = /** @type {HTMLElement} */ (form().querySelector("[data-preview]")).dataset;
    if (said.type === "location") return !valueOf("latitude") && !said.name ? [] : [card([said.name || words.location, said.address, `${said.latitude}, ${said.longitude}`])];
    if (said.type === "contacts") return !valueOf("name") ? [] : [card([valueOf("name"), valueOf("phone"), valueOf("email"), valueOf("company")])];
    const parts = [];
    if (said.header) parts.push(element("p", "bubble__title", said.header));
    parts.push(element("div", "bubble__text", said.body));
    if (said.footer) parts.push(element("p", "bubble__small", said.footer));
    const labels = said.choices ?? [said.button ?? said.label ?? words.sendLocation];
    const buttons = element("ul", "bubble__buttons", "");
    buttons.append(...labels.filter(Boolean).map((/** @type {string} */ label) => element("li", "", label)));
    return [...parts, buttons];
}

/** @param {string[]} lines */
function card([title, ...lines]) {
    const box = element("div", "card", "");
    const body = element("span", "card__body", "");
    body.append(element("strong", "", title), ...lines.filter(Boolean).map((line) => element("span", "", line)));
    box.append(body);
    return box;
}

// --- typing ------------------------------------------------------------------------------------------

/** @param {Event} event */
function typed(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (field.matches("[data-map-link]")) readLink(field);
    else if (field.matches("[data-card-search]")) {
        clearTimeout(searching);
        searching = setTimeout(() => search(field), PAUSE_MS);
    } else if (["name", "phone", "email", "company"].includes(field.name)) {
        const contact = one("[name=contact]");
        if (contact) contact.value = ""; // changed by hand: no longer the card of our contact
    }
    show();
}

/** @param {HTMLInputElement} field */
function readLink(field) {
    const help = /** @type {HTMLElement | null} */ (form().querySelector("[data-map-help]"));
    const found = placeFrom(field.value);
    if (help && field.value.trim()) {
        help.dataset.help ??= help.textContent ?? "";
        help.textContent = (found ? help.dataset.help : help.dataset.unread) ?? "";
        help.classList.toggle("red", !found);
    }
    if (found) write({ latitude: found.latitude, longitude: found.longitude, ...(found.name ? { name: found.name } : {}) });
}

/** @param {HTMLInputElement} field */
async function search(field) {
    const wanted = field.value.trim();
    const response = await get(withQuery(field.dataset.url ?? "", { q: wanted })).catch(() => null);
    const found = response?.ok ? (await response.json()).contacts : [];
    if (field.value.trim() !== wanted) return;
    form().querySelector("[data-card-found]")?.replaceChildren(...found.map((/** @type {Special} */ { id, name, phone }) => {
        const item = Object.assign(document.createElement("button"), { type: "button", className: "menu__item" });
        item.setAttribute("role", "option");
        item.append(element("strong", "", name), " ", element("span", "muted", phone));
        item.addEventListener("click", () => {
            write({ contact: id, name, phone, email: "", company: "" });
            form().querySelector("[data-card-found]")?.replaceChildren();
            show();
        });
        return item;
    }));
}

/** @param {MouseEvent} event */
function clicked(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target === dialog || target.closest("[data-close]")) return dialog?.close();
    if (target.closest("[data-add-row]")) addRow(all(".special__section").pop())?.querySelector("input")?.focus();
    else if (target.closest("[data-add-section]")) {
        const section = addSection();
        addRow(section);
        section.querySelector("input")?.focus();
    } else if (target.closest("[data-remove-row]")) {
        const row = target.closest(".special__row");
        const section = row?.closest(".special__section");
        if (all(".special__row").length > 1) row?.remove();
        if (section && !section.querySelector(".special__row") && all(".special__section").length > 1) section.remove();
    } else return;
    show();
}

/** @param {SubmitEvent} event */
function submitted(event) {
    event.preventDefault();
    const said = read();
    const box = document.createElement("div");
    box.append(...preview(said));
    if (keep) keep(said, box);
    else if (event.submitter?.matches("[data-special-later]")) composer?.laterSpecial(said, box);
    else composer?.sendSpecial(said, box);
    dialog?.close();
}
