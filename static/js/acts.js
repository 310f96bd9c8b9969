/**
 * Acts on a conversation without leaving it: forms with data-act are posted, the answer's fragments put in their place.
 * The same fragments come by the socket too; whichever is newer stays. Without JavaScript the forms work as forms.
 */
// @ts-check
import { place, parse } from "place";
import { post } from "server";
import { say } from "words";

/** @param {HTMLFormElement} form @param {HTMLElement | null} [button] */
async function act(form, button = null) {
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    const fields = new FormData(form, button instanceof HTMLButtonElement ? button : null);
    form.closest("details")?.removeAttribute("open");
    try {
        const response = await post(form.action, fields);
        const html = await response.text();
        if (response.ok) place(html);
        else say(response.status === 409 ? wordsOf(html) : document.body.dataset.failed || "", { bad: true });
    } catch {
        say(document.body.dataset.offline || "", { bad: true });
    } finally {
        form.removeAttribute("aria-busy");
    }
}

/** The sentence of a refusal. @param {string} html */
function wordsOf(html) {
    return parse(html).querySelector("p")?.textContent?.trim() || "";
}

document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset.act === undefined) return;
    event.preventDefault();
    act(form, event.submitter);
});

document.addEventListener("change", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form[data-act-on=change]") : null;
    if (form instanceof HTMLFormElement) act(form);
});

// A menu closes when one clicks elsewhere or presses Escape, as menus do.
document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.drop[open]")) {
        if (event.target instanceof Node && !menu.contains(event.target)) menu.removeAttribute("open");
    }
    // What a narrow head has no room for stands in its last menu, and opens from there.
    const item = event.target instanceof Element ? event.target.closest("[data-over] .menu__item") : null;
    if (!(item instanceof HTMLElement)) return;
    item.closest("details")?.removeAttribute("open");
    document.getElementById(item.dataset.opens ?? "")?.setAttribute("open", "");
});
document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.drop[open]");
    if (!menu) return;
    menu.removeAttribute("open");
    const summary = menu.querySelector("summary");
    /** @type {HTMLElement | null | undefined} */ (summary?.checkVisibility() ? summary : menu.parentElement?.querySelector("[data-over] > summary"))?.focus();
    event.stopPropagation();
});

/** What is typed in an open menu is meant for it: its field for words, else the item that begins so. @param {KeyboardEvent} event */
function typeInMenu(event) {
    const menu = document.activeElement?.closest("details.drop[open]");
    const isLetter = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!menu || !isLetter || document.activeElement?.matches("input, textarea, select")) return;
    event.stopPropagation(); // no key of the page
    const field = /** @type {HTMLInputElement | null} */ (menu.querySelector("input[name=typed], [data-find-label]"));
    if (field) return field.focus(); // and the letter falls into it
    const begun = itemsOf(menu).filter((item) => item.textContent?.trim().toLocaleLowerCase().startsWith(event.key.toLocaleLowerCase()));
    begun[(begun.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + 1) % begun.length]?.focus();
}
document.addEventListener("keydown", typeInMenu);

/** What the arrows of a menu go through. @param {Element} menu @returns {HTMLElement[]} */
const itemsOf = (menu) => [.../** @type {NodeListOf<HTMLElement>} */ (menu.querySelectorAll(".menu__item, .drop__menu input:not([type=hidden])"))];

// A menu takes the keyboard when it opens, also when its items come a moment later.
document.addEventListener("toggle", (event) => {
    if (event.target instanceof HTMLDetailsElement && event.target.matches(".drop[open]")) itemsOf(event.target)[0]?.focus();
}, { capture: true });
document.addEventListener("htmx:afterSwap", (event) => {
    const menu = /** @type {Element} */ (event.target).closest?.("details.drop[open]");
    if (menu && !menu.contains(document.activeElement?.closest("form, a") ?? null)) itemsOf(menu)[0]?.focus();
});
document.addEventListener("keydown", (event) => {
    const menu = document.activeElement?.closest("details.drop[open]");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!menu || !step || document.activeElement?.matches("[type=datetime-local]")) return;
    const items = itemsOf(menu);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    items[(at + step + items.length) % items.length]?.focus();
    event.preventDefault();
});
