/** The quality pages: asked for anew when the server says that something changed, and after every gap of the line. */
// @ts-check
import "live";

const PAUSE_MS = 300; // a poll changes much at once
let timer = 0;
let hasOpened = false;

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
document.addEventListener("line", (event) => {
    if (!(/** @type {CustomEvent} */ (event).detail.open)) return;
    if (hasOpened) ask();
    hasOpened = true;
});
