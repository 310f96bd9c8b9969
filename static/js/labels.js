/**
 * The menu of labels, which stays open while several are put on, and the labels of the whole page when one gets another
 * name or colour, or is gone.
 */
// @ts-check
import { bind } from "keys";
import { parse, place } from "place";
import { post } from "server";
import { say } from "words";

document.addEventListener("change", async (event) => {
    const box = /** @type {HTMLInputElement} */ (event.target);
    const menu = box instanceof HTMLInputElement ? box.closest(".label-menu") : null;
    if (!(menu instanceof HTMLElement) || box.type !== "checkbox") return;
    const on = box.checked;
    const fields = { label: box.value, ...(on ? { on: "1" } : {}) };
    const response = await post(menu.dataset.labels ?? "", fields).catch(() => null);
    if (response?.ok && !response.redirected) return place(await response.text());
    box.checked = !on;
    const words = response ? parse(await response.text()).querySelector(".refusal p")?.textContent || document.body.dataset.failed : document.body.dataset.offline;
    say(words ?? "", { bad: true });
});

document.addEventListener("input", (event) => {
    const input = event.target instanceof HTMLInputElement && event.target.matches("[data-find-label]") ? event.target : null;
    const menu = input?.closest(".label-menu");
    if (!input || !menu) return;
    const wanted = input.value.trim().toLowerCase();
    let found = 0;
    for (const one of menu.querySelectorAll(".label-menu__one")) {
        const fits = (one.textContent ?? "").toLowerCase().includes(wanted);
        one.toggleAttribute("hidden", !fits);
        found += Number(fits);
    }
    menu.querySelector("[data-none]")?.toggleAttribute("hidden", found > 0);
});

// Enter in the search puts the first one on or takes it off.
document.addEventListener("keydown", (event) => {
    const input = event.target instanceof HTMLInputElement && event.target.matches("[data-find-label]") ? event.target : null;
    if (!input || event.key !== "Enter") return;
    event.preventDefault();
    /** @type {HTMLInputElement | null | undefined} */ (input.closest(".label-menu")?.querySelector(".label-menu__one:not([hidden]) input"))?.click();
    input.select();
});

// Priority stands in the panel: its key opens the choice there.
bind("P", () => {
    const pane = document.querySelector(".pane:not([hidden])");
    const select = /** @type {HTMLSelectElement | null | undefined} */ (pane?.querySelector(".panel select[name=priority]"));
    if (!pane || !select) return false;
    if (!select.offsetParent) /** @type {HTMLElement | null} */ (pane.querySelector("[data-panel-toggle]"))?.click();
    select.focus();
    try {
        select.showPicker();
    } catch {
        // an old browser: the arrow keys choose
    }
});

document.addEventListener("note", (event) => {
    const note = /** @type {CustomEvent} */ (event).detail;
    if (note.kind !== "label") return;
    for (const label of document.querySelectorAll(`.label[data-label="${Number(note.label)}"]`)) {
        if (note.gone) {
            (label.closest(".label-menu__one") ?? label).remove();
            continue;
        }
        label.textContent = note.name;
        label.className = label.className.replace(/label--(?!big)\w+/, `label--${note.colour}`);
    }
});
