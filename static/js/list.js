/**
 * <conversation-list>: keeps the rows that belong to this view, in order, and marks those the agent has not read.
 *
 * What the agent has read is the agent's own, so it is not in the rows that everybody gets: `#seen` and notes tell it.
 */
// @ts-check
import { parse, sorted, wake } from "place";
import { get, withQuery } from "server";
import { showUnread } from "title";

const KEEP_ROWS = 300;
const COUNTS_PAUSE_MS = 3000;
const ASK_PAUSE_MS = 150;

/** @param {Element} row */
const idOf = (row) => Number(row.id.replace("conversation-", ""));

/** Inbound messages the agent has seen, by conversation. It outlives a list that another filter brought. @type {Map<number, number>} */
const seen = new Map();
/** The open conversation; 0: none. */
let open = 0;

export class ConversationList extends HTMLElement {
    #countsTimer = 0;
    #countsAsked = 0;
    #askTimer = 0;
    /** Rows of which the server must say whether they belong here. @type {Set<number>} */
    #unsure = new Set();
    /** Rows of which we do not know what the agent has seen. @type {Set<number>} */
    #unseen = new Set();
    #lastSort = "";
    #off = new AbortController();
    #watch = new MutationObserver((changes) => this.#arrived(changes));

    connectedCallback() {
        this.#off = new AbortController();
        const { signal } = this.#off;
        this.addEventListener("placed", (event) => this.#placed(/** @type {CustomEvent} */ (event)), { signal });
        this.addEventListener("taken", () => this.#changed(), { signal });
        document.addEventListener("note", (event) => this.#note(/** @type {CustomEvent} */ (event).detail), { signal });
        this.#watch.observe(this.box, { childList: true });
        for (const row of this.querySelectorAll(".row")) this.#order(row);
        this.learn(JSON.parse(this.querySelector("#seen")?.textContent || "{}"));
        this.#changed({ counts: false });
    }

    disconnectedCallback() {
        this.#off.abort();
        this.#watch.disconnect();
        clearTimeout(this.#countsTimer);
        clearTimeout(this.#askTimer);
    }

    /** @returns {HTMLElement} */
    get box() {
        return /** @type {HTMLElement} */ (this.querySelector("#conversation-rows") ?? this);
    }

    /** @returns {HTMLElement[]} */
    get rows() {
        return sorted(this.box).filter((row) => row.classList.contains("row"));
    }

    /** @param {number} id @returns {HTMLElement | null} */
    row(id) {
        return this.querySelector(`#conversation-${id}`);
    }

    /** The row of the open conversation. @returns {HTMLElement | null} */
    get current() {
        return this.querySelector(".row[aria-current]");
    }

    /** The row that the keyboard stands on. @returns {HTMLElement | null} */
    get chosen() {
        return this.querySelector(".row[data-chosen]");
    }

    /** Mark the open row. @param {number} id 0: none */
    select(id) {
        for (const row of this.querySelectorAll(".row[aria-current]")) if (idOf(row) !== id) this.#mark(row, false);
        const row = this.row(id);
        if (row) this.#mark(row, true);
        if (id !== open) this.#reveal(id);
        this.chosen?.removeAttribute("data-chosen");
        open = id;
        this.#lastSort = row?.dataset.sort ?? this.#lastSort;
    }

    /** With the next frame: scrolling now would lay out the whole page before the thread is in it, and again after. @param {number} id */
    #reveal(id) {
        requestAnimationFrame(() => id === open && this.row(id)?.scrollIntoView({ block: "nearest" }));
    }

    /** Move the keyboard's mark without opening. @param {HTMLElement | null} row */
    choose(row) {
        if (!row) return;
        this.chosen?.removeAttribute("data-chosen");
        row.setAttribute("data-chosen", "");
        row.scrollIntoView({ block: "nearest" });
        /** @type {HTMLElement | null} */ (row.querySelector(".row__link"))?.focus({ preventScroll: true });
        this.#lastSort = row.dataset.sort ?? "";
    }

    /** @param {Element} row @param {boolean} isOpen */
    #mark(row, isOpen) {
        const link = row.querySelector(".row__link");
        if (isOpen) {
            row.setAttribute("aria-current", "true");
            link?.setAttribute("aria-current", "page");
        } else {
            row.removeAttribute("aria-current");
            link?.removeAttribute("aria-current");
        }
    }

    /**
     * The next row down (1) or up (-1), also when the one we stood on has just left the list.
     * @param {1 | -1} step @param {HTMLElement | null} [from]
     */
    neighbour(step, from = this.current) {
        const rows = this.rows;
        if (from) return rows[rows.indexOf(from) + step] ?? null;
        if (!this.#lastSort) return rows.at(step > 0 ? 0 : -1) ?? null;
        const below = rows.findIndex((row) => (row.dataset.sort ?? "") > this.#lastSort);
        if (step > 0) return rows[below] ?? null;
        return rows[(below < 0 ? rows.length : below) - 1] ?? null;
    }

    /** @param {number} id */
    unreadOf(id) {
        const row = this.row(id);
        return row && seen.has(id) ? Math.max(Number(row.dataset.inbound || 0) - (seen.get(id) ?? 0), 0) : 0;
    }

    /** The agent has seen all that is shown of this conversation. @param {number} id */
    read(id) {
        const row = this.row(id);
        if (row) this.learn({ [id]: Number(row.dataset.inbound || 0) });
    }

    /** @param {Record<string, number>} counts */
    learn(counts) {
        for (const [id, count] of Object.entries(counts)) {
            seen.set(Number(id), Math.max(count, seen.get(Number(id)) ?? 0));
            const row = this.row(Number(id));
            if (row) this.#showUnread(row);
        }
        this.#total();
    }

    /** @param {{kind?: string, conversation?: number, seen?: number}} note */
    #note(note) {
        if (note.kind === "read" && note.conversation) this.learn({ [note.conversation]: note.seen ?? 0 });
    }

    /** A row was pushed. @param {CustomEvent<{old: HTMLElement | null}>} event */
    #placed(event) {
        const row = /** @type {HTMLElement} */ (event.target);
        if (!row.classList.contains("row")) return;
        const { old } = event.detail;
        const moved = !old || ["status", "assignee", "number"].some((name) => old.dataset[name] !== row.dataset[name]);
        if (!seen.has(idOf(row))) this.#ask(row, this.#unseen);
        const belongs = this.#belongs(row, Boolean(old));
        if (belongs === false) {
            row.remove();
        } else {
            if (belongs === undefined) {
                if (!old) row.hidden = true; // until the server has said that it is one of these
                this.#ask(row, this.#unsure);
            }
            if (idOf(row) === open) this.#mark(row, true);
            if (old?.hasAttribute("data-chosen")) row.setAttribute("data-chosen", "");
            if (row.matches("[aria-current], [data-chosen]")) this.#lastSort = row.dataset.sort ?? "";
        }
        this.#changed({ counts: moved });
    }

    /** Put the question with those of the same moment. @param {HTMLElement} row @param {Set<number>} questions */
    #ask(row, questions) {
        questions.add(idOf(row));
        this.#askTimer ||= setTimeout(() => {
            this.#askTimer = 0;
            this.#judge();
            this.#learnSeen();
        }, ASK_PAUSE_MS);
    }

    /** Which of the rows in doubt the list has; the others leave. */
    async #judge() {
        const ids = [...this.#unsure];
        this.#unsure.clear();
        if (!ids.length) return;
        const response = await get(withQuery(this.dataset.rows ?? "", { ids: ids.join(",") })).catch(() => null);
        if (!response?.ok || response.redirected || !this.isConnected) return;
        const answer = parse(await response.text());
        const here = new Set([...answer.querySelectorAll(".row")].map(idOf));
        for (const id of ids) {
            const row = this.row(id);
            if (!row || this.#unsure.has(id)) continue;
            if (here.has(id)) row.hidden = false;
            else row.remove();
        }
        const marks = /** @type {HTMLElement | null} */ (answer.querySelector("[data-seen]"))?.dataset.seen;
        if (marks) this.learn(JSON.parse(marks));
        this.#changed({ counts: false });
    }

    async #learnSeen() {
        const ids = [...this.#unseen].filter((id) => !seen.has(id));
        this.#unseen.clear();
        if (!ids.length) return;
        const response = await get(withQuery(this.dataset.read ?? "", { ids: ids.join(",") })).catch(() => null);
        if (response?.ok && !response.redirected) this.learn(await response.json());
    }

    /** Where the row stands in the order of this list. @param {Element} row */
    #order(row) {
        const place = row.getAttribute("data-sorts")?.split(" ")[Number(this.dataset.sortIndex || 0)];
        if (place) row.setAttribute("data-sort", place);
    }

    /** Whether the row is one of this list; undefined: only the server can say. @param {HTMLElement} row @param {boolean} wasHere @returns {boolean | undefined} */
    #belongs(row, wasHere) {
        const { tab, status, number, query, agent } = this.dataset;
        const { assignee = "" } = row.dataset;
        if (tab === "mine" && assignee !== agent) return false;
        if (tab === "unassigned" && assignee !== "") return false;
        if (status && status !== "any" && status !== row.dataset.status) return false;
        if (number && number !== row.dataset.number) return false;
        if (this.dataset.rules) return undefined;
        return wasHere || !(query || this.dataset.mentioned !== undefined) ? true : undefined;
    }

    /** Rows may also come by htmx: a page further down. @param {MutationRecord[]} changes */
    #arrived(changes) {
        const fresh = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node instanceof HTMLElement && node.isConnected);
        for (const node of fresh) {
            const element = /** @type {HTMLElement} */ (node);
            if (element.dataset.seen) this.learn(JSON.parse(element.dataset.seen));
            if (element.dataset.seen) element.remove();
            if (!element.classList.contains("row")) continue;
            this.#order(element);
            const twins = this.box.querySelectorAll(`:scope > #${element.id}`);
            if (twins.length > 1) twins[twins.length - 1].remove(); // it was pushed further up meanwhile
            this.#showUnread(element);
        }
    }

    /** @param {{counts?: boolean}} [what] */
    #changed({ counts = true } = {}) {
        const rows = this.rows;
        if (rows.length > KEEP_ROWS) this.#shorten(rows);
        const empty = /** @type {HTMLElement | null} */ (this.querySelector(".list__empty"));
        if (empty) empty.hidden = rows.length > 0;
        for (const row of rows) this.#showUnread(row);
        if (counts) this.#askCounts();
        this.#total();
    }

    /** A list that grows all day loses its end; scrolling down brings it back. @param {HTMLElement[]} rows */
    #shorten(rows) {
        const more = this.box.querySelector(":scope > .rows__more");
        if (!more) return;
        for (const row of rows.slice(KEEP_ROWS)) row.remove();
        const last = rows[KEEP_ROWS - 1];
        const fresh = /** @type {HTMLElement} */ (more.cloneNode(true));
        fresh.setAttribute("hx-get", withQuery(more.getAttribute("hx-get") ?? "", { before: last.dataset.sort ?? "" }));
        more.replaceWith(fresh);
        wake(fresh);
    }

    /** @param {HTMLElement} row */
    #showUnread(row) {
        const count = seen.has(idOf(row)) ? Math.max(Number(row.dataset.inbound || 0) - (seen.get(idOf(row)) ?? 0), 0) : 0;
        row.toggleAttribute("data-unread", count > 0);
        const badge = /** @type {HTMLElement | null} */ (row.querySelector(".row__unread"));
        if (!badge) return;
        badge.hidden = count === 0;
        badge.textContent = count > 99 ? "99+" : String(count);
    }

    #total() {
        showUnread(this.querySelectorAll(".row[data-unread]").length);
    }

    /** The counts of the tabs are the server's; asked for once in a while, however much happens. */
    #askCounts() {
        if (!this.dataset.counts || this.#countsTimer) return;
        this.#countsTimer = setTimeout(async () => {
            this.#countsTimer = 0;
            const asked = ++this.#countsAsked;
            const response = await get(this.dataset.counts || "").catch(() => null);
            if (!response?.ok || response.redirected || asked !== this.#countsAsked) return; // a later question is on its way, or the next change asks
            for (const [tab, words] of Object.entries(await response.json())) {
                const count = this.querySelector(`[data-count="${tab}"]`);
                if (count) count.textContent = words;
            }
        }, COUNTS_PAUSE_MS * Math.random());
    }
}

/** @returns {ConversationList | null} */
export const list = () => document.querySelector("conversation-list");

/** The words of the search that the agent is still typing while the answer to half of them comes in. */
function keepTyping() {
    const active = /** @type {HTMLInputElement | null} */ (document.activeElement);
    if (!active?.matches("conversation-list [data-search]")) return;
    const { value, selectionStart, selectionEnd } = active;
    queueMicrotask(() => {
        const fresh = /** @type {HTMLInputElement | null} */ (document.querySelector("conversation-list [data-search]"));
        if (!fresh || fresh === active) return;
        const isBehind = fresh.value.trim() !== value.trim();
        fresh.value = value;
        fresh.focus();
        fresh.setSelectionRange(selectionStart, selectionEnd);
        if (isBehind) fresh.dispatchEvent(new Event("input", { bubbles: true }));
    });
}

document.addEventListener("htmx:afterSwap", (event) => {
    if (/** @type {any} */ (event).detail.target?.id === "list") list()?.select(open);
});
document.addEventListener("htmx:beforeSwap", (event) => {
    if (/** @type {any} */ (event).detail.target?.id === "list") keepTyping();
});

customElements.define("conversation-list", ConversationList);
