/**
 * <live-updates>: the line to the server. What is pushed is placed; after any gap the page asks what it missed.
 * On a line that ends with `?threads` every row is pushed, but of threads only those that the page says it has open; and when the
 * page asks, it says which versions of rows it was pushed: where much has changed it is told only of others.
 *
 * Fires on document: `note` (what is not worth keeping: read marks, somebody types), `line` with {open, isBack} (notes that were
 * lost meanwhile must be asked for), and `missed`: more has
 * changed than can be pushed. A page that then asks for itself anew prevents the default, which is to be loaded again.
 */
// @ts-check
import { loadAnew } from "anew";
import { place } from "place";
import { get, isSignedOut, post, withQuery } from "server";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
const SILENCE_MS = 50_000; // the server speaks every 20 s
const PATIENCE_MS = 1500; // a gap shorter than this is not worth a word
const BACK_MS = 3000;
const HIDDEN_MS = 60_000;
const TRIES_BEFORE_HTTP = 3; // where sockets are blocked, ask by HTTP: slower, but true
const ASK_MS = 20_000; // an answer that takes longer comes over a dead network: the next question must not wait for it
const SIGNED_OUT = 4401;
const RIGHTS_CHANGED = 4403;

/** The server did not answer, or not as it should. */
class Unreached extends Error {}

/** The threads that this page has open. @type {number[]} */
let threads = [];

class LiveUpdates extends HTMLElement {
    /** The number up to which this page knows everything. Moves only by an answer to `ask`. */
    cursor = 0;
    /** @type {WebSocket | null} */ #socket = null;
    #tries = 0;
    #retry = 0;
    #silence = 0;
    #words = 0;
    #hiddenAt = 0;
    #wanted = 0;
    /** @type {Promise<void> | null} */ #asking = null;
    #question = new AbortController();
    #isLeaving = false;
    #said = "";
    /** Rows that were pushed after the cursor, and their versions. @type {Map<string, number>} */ #pushed = new Map();
    #off = new AbortController();

    connectedCallback() {
        this.cursor = Number(this.dataset.cursor || 0);
        this.#off = new AbortController();
        const { signal } = this.#off;
        addEventListener("online", () => this.#networkBack(), { signal });
        addEventListener("offline", () => this.#hangUp(), { signal });
        addEventListener("pagehide", () => (this.#isLeaving = true), { signal });
        addEventListener("pageshow", () => (this.#isLeaving = false), { signal });
        document.addEventListener("visibilitychange", () => this.#visibility(), { signal });
        document.addEventListener("row", (event) => this.#note(/** @type {CustomEvent} */ (event).detail), { signal });
        this.#open();
    }

    disconnectedCallback() {
        this.#off.abort();
        clearTimeout(this.#retry);
        clearTimeout(this.#silence);
        const socket = this.#socket;
        this.#socket = null;
        socket?.close();
    }

    get isOpen() {
        return this.#socket?.readyState === WebSocket.OPEN;
    }

    #networkBack() {
        if (document.getElementById("line-state")?.dataset.state === "offline") this.#sayWhy();
        this.#openNow();
    }

    #openNow() {
        if (this.#socket) return;
        clearTimeout(this.#retry);
        this.#tries = 0;
        this.#open();
    }

    #open() {
        const url = new URL(this.dataset.socket || "/live/", location.href);
        url.protocol = url.protocol.replace("http", "ws");
        const socket = new WebSocket(url);
        this.#socket = socket;
        this.#said = "";
        socket.onopen = () => this.#opened();
        socket.onmessage = (event) => socket === this.#socket && this.#heard(JSON.parse(event.data));
        socket.onclose = (event) => socket === this.#socket && this.#closed(event.code);
    }

    /** Tell the server which threads are open, where the line is of that kind. */
    sayThreads() {
        const said = JSON.stringify({ threads });
        if (!this.#saysThreads || !this.isOpen || said === this.#said) return;
        this.#said = said;
        this.#socket?.send(said);
    }

    get #saysThreads() {
        return Boolean(this.dataset.socket?.endsWith("?threads"));
    }

    #opened() {
        this.#listen();
        this.sayThreads();
    }

    /** The server speaks once it will push to us: only what we ask for after that leaves no gap. @param {number} seq */
    async #joined(seq) {
        this.#tries = 0;
        clearTimeout(this.#words);
        const wasSaid = ["offline", "reconnecting"].includes(document.getElementById("line-state")?.dataset.state ?? "");
        const isBack = this.dataset.state === "offline";
        this.dataset.state = "open";
        this.#question.abort(); // one that was asked before may hang on the network that went away
        await this.#asking;
        await this.ask(seq);
        document.dispatchEvent(new CustomEvent("line", { detail: { open: true, isBack } }));
        if (wasSaid) this.#say("back");
    }

    /** @param {{id: string, version: number}} row its element's id ends with its number */
    #note({ id, version }) {
        const pk = id.split("-").at(-1) ?? "";
        if (version > Math.max(this.cursor, this.#pushed.get(pk) ?? 0)) this.#pushed.set(pk, version);
    }

    /** @param {{html?: string, note?: object, seq?: number}} what */
    #heard({ html, note, seq }) {
        this.#listen();
        if (html) place(html);
        if (note) document.dispatchEvent(new CustomEvent("note", { detail: note }));
        if (seq === undefined) return;
        if (this.dataset.state !== "open") this.#joined(seq);
        else if (seq > this.cursor) this.ask(seq);
    }

    /** A line that says nothing for long is dead, whatever the browser thinks. */
    #listen() {
        clearTimeout(this.#silence);
        this.#silence = setTimeout(() => this.#hangUp(), SILENCE_MS);
    }

    /** Without the goodbyes: on a dead network they take a minute. */
    #hangUp() {
        const socket = this.#socket;
        if (!socket) return;
        this.#closed(0);
        socket.close();
    }

    /** @param {number} code */
    #closed(code) {
        this.#socket = null;
        clearTimeout(this.#silence);
        if (this.#isLeaving) return;
        if (code === SIGNED_OUT || code === RIGHTS_CHANGED) {
            const leave = code === SIGNED_OUT ? () => location.reload() : loadAnew;
            this.#retry = setTimeout(leave, 300 + Math.random() * 1000); // the server sends us where we belong
            return;
        }
        document.dispatchEvent(new CustomEvent("line", { detail: { open: false } }));
        if (this.dataset.state !== "offline") {
            this.dataset.state = "offline";
            this.#words = setTimeout(() => this.#sayWhy(), PATIENCE_MS);
        }
        this.#tries += 1;
        if (this.#tries >= TRIES_BEFORE_HTTP && navigator.onLine) this.ask();
        const pause = Math.min(FIRST_PAUSE_MS * 2 ** (this.#tries - 1), LONGEST_PAUSE_MS);
        this.#retry = setTimeout(() => this.#open(), pause * (0.5 + Math.random()));
    }

    #visibility() {
        if (document.hidden) {
            this.#hiddenAt = Date.now();
            return;
        }
        if (!this.#socket) this.#openNow();
        else if (this.#hiddenAt && Date.now() - this.#hiddenAt > HIDDEN_MS && this.isOpen) this.ask();
    }

    /** Ask what changed since the cursor; one request at a time. @param {number} [seq] the number that is known to exist */
    ask(seq = 0) {
        this.#wanted = Math.max(this.#wanted, seq);
        this.#asking ??= this.#askAll().finally(() => (this.#asking = null));
        return this.#asking;
    }

    async #askAll() {
        try {
            let asked;
            do {
                asked = this.#wanted;
                await this.#askOnce();
            } while (this.#wanted > Math.max(asked, this.cursor)); // told of more while we asked
        } catch (problem) {
            if (!(problem instanceof Unreached)) reportError(problem); // else: the next beat, or the next open line, asks again
        } finally {
            this.#wanted = 0;
        }
    }

    async #askOnce() {
        const has = [...this.#pushed].map((row) => row.join(":")).join(",");
        const more = this.#saysThreads ? { threads: threads.join(","), has } : {};
        this.#question = new AbortController();
        const { response, html } = await this.#answer({ since: String(this.cursor), ...more }, this.#question.signal);
        const cursor = Number(response.headers.get("X-Cursor") || 0);
        if (response.status === 205 && !document.dispatchEvent(new CustomEvent("missed", { cancelable: true }))) {
            this.#moveTo(cursor);
            return;
        }
        this.#take(response, html);
        this.#moveTo(Math.max(this.cursor, cursor));
    }

    /** @param {number} cursor */
    #moveTo(cursor) {
        this.cursor = cursor;
        for (const [pk, version] of this.#pushed) if (version <= cursor) this.#pushed.delete(pk);
    }

    /**
     * Ask what one thread missed after a version of it: it was opened while something happened to it. False: ask again later.
     * @param {number} thread @param {number} since
     */
    async catchUp(thread, since) {
        try {
            const { response, html } = await this.#answer({ since: String(since), only: String(thread) });
            this.#take(response, html);
            return true;
        } catch (problem) {
            if (!(problem instanceof Unreached)) reportError(problem);
            return false;
        }
    }

    /** @param {Response} response @param {string} html */
    #take(response, html) {
        if (isSignedOut(response)) {
            this.#isLeaving = true;
            location.reload(); // drafts and unsent messages are kept (drafts.js, outbox.js)
        } else if (response.status === 205 || response.status === 403) loadAnew(); // too much; or the page is older than its session
        if (!response.ok || response.status === 205) throw new Unreached(`changes: ${response.status}`);
        place(html);
    }

    /** @param {Record<string, string>} query @param {AbortSignal[]} stops */
    async #answer(query, ...stops) {
        const { changes: url = "" } = this.dataset;
        const signal = AbortSignal.any([...stops, AbortSignal.timeout(ASK_MS)]);
        try {
            const response = await ("has" in query ? post(url, query, signal) : get(withQuery(url, query), signal));
            return { response, html: await response.text() };
        } catch (problem) {
            throw new Unreached(String(problem));
        }
    }

    /** No network at all, or only no answer from the server. */
    #sayWhy() {
        this.#say(navigator.onLine ? "reconnecting" : "offline");
    }

    /** @param {"offline" | "reconnecting" | "back"} which */
    #say(which) {
        const line = document.getElementById("line-state");
        if (!line) return;
        clearTimeout(this.#words);
        line.textContent = line.dataset[which] || "";
        line.dataset.state = which;
        line.hidden = false;
        if (which === "back") this.#words = setTimeout(() => (line.hidden = true), BACK_MS);
    }
}

customElements.define("live-updates", LiveUpdates);

/** The page's line, where it has one. @returns {LiveUpdates | null} */
export const line = () => document.querySelector("live-updates");

/** These threads are open from now on: what happens in them is pushed to this page. @param {number[]} ids */
export function listenTo(ids) {
    threads = ids;
    line()?.sayThreads();
}
