/**
 * <thread-deck>: the open conversation. Panes stay in the page, so that going back is one frame; a pane that is likely next
 * (under the pointer, beside the selection) is fetched before it is asked for.
 */
// @ts-check
import { list } from "list";
import { line, listenTo } from "live";
import { isMentioned, readMention } from "mentions";
import { parse, replay, versionOf, wake } from "place";
import { get, isSignedOut, post, withQuery } from "server";
import { setTitle } from "title";
import { say } from "words";

const KEEP_PANES = 12;
const HOVER_MS = 60;
const READ_MS = 400;
const NEXT_MS = 150; // what is open is painted first
const BEHIND_MS = 1000; // a thread whose row has been newer for so long has missed what its row tells of
const PHONE = matchMedia("(width <= 720px)");
const TOUCH = matchMedia("(pointer: coarse)");
const HOME = "/inbox/";

/** @param {string} url */
const idIn = (url) => Number(/\/inbox\/(\d+)\//.exec(url)?.[1] ?? 0);

/** The address's query without some of it: a search is no filter of the list, a found message belongs to one thread. @param {...string} names */
function queryWithout(...names) {
    const query = new URLSearchParams(location.search);
    for (const name of names) query.delete(name);
    return query.size ? `?${query}` : "";
}
const filters = () => queryWithout("find", "message");

export class ThreadDeck extends HTMLElement {
    /** Ids of panes, the latest shown last. @type {number[]} */
    #order = [];
    /** @type {Map<number, Promise<HTMLElement | null>>} */
    #coming = new Map();
    /** The conversation that was asked for last: an answer that comes late does not take the screen. */
    #wanted = 0;
    /** The filters of the list, as they stand in the address. */
    #query = filters();
    #hover = 0;
    #reading = 0;
    #next = 0;
    /** Panes whose row told of something newer, until it is seen whether they have it. @type {Map<number, number>} */
    #behind = new Map();
    #off = new AbortController();

    connectedCallback() {
        this.#off = new AbortController();
        const { signal } = this.#off;
        const first = this.current;
        for (const pane of this.panes) this.#order.push(Number(pane.dataset.conversation));
        document.addEventListener("click", (event) => this.#click(event), { signal });
        document.addEventListener("pointerover", (event) => this.#over(event), { signal });
        document.addEventListener("focusin", (event) => this.#over(event), { signal });
        document.addEventListener("visibilitychange", () => this.#markRead(), { signal });
        document.addEventListener("placed", (event) => this.#placed(event), { signal });
        document.addEventListener("row", (event) => this.#rowCame(/** @type {CustomEvent} */ (event).detail), { signal });
        this.addEventListener("taken", () => this.#taken(), { signal });
        addEventListener("focus", () => this.#markRead(), { signal });
        addEventListener("popstate", () => this.#travel(), { signal });
        this.#listen();
        if (first) this.#shown(first);
    }

    disconnectedCallback() {
        this.#off.abort();
        clearTimeout(this.#hover);
        clearTimeout(this.#reading);
        clearTimeout(this.#next);
        for (const timer of this.#behind.values()) clearTimeout(timer);
        this.#behind.clear();
    }

    get panes() {
        return [.../** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(":scope > .pane"))];
    }

    /** @returns {HTMLElement | null} */
    get current() {
        return this.querySelector(":scope > .pane:not([hidden])");
    }

    get frame() {
        return /** @type {HTMLElement | null} */ (this.closest(".inbox"));
    }

    /** @param {number} id @returns {HTMLElement | null} */
    pane(id) {
        return this.querySelector(`:scope > #pane-${id}`);
    }

    /**
     * Show a conversation. `push` writes its address; `focus` goes to its composer.
     * @param {string} url @param {{push?: boolean, focus?: boolean}} [how]
     */
    async show(url, { push = true, focus = false } = {}) {
        const id = idIn(url);
        this.#wanted = id;
        list()?.select(id);
        if (push) this.#push(id, url);
        this.frame?.setAttribute("data-pane", "thread");
        let pane = this.pane(id);
        if (!pane) {
            const wait = setTimeout(() => this.#wanted === id && this.#skeleton(true), 80);
            pane = await this.warm(url);
            clearTimeout(wait);
            this.#skeleton(false);
        }
        if (!pane || this.#wanted !== id) return;
        this.#uncover(pane);
        this.#shown(pane);
        if (focus && !TOUCH.matches) /** @type {HTMLElement | null} */ (pane.querySelector("textarea"))?.focus({ preventScroll: true });
    }

    /** Nothing is open: the list alone. @param {{push?: boolean}} [how] */
    close({ push = true } = {}) {
        this.#wanted = 0;
        list()?.select(0);
        this.#skeleton(false);
        this.#uncover(null);
        this.frame?.setAttribute("data-pane", "list");
        if (push) this.#push(0, HOME);
    }

    /** The address says what is open and how the list is filtered. @param {number} id @param {string} url */
    #push(id, url) {
        const { pathname } = new URL(url, location.href);
        if (pathname !== location.pathname) history.pushState({ conversation: id, from: location.pathname === HOME ? "list" : "" }, "", pathname + queryWithout("message"));
    }

    /** Another filter of the list: the open conversation stays. @param {string} query */
    filtered(query) {
        const id = Number(this.current?.dataset.conversation ?? 0);
        if (query !== location.search) history.pushState({ conversation: id }, "", location.pathname + query);
        this.#query = filters();
    }

    /** Have a pane in the page, hidden. @param {string} url @returns {Promise<HTMLElement | null>} */
    warm(url) {
        const id = idIn(url);
        const here = this.pane(id);
        if (!id || here) return Promise.resolve(here);
        let coming = this.#coming.get(id);
        if (!coming) {
            coming = this.#fetch(id, url).finally(() => {
                this.#coming.delete(id);
                this.#listen();
            });
            this.#coming.set(id, coming);
            this.#listen();
        }
        return coming;
    }

    /** Say which threads are here or on their way: what happens in them comes from now on. */
    #listen() {
        const here = this.panes.map((pane) => Number(pane.dataset.conversation));
        listenTo([...new Set([...here, ...this.#coming.keys()])].sort((a, b) => a - b));
    }

    /** The row came, of the thread's own fragment nothing may have come: it was opened in that very moment. @param {{id: string, version: number}} row */
    #rowCame({ id, version }) {
        const thread = Number(id.replace("conversation-", ""));
        if (this.pane(thread) || this.#coming.has(thread)) this.#checkLater(thread, version);
    }

    /** @param {number} id @param {number} version @param {number} [wait] */
    #checkLater(id, version, wait = BEHIND_MS) {
        if (this.#behind.has(id)) return; // a later version is told by a later row
        this.#behind.set(id, setTimeout(() => this.#check(id, version), wait));
    }

    /** The line under the thread has the version of all that came with it. @param {number} id @param {number} version */
    async #check(id, version) {
        this.#behind.delete(id);
        if (this.#coming.has(id)) return this.#checkLater(id, version);
        const mark = this.querySelector(`#window-${id}`);
        if (!mark || !(versionOf(mark) < version)) return;
        const hasCome = await line()?.catchUp(id, versionOf(mark));
        if (!hasCome && this.isConnected) this.#checkLater(id, version, 5 * BEHIND_MS);
    }

    #taken() {
        this.#listen();
        if (!this.current) this.close();
    }

    /** @param {number} id @param {string} url @returns {Promise<HTMLElement | null>} */
    async #fetch(id, url) {
        const since = performance.now();
        try {
            const response = await get(withQuery(url, { pane: "1" }));
            if (isSignedOut(response) || !response.ok) {
                if (this.#wanted === id) location.assign(url); // the server has the words for it
                return null;
            }
            const content = parse(await response.text());
            const pane = /** @type {HTMLElement | null} */ (content.querySelector(".pane"));
            if (!pane || this.pane(id)) return this.pane(id);
            pane.hidden = true;
            list()?.learn({ [id]: Number(pane.dataset.seen || 0) });
            this.append(pane);
            wake(pane);
            replay(since);
            this.#order = [...this.#order.filter((other) => other !== id), id]; // it may have been taken away before
            this.#forgetOldest();
            return pane;
        } catch {
            if (this.#wanted === id) say(this.dataset.failed || "", { bad: true });
            return null;
        }
    }

    #forgetOldest() {
        for (const id of [...this.#order]) {
            if (this.#order.length <= KEEP_PANES) return;
            const pane = this.pane(id);
            if (pane && (!pane.hidden || id === this.#wanted || pane.querySelector("[data-local]"))) continue;
            pane?.remove();
            this.#order.splice(this.#order.indexOf(id), 1);
            this.#listen();
        }
    }

    /** @param {HTMLElement | null} pane */
    #uncover(pane) {
        for (const other of this.panes) if (other !== pane) other.hidden = true;
        if (pane) pane.hidden = false;
        const nothing = /** @type {HTMLElement | null} */ (this.querySelector(":scope > .deck__empty"));
        if (nothing) nothing.hidden = Boolean(pane);
    }

    /** Grey shapes, only for a wait that can be felt. @param {boolean} isWaiting */
    #skeleton(isWaiting) {
        const box = /** @type {HTMLElement | null} */ (this.querySelector(":scope > .deck__waiting"));
        if (!box || box.hidden !== isWaiting) return;
        box.hidden = !isWaiting;
        if (!isWaiting) return;
        this.#uncover(null);
        const nothing = /** @type {HTMLElement | null} */ (this.querySelector(":scope > .deck__empty"));
        if (nothing) nothing.hidden = true;
    }

    /** @param {HTMLElement} pane */
    #shown(pane) {
        const id = Number(pane.dataset.conversation);
        this.#order = [...this.#order.filter((other) => other !== id), id];
        this.#wanted = id;
        list()?.select(id);
        this.#warmNext();
        list()?.learn({ [id]: Number(pane.dataset.seen || 0) });
        if (pane.dataset.title) setTitle(pane.dataset.title);
        pane.dispatchEvent(new CustomEvent("pane-shown", { bubbles: true, detail: { unread: list()?.unreadOf(id) ?? 0 } }));
        this.#markRead();
    }

    /** The one below is what most agents open next. */
    #warmNext() {
        clearTimeout(this.#next);
        this.#next = setTimeout(() => {
            const link = /** @type {HTMLAnchorElement | null} */ (list()?.neighbour(1)?.querySelector("a") ?? null);
            if (link && !document.hidden && !PHONE.matches) this.warm(link.href);
        }, NEXT_MS);
    }

    /** A pane on a focused screen is read; one that was only passed by is not. @param {number} [wait] */
    #markRead(wait = READ_MS) {
        clearTimeout(this.#reading);
        if (wait) {
            this.#reading = setTimeout(() => this.#markRead(0), wait);
            return;
        }
        const id = Number(this.current?.dataset.conversation ?? 0);
        const isLooking = !document.hidden && document.hasFocus() && (!PHONE.matches || this.frame?.dataset.pane !== "list");
        const row = list()?.row(id);
        if (!id || !isLooking || (row && !list()?.unreadOf(id) && !isMentioned(id))) return;
        list()?.read(id);
        readMention(id);
        post(this.current?.dataset.read ?? "").catch(() => null); // another look says it again
    }

    /** @param {Event} event */
    #placed(event) {
        const target = /** @type {HTMLElement} */ (event.target);
        const id = this.current?.dataset.conversation;
        if (id && target.id === `conversation-${id}`) this.#markRead(0);
    }

    /** @param {MouseEvent} event */
    #click(event) {
        const target = /** @type {Element} */ (event.target);
        if (target.closest("[data-back]")) {
            event.preventDefault();
            return this.back();
        }
        const link = /** @type {HTMLAnchorElement | null} */ (target.closest("a.row__link, a[data-open]"));
        const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
        if (!link || !isPlain || event.defaultPrevented || !idIn(link.href)) return;
        event.preventDefault();
        this.show(link.href, { focus: true });
    }

    /** On a phone: from the contact to the thread, from there to the list. */
    back() {
        if (this.frame?.dataset.pane === "panel") this.frame.dataset.pane = "thread";
        else if (history.state?.from === "list") history.back();
        else this.close();
    }

    /** @param {Event} event */
    #over(event) {
        const target = event.target instanceof Element ? event.target : null;
        const row = /** @type {HTMLElement | null} */ (target?.closest(".row"));
        clearTimeout(this.#hover);
        const link = /** @type {HTMLAnchorElement | null} */ (row?.querySelector(".row__link"));
        if (link) this.#hover = setTimeout(() => this.warm(link.href), event.type === "focusin" ? 0 : HOVER_MS);
    }

    /** The back button: the conversation, and the list's filters if they were others. */
    #travel() {
        if (filters() !== this.#query) {
            this.#query = filters();
            htmx()?.ajax("GET", HOME + this.#query, { target: "#list", select: "#list", swap: "outerHTML" });
        }
        if (idIn(location.pathname)) this.show(location.pathname, { push: false });
        else this.close({ push: false });
    }
}

/** @returns {any} */
const htmx = () => /** @type {any} */ (window).htmx;

// The address is ours: htmx would fetch whole pages on the way back.
if (htmx()) htmx().config.historyEnabled = false;
document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, pathInfo } = /** @type {any} */ (event).detail;
    if (target?.id === "list") deck()?.filtered(new URL(pathInfo.finalRequestPath, location.href).search);
});

/** @returns {ThreadDeck | null} */
export const deck = () => document.querySelector("thread-deck");

customElements.define("thread-deck", ThreadDeck);
