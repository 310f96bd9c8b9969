/**
 * What a conversation holds, large: pictures, films and PDF papers. Arrows go through them; a picture is zoomed by wheel, two
 * fingers, a double click, + and −, and moved by dragging. The frame is the server's (_lightbox.html).
 */
// @ts-check

const LARGEST = 6;
const STEP = 1.5;

/** @typedef {"picture" | "film" | "paper"} Kind */
const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("lightbox"));
const stage = /** @type {HTMLElement} */ (dialog?.querySelector(".lightbox__stage"));
/** @type {HTMLElement[]} */ let things = [];
let at = 0;
let zoom = 1;
let x = 0;
let y = 0;
/** Fingers or the mouse on the picture. @type {Map<number, PointerEvent>} */
const pointers = new Map();

/** @param {Element} thing @returns {Kind} */
const kindOf = (thing) => (thing.matches("video") ? "film" : /** @type {HTMLElement} */ (thing).dataset.kind === "pdf" ? "paper" : "picture");

/** @param {HTMLElement} thing */
const addressOf = (thing) => thing.getAttribute("href") ?? thing.getAttribute("src") ?? "";

/** @param {number} index */
function show(index) {
    at = (index + things.length) % things.length;
    const thing = things[at];
    const name = thing.dataset.lightbox || thing.getAttribute("aria-label") || "";
    stage.replaceChildren(view(thing, name));
    dialog.dataset.kind = kindOf(thing);
    dialog.setAttribute("aria-label", name);
    part("count").textContent = things.length > 1 ? `${at + 1} / ${things.length}` : "";
    part("name").textContent = name;
    const download = /** @type {HTMLAnchorElement} */ (part("download"));
    download.href = `${addressOf(thing).split("?")[0]}?download=1`;
    for (const button of dialog.querySelectorAll("[data-step]")) button.toggleAttribute("hidden", things.length < 2);
    zoomTo(1);
}

/** @param {HTMLElement} thing @param {string} name */
function view(thing, name) {
    const src = addressOf(thing);
    const kind = kindOf(thing);
    if (kind === "film") return Object.assign(document.createElement("video"), { src, controls: true, autoplay: true, className: "lightbox__film" });
    if (kind === "paper") return Object.assign(document.createElement("iframe"), { src, title: name, className: "lightbox__paper" });
    return Object.assign(new Image(), { src, alt: thing.querySelector("img")?.alt || name, draggable: false, className: "lightbox__picture" });
}

/** @param {string} name @returns {HTMLElement} */
const part = (name) => /** @type {HTMLElement} */ (dialog.querySelector(`[data-part=${name}]`));

/** Zoom, keeping what is under the pointer in its place. @param {number} wanted @param {{clientX: number, clientY: number}} [point] */
function zoomTo(wanted, point) {
    const next = Math.min(Math.max(wanted, 1), LARGEST);
    if (point) {
        const box = stage.getBoundingClientRect();
        const [px, py] = [point.clientX - box.x - box.width / 2, point.clientY - box.y - box.height / 2];
        x = px - (px - x) * (next / zoom);
        y = py - (py - y) * (next / zoom);
    }
    zoom = next;
    if (zoom === 1) x = y = 0;
    draw();
}

function draw() {
    const picture = /** @type {HTMLImageElement | null} */ (stage.querySelector("img"));
    picture?.style.setProperty("transform", `translate(${x}px, ${y}px) scale(${zoom})`);
    picture?.toggleAttribute("data-zoomed", zoom > 1);
    const words = part("zoom");
    words.textContent = `${Math.round(zoom * 100)} %`;
}

/** @param {KeyboardEvent} event */
function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target instanceof HTMLVideoElement && event.key.startsWith("Arrow"))) return;
    const move = { ArrowRight: [-60, 0], ArrowLeft: [60, 0], ArrowDown: [0, -60], ArrowUp: [0, 60] }[event.key];
    if (move && (event.shiftKey || (zoom > 1 && !move[0]))) pan(move[0], move[1]);
    else if (event.key === "ArrowRight") show(at + 1);
    else if (event.key === "ArrowLeft") show(at - 1);
    else if (event.key === "+" || event.key === "=") zoomTo(zoom * STEP);
    else if (event.key === "-") zoomTo(zoom / STEP);
    else if (event.key === "0") zoomTo(1);
    else if (event.code === "KeyD") part("download").click();
    else return;
    event.preventDefault();
    event.stopPropagation();
}

/** @param {number} dx @param {number} dy */
function pan(dx, dy) {
    if (zoom === 1) return;
    x += dx;
    y += dy;
    draw();
}

/** @param {PointerEvent} event */
function moved(event) {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const other = [...pointers.values()].find(({ pointerId }) => pointerId !== event.pointerId);
    if (other) {
        const apart = (/** @type {PointerEvent} */ one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
        const middle = { clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 };
        zoomTo(zoom * (apart(event) / (apart(before) || 1)), middle);
    } else pan(event.clientX - before.clientX, event.clientY - before.clientY);
    pointers.set(event.pointerId, event);
}

/** A finger that swipes over a picture in its own size goes to the next one. @param {PointerEvent} event */
function lifted(event) {
    const first = downAt;
    pointers.delete(event.pointerId);
    if (event.type !== "pointerup" || event.pointerType !== "touch" || zoom > 1 || pointers.size || !first) return;
    const dx = event.clientX - first.clientX;
    if (Math.abs(dx) > 60 && things.length > 1) show(at + (dx < 0 ? 1 : -1));
}
/** @type {PointerEvent | null} */ let downAt = null;

/** @param {MouseEvent} event */
function clicked(event) {
    const target = /** @type {Element} */ (event.target);
    const button = /** @type {HTMLElement | null} */ (target.closest("button"));
    if (button?.dataset.step) show(at + Number(button.dataset.step));
    else if (button?.dataset.zoom) zoomTo(button.dataset.zoom === "in" ? zoom * STEP : zoom / STEP);
    else if (button || target === stage) dialog.close();
    else if (target.matches("img") && event.detail === 2) zoomTo(zoom > 1 ? 1 : 2.5, event);
}

if (dialog) {
    dialog.addEventListener("keydown", key);
    dialog.addEventListener("click", clicked);
    dialog.addEventListener("close", () => stage.replaceChildren()); // a film must not go on talking
    stage.addEventListener("wheel", (event) => {
        event.preventDefault();
        zoomTo(zoom * (event.deltaY < 0 ? 1.2 : 1 / 1.2), event);
    }, { passive: false });
    stage.addEventListener("pointerdown", (event) => {
        if (!(event.target instanceof HTMLImageElement)) return;
        event.target.setPointerCapture(event.pointerId); // the picture, so that a click is still on it
        pointers.set(event.pointerId, event);
        downAt = pointers.size === 1 ? event : null;
    });
    stage.addEventListener("pointermove", moved);
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, (event) => lifted(/** @type {PointerEvent} */ (event)));
}

document.addEventListener("click", (event) => {
    const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest("a[data-lightbox]"));
    if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    if (kindOf(link) === "paper" && !navigator.pdfViewerEnabled) return; // the link downloads it
    event.preventDefault();
    const group = link.closest(".gallery, .thread") ?? document;
    const papers = navigator.pdfViewerEnabled ? "" : ":not([data-kind=pdf])";
    things = [.../** @type {NodeListOf<HTMLElement>} */ (group.querySelectorAll(`a[data-lightbox]${papers}, video.video`))];
    for (const film of document.querySelectorAll("video")) film.pause();
    dialog.showModal();
    show(things.indexOf(link));
});
