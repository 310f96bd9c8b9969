/**
 * A strip of offers over the composer while one writes: arrows choose, Enter or Tab takes, Escape closes. The caret stays in
 * the words. Used for @names (mentions.js) and /answers (canned.js).
 */
// @ts-check

/** @type {HTMLElement | null} */ let strip = null;
/** @type {import("composer").ReplyComposer | null} */ let writer = null;
/** @type {(item: HTMLElement) => void} */ let take = () => {};

/**
 * Show these; none: close what the same source showed before.
 * @param {string} source @param {import("composer").ReplyComposer} composer @param {HTMLElement[]} items
 * @param {(item: HTMLElement) => void} taken
 */
export function offer(source, composer, items, taken) {
    if (!items.length) return withdraw(source);
    const box = strip ?? makeStrip();
    box.dataset.source = source;
    items.forEach((item, n) => {
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", String(n === 0));
        item.id = `offer-${n}`;
    });
    box.replaceChildren(...items);
    composer.append(box);
    composer.text.setAttribute("aria-controls", "offers");
    composer.text.setAttribute("aria-activedescendant", "offer-0");
    writer = composer;
    take = taken;
}

/** @param {string} source */
export function withdraw(source) {
    if (strip?.dataset.source === source) close();
}

function makeStrip() {
    strip = Object.assign(document.createElement("div"), { className: "offers menu", id: "offers", role: "listbox" });
    strip.addEventListener("mousedown", (event) => {
        event.preventDefault(); // the caret stays in the words
        accept(/** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[role=option]")));
    });
    return strip;
}

function close() {
    writer?.text.removeAttribute("aria-activedescendant");
    strip?.remove();
}

/** @param {HTMLElement | null | undefined} item */
function accept(item) {
    if (!item) return;
    const taken = take;
    close();
    taken(item);
}

document.addEventListener("keydown", (event) => {
    if (!strip?.isConnected || event.isComposing || event.target !== writer?.text) return;
    const items = /** @type {HTMLElement[]} */ ([...strip.children]);
    const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "Enter" || event.key === "Tab") accept(items[at]);
    else if (event.key === "Escape") close();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        const next = (at + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length;
        items[at].setAttribute("aria-selected", "false");
        items[next].setAttribute("aria-selected", "true");
        items[next].scrollIntoView({ block: "nearest" });
        writer.text.setAttribute("aria-activedescendant", items[next].id);
    } else return;
    event.preventDefault();
    event.stopPropagation();
}, { capture: true });

document.addEventListener("focusout", (event) => {
    if (event.target === writer?.text) close();
});
