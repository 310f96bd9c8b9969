/**
 * Puts fragments from the server into the page: by element id, in the order of data-sort, the newer version wins.
 *
 * So a fragment may come twice, late, by the socket and by HTTP both. A fragment is a run of
 * <template data-into="list">, <template data-replace> and <template data-remove="id" data-version="n">.
 */
// @ts-check

const REMEMBER_MS = 60_000;
const FOCUSABLE = "a, button, input, select, textarea, summary, [tabindex]";

/** What came lately, for panes that were being fetched meanwhile. @type {{at: number, html: string}[]} */
let recent = [];
/** Elements that were removed, and at which version: a late fragment must not bring them back. @type {Map<string, number>} */
const removed = new Map();

/** @param {Element} element */
export const versionOf = (element) => Number(element.getAttribute("data-version") ?? NaN);

/** @param {string} html @returns {DocumentFragment} */
export function parse(html) {
    const box = document.createElement("template");
    box.innerHTML = html;
    return box.content;
}

/**
 * Put a pushed or answered fragment in its place, remember it for a while, and say on document that it came (`pushed`), and of
 * each row of the list its version (`row`), whether this list shows it or not.
 * @param {string} html
 */
export function place(html) {
    const now = performance.now();
    recent = recent.filter(({ at }) => now - at < REMEMBER_MS);
    recent.push({ at: now, html });
    apply(html);
    tell("pushed", html);
}

/** Apply again what came since: for a pane that was rendered before and inserted after. @param {number} since */
export function replay(since) {
    for (const { at, html } of recent) if (at >= since) apply(html);
}

/** Put elements in their place without remembering them: history that was asked for. @param {string} html */
export function apply(html) {
    for (const part of parse(html).children) {
        if (part.matches("script[data-seen]")) tell("seen", JSON.parse(part.textContent || "{}"));
        if (!(part instanceof HTMLTemplateElement)) continue;
        const { into, replace, remove } = part.dataset;
        if (remove) removeOne(remove, versionOf(part));
        for (const element of [...part.content.children]) {
            if (into !== undefined) placeInto(into, element);
            else if (replace !== undefined) replaceOne(element);
            if (into === "conversation-rows") tell("row", { id: element.id, version: versionOf(element) });
        }
    }
}

/** @param {string} name @param {unknown} detail */
function tell(name, detail) {
    document.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Whether the page shows something older than this. @param {Element | null} old @param {Element} fresh */
function isNews(old, fresh) {
    if (!old) return versionOf(fresh) > (removed.get(fresh.id) ?? -1) || Number.isNaN(versionOf(fresh));
    return !(versionOf(fresh) <= versionOf(old)); // the same version is the same truth: leave what the agent touches
}

/** @param {string} containerId @param {Element} fresh */
function placeInto(containerId, fresh) {
    const container = document.getElementById(containerId);
    order(container, fresh);
    const old = fresh.id ? document.getElementById(fresh.id) : null;
    if (!container || !isNews(old, fresh) || (!old && isBeyond(container, fresh))) return;
    insert(container, fresh, old);
}

/** A list that stands in another order than the usual one says which of `data-sorts` it goes by. @param {HTMLElement | null} container @param {Element} fresh */
function order(container, fresh) {
    const index = /** @type {HTMLElement | null | undefined} */ (container?.closest("[data-sort-index]"))?.dataset.sortIndex;
    const place = index && fresh.getAttribute("data-sorts")?.split(" ")[Number(index)];
    if (place) fresh.setAttribute("data-sort", place);
}

/** @param {Element} fresh */
function replaceOne(fresh) {
    const old = document.getElementById(fresh.id);
    if (!old || !isNews(old, fresh)) return;
    const after = carry(old, fresh);
    old.replaceWith(fresh);
    settle(fresh, old, after);
}

/** @param {string} id @param {number} version */
function removeOne(id, version) {
    const old = document.getElementById(id);
    removed.set(id, Math.max(version || 0, removed.get(id) ?? 0));
    if (!old || versionOf(old) > version) return;
    const parent = old.parentElement;
    old.remove();
    parent?.dispatchEvent(new CustomEvent("taken", { bubbles: true, detail: { old } }));
}

/** Elements of a container that have an order. @param {Element} container @returns {HTMLElement[]} */
export const sorted = (container) => [...container.querySelectorAll(":scope > [data-sort]")].map((e) => /** @type {HTMLElement} */ (e));

/**
 * Whether the element belongs to a stretch that this page has not loaded: before or after the messages shown, after the last row.
 * @param {HTMLElement} container @param {Element} fresh
 */
function isBeyond(container, fresh) {
    const sort = fresh.getAttribute("data-sort");
    const shown = sorted(container).filter((element) => element.id && !("local" in element.dataset));
    if (sort === null || !shown.length) return false;
    if (container.previousElementSibling?.matches("[data-older]") && sort < (shown[0].dataset.sort ?? "")) return true;
    if (container.nextElementSibling?.matches("[data-newer]")) return sort > (shown[shown.length - 1].dataset.sort ?? "");
    if (container.querySelector(":scope > .rows__more")) return sort > (shown[shown.length - 1].dataset.sort ?? "");
    return false;
}

/**
 * Put an element where its data-sort says; `old` leaves.
 * @param {Element} container @param {Element} fresh @param {Element | null} [old]
 */
export function insert(container, fresh, old = null) {
    const after = old ? carry(old, fresh) : undefined;
    const sort = fresh.getAttribute("data-sort");
    const others = sorted(container).filter((element) => element !== old);
    let at = others.length; // most news belongs at an end, so look from there
    while (at && sort !== null && (others[at - 1].dataset.sort ?? "") > sort) at -= 1;
    const stays = old && old.parentElement === container && isBetween(old, others[at - 1], others[at]);
    if (old && stays) old.replaceWith(fresh);
    else {
        old?.remove();
        if (at < others.length) others[at].before(fresh);
        else if (others.length) others[others.length - 1].after(fresh);
        else container.prepend(fresh);
    }
    settle(fresh, old, after);
}

/** @param {Element} element @param {Element | undefined} before @param {Element | undefined} after */
function isBetween(element, before, after) {
    const follows = !before || before.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING;
    const precedes = !after || after.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING;
    return Boolean(follows && precedes);
}

/** What the agent is doing in the old element: where the focus is, what plays. @param {Element} old @param {Element} fresh */
function carry(old, fresh) {
    const active = document.activeElement;
    const index = active && old.contains(active) ? [...old.querySelectorAll(FOCUSABLE)].indexOf(active) : null;
    const playing = [...old.querySelectorAll("audio, video")].map((m) => /** @type {HTMLMediaElement} */ (m)).find((m) => !m.paused);
    const open = [...old.querySelectorAll("details[open][id]")];
    for (const details of open) keepOpen(details, fresh);
    return () => {
        if (active && fresh.contains(active)) /** @type {HTMLElement} */ (active).focus({ preventScroll: true });
        else if (index !== null) {
            const target = index < 0 ? fresh : fresh.querySelectorAll(FOCUSABLE)[index];
            /** @type {HTMLElement} */ (target)?.focus({ preventScroll: true });
        }
        const media = /** @type {HTMLMediaElement | null} */ (playing && fresh.querySelector(playing.localName));
        if (media && playing) {
            media.currentTime = playing.currentTime;
            media.playbackRate = playing.playbackRate;
            media.play().catch(() => {});
        }
    };
}

/** A menu that is open goes over as it is, with what it has loaded; only its button is the new one. @param {Element} details @param {Element} fresh */
function keepOpen(details, fresh) {
    const twin = fresh.querySelector(`details[id="${details.id}"]`);
    const summary = twin?.querySelector(":scope > summary");
    if (!twin || !summary) return;
    const button = details.querySelector(":scope > summary");
    if (button !== document.activeElement) button?.replaceWith(summary);
    twin.replaceWith(details);
}

/** @param {Element} fresh @param {Element | null} old @param {(() => void)} [carryOver] */
function settle(fresh, old, carryOver) {
    wake(fresh);
    carryOver?.();
    fresh.dispatchEvent(new CustomEvent("placed", { bubbles: true, detail: { old } }));
}

/** Let htmx know what came in by our own hands. @param {Element} element */
export function wake(element) {
    /** @type {any} */ (window).htmx?.process(element);
}
