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

document.addEventListener("note", (event) => {
    const { kind, number } = /** @type {CustomEvent} */ (event).detail;
    if (kind !== "standing") return;
    for (const pane of document.querySelectorAll(`.pane[data-number="${Number(number)}"]`)) refresh(/** @type {HTMLElement} */ (pane));
});
