/**
 * What a finger does where a mouse would hover: a long press selects a conversation of the list, from then on a tap selects too; a
 * tap on a bubble shows what can be done with it.
 */
// @ts-check
import { bar } from "pick";

const LONG_MS = 450;
const STILL_PX = 10;
const TOUCH = matchMedia("(hover: none)");

let press = 0;
let from = { x: 0, y: 0 };
/** The click that ends a long press opens nothing. */
let hasPressed = false;

/** @param {Event} event @param {string} wanted @returns {HTMLElement | null} */
const at = (event, wanted) => (event.target instanceof Element ? event.target.closest(wanted) : null);

/** A push may have put another row in its place. @param {string} id */
function pick(id) {
    bar()?.toggle(document.getElementById(id));
}

/** @param {TouchEvent} event */
function down(event) {
    clearTimeout(press);
    hasPressed = false;
    const id = at(event, ".row")?.id;
    const [touch] = event.touches;
    if (!id || event.touches.length > 1) return;
    from = { x: touch.clientX, y: touch.clientY };
    press = setTimeout(() => {
        hasPressed = true;
        pick(id);
        navigator.vibrate?.(10);
    }, LONG_MS);
}

/** @param {TouchEvent} event */
function move(event) {
    const [touch] = event.touches;
    if (Math.hypot(touch.clientX - from.x, touch.clientY - from.y) > STILL_PX) clearTimeout(press);
}

/** @param {MouseEvent} event */
function tap(event) {
    const row = at(event, ".row");
    if (row && (hasPressed || (TOUCH.matches && bar()?.isPicking && !at(event, ".row__pick")))) {
        event.preventDefault();
        event.stopPropagation();
        if (!hasPressed) pick(row.id);
        hasPressed = false;
    } else if (TOUCH.matches) showActs(event);
}

/** One bubble at a time; what is pressed in it stays what it is. @param {MouseEvent} event */
function showActs(event) {
    const message = at(event, ".message");
    const isOwn = at(event, "a, button, summary, audio, video, input");
    for (const other of document.querySelectorAll(".message[data-touched]")) {
        if (other !== message || !isOwn) other.removeAttribute("data-touched");
        if (other === message) return;
    }
    if (message && !isOwn && at(event, ".bubble") && !getSelection()?.toString()) message.dataset.touched = "";
}

document.addEventListener("touchstart", down, { passive: true });
document.addEventListener("touchmove", move, { passive: true });
document.addEventListener("touchend", () => clearTimeout(press), { passive: true });
document.addEventListener("touchcancel", () => clearTimeout(press), { passive: true });
document.addEventListener("click", tap, { capture: true });
document.addEventListener("contextmenu", (event) => {
    if (TOUCH.matches && at(event, ".row")) event.preventDefault(); // the system's menu of links comes with the same press
});
