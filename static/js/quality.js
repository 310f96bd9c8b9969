/** The quality pages: asked for anew when the server says that something changed, and when the line opens. */
// @ts-check
import "live";

const PAUSE_MS = 300; // a poll changes much at once
let timer = 0;

function ask() {
    clearTimeout(timer);
    timer = setTimeout(() => {
        if (document.activeElement?.closest("[data-anew] form :is(input, textarea, select)")) ask(); // what is typed is not taken away
        else document.dispatchEvent(new CustomEvent("anew"));
    }, PAUSE_MS);
}

document.addEventListener("note", (event) => {
    if (["quality", "standing"].includes(/** @type {CustomEvent} */ (event).detail.kind)) ask();
});
// Notes are not kept, not even while the page was on its way here.
document.addEventListener("line", (event) => /** @type {CustomEvent} */ (event).detail.open && ask());
