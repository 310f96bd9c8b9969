/** Pictures large: arrows go through the conversation's pictures, a click or + and − zoom, dragging moves, D downloads. */
// @ts-check

const LARGEST = 5;

/** @type {HTMLDialogElement | null} */ let dialog = null;
/** @type {HTMLAnchorElement[]} */ let links = [];
let at = 0;
let zoom = 1;
let x = 0;
let y = 0;

function make() {
    dialog = Object.assign(document.createElement("dialog"), { className: "lightbox" });
    const picture = Object.assign(new Image(), { className: "lightbox__picture", draggable: false });
    const bar = Object.assign(document.createElement("p"), { className: "lightbox__bar" });
    dialog.append(picture, bar);
    dialog.addEventListener("keydown", key);
    dialog.addEventListener("click", clicked);
    dialog.addEventListener("wheel", (event) => {
        event.preventDefault();
        zoomTo(zoom * (event.deltaY < 0 ? 1.2 : 1 / 1.2));
    }, { passive: false });
    dialog.addEventListener("pointermove", (event) => {
        if (event.buttons !== 1 || zoom === 1) return;
        x += event.movementX;
        y += event.movementY;
        draw();
    });
    document.body.append(dialog);
    return dialog;
}

/** @param {number} index */
function show(index) {
    at = (index + links.length) % links.length;
    const link = links[at];
    const name = link.dataset.lightbox ?? "";
    const picture = /** @type {HTMLImageElement} */ (dialog?.querySelector("img"));
    picture.src = link.href;
    picture.alt = link.querySelector("img")?.alt || name;
    const count = Object.assign(document.createElement("span"), { textContent: links.length > 1 ? `${at + 1} / ${links.length}` : "" });
    const download = Object.assign(document.createElement("a"), { href: `${link.href}?download=1`, download: name, textContent: `⤓ ${name}` });
    dialog?.querySelector(".lightbox__bar")?.replaceChildren(count, download);
    zoomTo(1);
}

/** @param {number} wanted */
function zoomTo(wanted) {
    zoom = Math.min(Math.max(wanted, 1), LARGEST);
    if (zoom === 1) x = y = 0;
    draw();
}

function draw() {
    const picture = /** @type {HTMLImageElement | null} */ (dialog?.querySelector("img") ?? null);
    picture?.style.setProperty("transform", `translate(${x}px, ${y}px) scale(${zoom})`);
    picture?.toggleAttribute("data-zoomed", zoom > 1);
}

/** @param {KeyboardEvent} event */
function key(event) {
    if (event.key === "ArrowRight") show(at + 1);
    else if (event.key === "ArrowLeft") show(at - 1);
    else if (event.key === "+" || event.key === "=") zoomTo(zoom * 1.5);
    else if (event.key === "-") zoomTo(zoom / 1.5);
    else if (event.key === "0") zoomTo(1);
    else if (event.code === "KeyD") /** @type {HTMLElement | null} */ (dialog?.querySelector("[download]"))?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
}

/** @param {MouseEvent} event */
function clicked(event) {
    if (event.target === dialog) dialog?.close();
    else if (event.target instanceof HTMLImageElement && event.detail === 2) zoomTo(zoom > 1 ? 1 : 2.5);
}

document.addEventListener("click", (event) => {
    const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest("a[data-lightbox]"));
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const group = link.closest(".gallery, .thread") ?? document;
    links = /** @type {HTMLAnchorElement[]} */ ([...group.querySelectorAll("a[data-lightbox]")]);
    const box = dialog ?? make();
    box.setAttribute("aria-label", link.dataset.lightbox ?? "");
    box.showModal();
    show(links.indexOf(link));
});
