/** All that is known of a message, in a dialog: fetched when asked for. */
// @ts-check
import { parse, wake } from "place";
import { get } from "server";
import { say } from "words";

/** @type {HTMLDialogElement | null} */ let dialog = null;

function make() {
    dialog = Object.assign(document.createElement("dialog"), { className: "dialog" });
    dialog.addEventListener("click", (event) => {
        const target = /** @type {Element} */ (event.target);
        if (target === dialog || target.closest("[data-close]")) dialog?.close();
    });
    document.body.append(dialog);
    return dialog;
}

document.addEventListener("click", async (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-details]"));
    const pane = /** @type {HTMLElement | null} */ (button?.closest(".pane") ?? null);
    if (!button || !pane) return;
    const response = await get(`${pane.dataset.url}messages/${button.dataset.details}/`).catch(() => null);
    if (!response?.ok || response.redirected) return say((response ? document.body.dataset.failed : document.body.dataset.offline) ?? "", { bad: true });
    const box = dialog ?? make();
    box.replaceChildren(parse(await response.text()));
    box.setAttribute("aria-label", button.title);
    wake(box);
    box.showModal();
});
