/** What stands above the composer when Meta holds a number: fetched anew when the server says that it changed. */
// @ts-check
import { parse, wake } from "place";
import { get } from "server";

/** @param {HTMLElement} pane */
async function refresh(pane) {
    const response = await get(`${pane.dataset.url}held/`).catch(() => null);
    if (!response?.ok || response.redirected) return; // the next change of the conversation brings it
    const fresh = parse(await response.text()).firstElementChild;
    const old = fresh && document.getElementById(fresh.id);
    if (!fresh || !old) return;
    old.replaceWith(fresh);
    wake(fresh);
}

/** @param {string} which panes */
function refreshAll(which) {
    for (const pane of document.querySelectorAll(which)) refresh(/** @type {HTMLElement} */ (pane));
}

document.addEventListener("note", (event) => {
    const { kind, number } = /** @type {CustomEvent} */ (event).detail;
    if (kind === "standing") refreshAll(`.pane[data-number="${Number(number)}"]`);
});

// Notes are not kept: what was said while the line was down is asked for.
document.addEventListener("line", (event) => /** @type {CustomEvent} */ (event).detail.isBack && refreshAll(".pane[data-number]"));
