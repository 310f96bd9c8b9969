/**
 * The filter builder: rows of what, how and which, joined by all or any, with groups inside. What it makes is the rules of
 * conversations/filters.py in the address, so every filter can be linked to.
 */
// @ts-check
import { wake } from "place";
import { get, withQuery } from "server";
import { say } from "words";

/** @typedef {{op: string, label: string, kind: string}} Op */
/** @typedef {{key: string, label: string, group: string, ops: Op[], options: [string, string][]}} Subject */
/** @typedef {[string, string, string[]]} Condition */
/** @typedef {{all?: Part[], any?: Part[]}} Group */
/** @typedef {Condition | Group} Part */

/** @type {Subject[]} */ let subjects = [];

/** @template {keyof HTMLElementTagNameMap} T @param {T} tag @param {Record<string, string>} [attributes] @param {(Node | string)[]} children @returns {HTMLElementTagNameMap[T]} */
function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
}

/** @param {string} name */
function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#i-${name}`);
    svg.append(use);
    return svg;
}

const dialog = () => /** @type {HTMLDialogElement} */ (document.getElementById("filter"));

/** @param {string} key */
const subjectOf = (key) => subjects.find((one) => one.key === key) ?? subjects[0];

/** @param {[string, string][]} options @param {string} chosen @param {string} label */
function select(options, chosen, label) {
    const box = make("select", { class: "input input--small", "aria-label": label });
    for (const [value, words] of options) {
        const option = make("option", { value }, words);
        option.selected = value === chosen;
        box.append(option);
    }
    return make("span", { class: "field__select" }, box, icon("chevron-down"));
}

/** Several of the options, in a menu. @param {Subject} subject @param {string[]} values */
function several(subject, values) {
    const words = dialog().dataset;
    const label = make("summary", { class: "input input--small filter__several" });
    const list = make("div", { class: "menu drop__menu filter__menu" });
    for (const [value, name] of subject.options) {
        const box = make("input", { type: "checkbox", value });
        box.checked = values.includes(value);
        list.append(make("label", { class: "label-menu__one" }, box, make("span", { class: "truncate" }, name)));
    }
    const tell = () => {
        const chosen = [...list.querySelectorAll("input:checked")].map((box) => box.nextElementSibling?.textContent ?? "");
        label.textContent = chosen.join(", ") || words.choose || "";
        label.toggleAttribute("data-empty", !chosen.length);
    };
    list.addEventListener("change", tell);
    tell();
    return make("details", { class: "drop filter__value" }, label, list);
}

/** @param {Subject} subject @param {Op} op @param {string[]} values */
function valueOf(subject, op, values) {
    if (op.kind === "flag" || op.kind === "filled") return make("span", { class: "filter__value" });
    if (op.kind === "set") return several(subject, values);
    const box = make("input", { class: "input input--small filter__value", "aria-label": dialog().dataset.value ?? "", value: values[0] ?? "", maxlength: "200" });
    if (op.kind === "date") {
        const isDays = op.op === "within" || op.op === "older";
        box.type = isDays ? "number" : "date";
        if (isDays) Object.assign(box, { min: "1", max: "4000", value: values[0] || "7" });
    } else if (op.kind === "number") box.inputMode = "decimal";
    return box;
}

/** @param {Condition} condition */
function row([key, op, values]) {
    const words = dialog().dataset;
    const line = make("div", { class: "filter__row" });
    const away = make("button", { class: "icon-button", type: "button", title: words.away ?? "" }, icon("x"));
    away.addEventListener("click", () => {
        const rows = /** @type {HTMLElement} */ (line.parentElement);
        line.remove();
        if (!rows.children.length && rows.closest(".filter__group .filter__group")) rows.closest(".filter__group")?.remove();
    });
    const names = /** @type {[string, string][]} */ (subjects.map((one) => [one.key, one.group ? `${one.label} (${one.group})` : one.label]));
    const build = () => {
        const subject = subjectOf(key);
        const chosen = subject.ops.find((one) => one.op === op) ?? subject.ops[0];
        op = chosen.op;
        const what = select(names, key, words.what ?? "");
        const how = select(subject.ops.map((one) => [one.op, one.label]), op, words.how ?? "");
        line.dataset.subject = key;
        line.dataset.op = op;
        line.dataset.kind = chosen.kind;
        line.replaceChildren(what, how, valueOf(subject, chosen, values), away);
        what.firstElementChild?.addEventListener("change", (event) => {
            key = /** @type {HTMLSelectElement} */ (event.target).value;
            [op, values] = ["", []];
            build();
            line.querySelector("select")?.focus();
        });
        how.firstElementChild?.addEventListener("change", (event) => {
            op = /** @type {HTMLSelectElement} */ (event.target).value;
            values = read(line)?.[2] ?? [];
            build();
            line.querySelectorAll("select")[1]?.focus();
        });
    };
    build();
    return line;
}

/** @param {Group} group @param {number} depth */
function groupOf(group, depth) {
    const words = dialog().dataset;
    const joined = group.any ? "any" : "all";
    const rows = make("div", { class: "filter__rows" });
    const choice = select([["all", words.all ?? ""], ["any", words.any ?? ""]], joined, words.joined ?? "");
    const add = make("button", { class: "button button--small button--quiet", type: "button" }, `+ ${words.add}`);
    add.addEventListener("click", () => {
        rows.append(row([subjects[0].key, "", []]));
        /** @type {HTMLElement | null} */ (rows.lastElementChild?.querySelector("select") ?? null)?.focus();
    });
    const box = make("fieldset", { class: "filter__group" }, choice, rows, add);
    box.dataset.depth = String(depth);
    if (depth < 2) {
        const more = make("button", { class: "button button--small button--quiet", type: "button" }, `+ ${words.group}`);
        more.addEventListener("click", () => rows.append(groupOf({ any: [[subjects[0].key, "", []]] }, depth + 1)));
        box.append(more);
    }
    for (const part of group.any ?? group.all ?? []) rows.append(Array.isArray(part) ? row(part) : groupOf(part, depth + 1));
    return box;
}

/** A row as a condition; null while it has no value. @param {HTMLElement} line @returns {Condition | null} */
function read(line) {
    const { subject = "", op = "", kind } = line.dataset;
    if (kind === "flag" || kind === "filled") return [subject, op, []];
    const values = kind === "set"
        ? [...line.querySelectorAll(".filter__menu input:checked")].map((box) => /** @type {HTMLInputElement} */ (box).value)
        : [/** @type {HTMLInputElement} */ (line.querySelector("input.filter__value"))?.value.trim() ?? ""].filter(Boolean);
    return values.length ? [subject, op, kind === "number" ? [values[0].replace(",", ".").replaceAll(/\s/g, "")] : values] : null;
}

/** @param {HTMLElement} box @returns {Group | null} null if a row lacks its value */
function gather(box) {
    /** @type {Part[]} */ const parts = [];
    for (const child of box.querySelector(":scope > .filter__rows")?.children ?? []) {
        const part = child.matches(".filter__group") ? gather(/** @type {HTMLElement} */ (child)) : read(/** @type {HTMLElement} */ (child));
        if (!part) return null;
        parts.push(part);
    }
    const joined = box.querySelector("select")?.value === "any" ? "any" : "all";
    return { [joined]: parts };
}

/** Show the list with these rules. @param {string} rules */
function show(rules) {
    const list = /** @type {HTMLElement} */ (document.getElementById("list"));
    const address = new URL(list.dataset.rows ?? "", location.href);
    address.searchParams.set("f", rules);
    if (list.dataset.status) address.searchParams.set("status", list.dataset.status);
    const url = withQuery(dialog().dataset.inbox ?? "", Object.fromEntries(address.searchParams));
    const link = make("a", { href: url, "hx-get": url, "hx-target": "#list", "hx-select": "#list", "hx-swap": "outerHTML", "hx-push-url": "true", hidden: "" });
    document.body.append(link); // as the links of the list do it, so that “back” works the same
    wake(link);
    link.click();
    link.remove();
}

async function open() {
    const box = dialog();
    const response = await get(box.dataset.options ?? "").catch(() => null);
    if (!response?.ok || response.redirected) return say((response ? document.body.dataset.failed : document.body.dataset.offline) ?? "", { bad: true });
    subjects = (await response.json()).subjects;
    const text = document.getElementById("list")?.dataset.rules;
    /** @type {Group} */ const rules = text ? JSON.parse(text) : { all: [["label", "is", []]] };
    box.querySelector(".filter__body")?.replaceChildren(groupOf(rules, 1));
    /** @type {HTMLElement} */ (box.querySelector(".filter__problem")).hidden = true;
    box.showModal();
    /** @type {HTMLElement | null} */ (box.querySelector(".filter__row select"))?.focus();
}

document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("[data-filter]")) open();
    if (!dialog()?.contains(target)) return;
    if (target === dialog() || target.closest("[data-close]")) dialog().close();
    if (target.closest("[data-clear]")) {
        dialog().close();
        show("");
    }
});

document.addEventListener("submit", (event) => {
    if (!(event.target instanceof HTMLFormElement) || !event.target.closest("#filter")) return;
    event.preventDefault();
    const rules = gather(/** @type {HTMLElement} */ (dialog().querySelector(".filter__group")));
    /** @type {HTMLElement} */ (dialog().querySelector(".filter__problem")).hidden = Boolean(rules);
    if (!rules) return;
    dialog().close();
    show((rules.all ?? rules.any)?.length ? JSON.stringify(rules) : "");
});
