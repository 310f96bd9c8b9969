/**
 * Lists that colleagues keep while this page is open: saved views, labels, custom fields. A note says which has changed, and the
 * page asks for it anew; pages do not ask all at the same moment.
 */
// @ts-check
import { apply, parse, wake } from "place";
import { get, withQuery } from "server";

const SPREAD_MS = 1500;
/** @type {Set<string>} */ const changed = new Set();
let timer = 0;

document.addEventListener("note", (event) => {
    const { kind, what } = /** @type {CustomEvent<{kind: string, what: string}>} */ (event).detail;
    if (kind === "lists") askSoon(what);
});

// Notes are not kept: what was said while the line was down is asked for.
document.addEventListener("line", (event) => /** @type {CustomEvent} */ (event).detail.isBack && askSoon("views", "labels", "fields"));

/** @param {string[]} what */
function askSoon(...what) {
    for (const one of what) changed.add(one);
    timer ||= window.setTimeout(ask, Math.random() * SPREAD_MS);
}

function ask() {
    timer = 0;
    const all = [...changed];
    changed.clear();
    if (all.includes("views")) askViews();
    if (all.includes("labels")) askLabels();
    if (all.includes("fields")) askFields();
}

/** @param {string} url */
async function answer(url) {
    const response = await get(url).catch(() => null);
    return response?.ok && !response.redirected ? response.text() : "";
}

async function askViews() {
    const bar = document.getElementById("views");
    if (!bar) return;
    const { url = "", view = "" } = bar.dataset;
    const html = (view && (await answer(withQuery(url, { view })))) || (await answer(url)); // the view itself may be gone
    const fresh = parse(html).querySelector("#views");
    const old = document.getElementById("views");
    if (!fresh || !old) return;
    old.replaceWith(fresh);
    wake(fresh);
}

/** A menu in which somebody is searching is left to them. */
async function askLabels() {
    for (const menu of document.querySelectorAll(".label-menu")) {
        const search = /** @type {HTMLInputElement | null} */ (menu.querySelector("[data-find-label]"));
        if (search?.value) continue;
        const html = await answer(/** @type {HTMLElement} */ (menu).dataset.labels ?? "");
        const fresh = parse(html).querySelector(".label-menu__list");
        if (fresh) menu.querySelector(".label-menu__list")?.replaceWith(fresh);
    }
}

async function askFields() {
    for (const pane of document.querySelectorAll("[data-fields]")) apply(await answer(/** @type {HTMLElement} */ (pane).dataset.fields ?? ""));
}
