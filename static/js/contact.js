/**
 * The page of a contact stays true: whatever is pushed of their conversations, and notes that say “this contact”, make it ask for
 * itself anew. A part in which somebody is writing is left to them until they go elsewhere.
 */
// @ts-check
import "live";
import "own-fields";
import { parse, wake } from "place";
import { get } from "server";

const PAUSE_MS = 500;
const page = /** @type {HTMLElement} */ (document.querySelector("[data-contact]"));
const { contact = "", erased } = page.dataset;
let timer = 0;
let isLate = false; // something waits for somebody to finish writing

document.addEventListener("pushed", (event) => {
    if (/** @type {CustomEvent<string>} */ (event).detail.includes(` data-contact="${contact}"`)) soon();
});
document.addEventListener("note", (event) => {
    const note = /** @type {CustomEvent<{kind: string, contact?: number, what?: string}>} */ (event).detail;
    if ((note.kind === "contact" && note.contact === Number(contact)) || (note.kind === "lists" && note.what === "fields")) soon();
});
document.addEventListener("line", (event) => /** @type {CustomEvent} */ (event).detail.isBack && soon());
document.addEventListener("missed", (event) => {
    event.preventDefault(); // loaded anew, the page would lose what is typed
    soon();
});
document.addEventListener("focusout", () => isLate && soon());

function soon() {
    timer ||= window.setTimeout(refresh, PAUSE_MS);
}

/** @param {Element} part */
function isBusy(part) {
    const fields = /** @type {NodeListOf<HTMLInputElement>} */ (part.querySelectorAll("input:not([type=hidden], [type=radio]), textarea"));
    return part.contains(document.activeElement) || Boolean(part.querySelector("details[open]")) || [...fields].some((field) => field.value !== field.defaultValue);
}

async function refresh() {
    timer = 0;
    const response = await get(location.pathname).catch(() => null);
    if (!response?.ok || response.redirected) return; // gone, or signed out: what stands here was true
    const fresh = parse(await response.text());
    const news = /** @type {HTMLElement | null} */ (fresh.querySelector("[data-contact]"));
    if (news && news.dataset.erased !== erased) return location.reload();
    isLate = false;
    for (const part of document.querySelectorAll("[data-live]")) {
        const other = fresh.getElementById(part.id);
        if (isBusy(part)) isLate = true;
        else if (other) {
            part.replaceWith(other);
            wake(other);
        } else part.remove();
    }
    for (const list of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-latest]"))) askAgain(list);
}

/** What is fetched by itself: its first page, where it was looked at. @param {HTMLElement} list */
async function askAgain(list) {
    if (list.querySelector(".skeleton")) return;
    const response = await get(list.dataset.latest ?? "").catch(() => null);
    if (!response?.ok || response.redirected) return;
    list.replaceChildren(parse(await response.text()));
    wake(list);
}
