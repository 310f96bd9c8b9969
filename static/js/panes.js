/**
 * The panes of the inbox. <pane-resizer>: an edge that is dragged, or moved by arrow keys, to make the list or the panel wider;
 * the width is remembered in this browser, and whether the panel is shown. On a phone, where one pane is shown at a time, a swipe goes back or to the contact.
 */
// @ts-check
import { deck } from "deck";

const STEP = 16;
const SWIPE_PX = 70;
const EDGE_PX = 24; // the system's own gesture starts there
const PHONE = matchMedia("(width <= 720px)");

class PaneResizer extends HTMLElement {
    connectedCallback() {
        this.addEventListener("pointerdown", (event) => this.#drag(event));
        this.addEventListener("keydown", (event) => this.#key(event));
        this.addEventListener("dblclick", () => this.#set(0));
        const kept = Number(localStorage.getItem(this.#memory));
        this.#set(kept, { keep: false });
    }

    /** Which of the two: `list` stands before the edge, `panel` after it. */
    get #name() {
        return this.dataset.pane === "panel" ? "panel" : "list";
    }

    get #memory() {
        return `width:${this.#name}`;
    }

    get #limits() {
        return { least: Number(this.getAttribute("aria-valuemin")), most: Number(this.getAttribute("aria-valuemax")) };
    }

    get #width() {
        return parseInt(getComputedStyle(this).getPropertyValue(`--${this.#name}`), 10);
    }

    /** @param {number} width in pixels; 0: as it comes @param {{keep?: boolean}} [how] */
    #set(width, { keep = true } = {}) {
        const { least, most } = this.#limits;
        const frame = /** @type {HTMLElement | null} */ (this.closest(".inbox"));
        if (width) frame?.style.setProperty(`--${this.#name}`, `${Math.min(Math.max(Math.round(width), least), most)}px`);
        else frame?.style.removeProperty(`--${this.#name}`);
        this.setAttribute("aria-valuenow", String(this.#width));
        if (keep && width) localStorage.setItem(this.#memory, String(this.#width));
        else if (keep) localStorage.removeItem(this.#memory);
    }

    /** @param {PointerEvent} event */
    #drag(event) {
        event.preventDefault();
        this.setPointerCapture(event.pointerId);
        const [from, width] = [event.clientX, this.#width];
        const sign = (this.#name === "list" ? 1 : -1) * (getComputedStyle(this).direction === "rtl" ? -1 : 1);
        const move = (/** @type {PointerEvent} */ now) => this.#set(width + (now.clientX - from) * sign);
        this.addEventListener("pointermove", move);
        this.addEventListener("lostpointercapture", () => this.removeEventListener("pointermove", move), { once: true });
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
        const sign = this.#name === "list" ? 1 : -1;
        const step = { ArrowRight: STEP * sign, ArrowLeft: -STEP * sign }[event.key];
        const { least, most } = this.#limits;
        if (step) this.#set(this.#width + step);
        else if (event.key === "Home") this.#set(least);
        else if (event.key === "End") this.#set(most);
        else return;
        event.preventDefault();
    }
}

customElements.define("pane-resizer", PaneResizer);

// --- the panel of the contact: shown or hidden as this browser had it last; lying over the thread where there is little room ---

const NARROW = matchMedia("(width <= 1180px)");
const PANEL = "panel";
const frame = () => /** @type {HTMLElement | null} */ (document.querySelector(".inbox"));

document.addEventListener("click", (event) => {
    const inbox = frame();
    const button = event.target instanceof Element ? event.target.closest(PHONE.matches ? "[data-panel-toggle], [data-panel-here]" : "[data-panel-toggle]") : null;
    if (!inbox || !button) return;
    event.preventDefault(); // the name leads to the contact's page where the panel is in sight anyway
    if (PHONE.matches) inbox.dataset.pane = "panel";
    else if (NARROW.matches) inbox.dataset.panel = inbox.dataset.panel === "open" ? "shown" : "open";
    else {
        inbox.dataset.panel = inbox.dataset.panel === "hidden" ? "shown" : "hidden";
        localStorage.setItem(PANEL, inbox.dataset.panel);
    }
});
if (localStorage.getItem(PANEL) === "hidden") frame()?.setAttribute("data-panel", "hidden");

// --- swipes ---

/** Where a finger went down, if what is there does not itself move sideways. @type {{x: number, y: number} | null} */
let start = null;

/** @param {TouchEvent} event */
function down(event) {
    const [touch] = event.touches;
    const target = /** @type {Element} */ (event.target);
    const isFree = PHONE.matches && event.touches.length === 1 && !target.closest("dialog, audio, video, input, textarea, .gallery, .menu, [data-swipe=own]");
    start = isFree && touch.clientX > EDGE_PX && touch.clientX < innerWidth - EDGE_PX ? { x: touch.clientX, y: touch.clientY } : null;
}

/** @param {TouchEvent} event */
function up(event) {
    const [touch] = event.changedTouches;
    if (!start || getSelection()?.type === "Range") return;
    const [dx, dy] = [touch.clientX - start.x, touch.clientY - start.y];
    start = null;
    if (Math.abs(dx) < SWIPE_PX || Math.abs(dx) < 2 * Math.abs(dy)) return;
    const inbox = frame();
    const isBack = dx > 0 === (getComputedStyle(document.body).direction === "ltr");
    if (isBack && inbox?.dataset.pane !== "list") deck()?.back();
    else if (!isBack && inbox?.dataset.pane === "thread") inbox.dataset.pane = "panel";
}

document.addEventListener("touchstart", down, { passive: true });
document.addEventListener("touchend", up, { passive: true });
document.addEventListener("touchcancel", () => (start = null), { passive: true });
