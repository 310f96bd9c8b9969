/**
 * Messages on their way from this page: the bubble stands at once, the words go out in the order in which they were written.
 *
 * The browser names a message by a token; the server makes at most one message of it, and its bubble has the same id and takes
 * the place of ours. So sending again is always safe, also after a reload: what is not answered is kept (`unsent:…`).
 */
// @ts-check
import { insert, parse, place } from "place";
import { openSpecial } from "special";
import { isSignedOut, post, Stumbled } from "server";

const agent = document.body.dataset.agent || "0";
const AGAIN_MS = 15_000;

/**
 * One message. `ready` fills in fields that take time (an upload's key); it may fail for good by returning false.
 * @typedef {{token: string, fields: Record<string, string>, bubble: HTMLElement, ready?: () => Promise<boolean>, state: State}} Entry
 * `unsent`: no network, those behind it wait. `failed`: the server stumbled over this one, the others go on.
 * @typedef {"waiting" | "sending" | "unsent" | "failed" | "refused"} State
 */

/** The queue of one composer. */
export class Outbox {
    /** @type {Entry[]} */ #entries = [];
    #isRunning = false;
    #again = 0;

    /** @param {import("composer").ReplyComposer} composer */
    constructor(composer) {
        this.composer = composer;
    }

    get conversation() {
        return this.composer.dataset.conversation ?? "";
    }

    get thread() {
        return document.getElementById(`messages-${this.conversation}`);
    }

    get isEmpty() {
        return !this.#entries.length;
    }

    /**
     * Show the bubble and send.
     * @param {Record<string, string>} fields @param {(bubble: HTMLElement) => void} fill
     * @param {{token?: string, ready?: Entry["ready"]}} [more]
     */
    add(fields, fill, { token = crypto.randomUUID(), ready } = {}) {
        const bubble = this.#bubble(token, Boolean(fields.note));
        fill(bubble);
        if (this.thread) insert(this.thread, bubble);
        /** @type {Entry} */ const entry = { token, fields, bubble, ready, state: "waiting" };
        this.#entries.push(entry);
        this.#keep();
        this.run();
        return entry;
    }

    /** @param {string} token @param {boolean} isNote @returns {HTMLElement} */
    #bubble(token, isNote) {
        const template = /** @type {HTMLTemplateElement} */ (this.composer.querySelector(isNote ? "template[data-outgoing-note]" : "template[data-outgoing]"));
        const bubble = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
        const now = new Date();
        bubble.id = `message-${token}`;
        bubble.dataset.local = "";
        bubble.dataset.version = "0";
        bubble.dataset.sort = `~${String(now.getTime()).padStart(14, "0")}.${String(count++).padStart(6, "0")}`;
        bubble.dataset.at = now.toISOString();
        bubble.querySelector("time-ago")?.setAttribute("datetime", now.toISOString());
        bubble.querySelector(".bubble__acts")?.remove();
        return bubble;
    }

    /** Send what waits, one after the other. */
    async run() {
        if (this.#isRunning) return;
        this.#isRunning = true;
        clearTimeout(this.#again);
        try {
            for (let entry = this.#next(); entry; entry = this.#next()) {
                if (await this.#send(entry)) continue;
                this.#again = setTimeout(() => this.retry(), AGAIN_MS);
                break; // those behind it wait: the customer reads in the order of writing
            }
        } finally {
            this.#isRunning = false;
        }
    }

    #next() {
        const first = this.#entries.find((entry) => entry.state !== "refused" && entry.state !== "failed");
        return first?.state === "waiting" ? first : undefined;
    }

    /** Try again what did not get through: the line is back, or the agent asks. */
    retry() {
        for (const entry of this.#entries) {
            if (entry.state !== "unsent" && entry.state !== "failed") continue;
            entry.state = "waiting";
            this.#trouble(entry, null);
        }
        this.run();
    }

    /** @param {Entry} entry @returns {Promise<boolean>} false: no way through now */
    async #send(entry) {
        entry.state = "sending";
        try {
            if (entry.ready && !(await entry.ready())) {
                this.#drop(entry);
                return true;
            }
            delete entry.ready;
            entry.fields.seen ??= this.composer.seen();
            const response = await post(this.composer.dataset.url ?? "", { ...entry.fields, token: entry.token });
            if (isSignedOut(response)) location.reload();
            const html = await response.text();
            if (response.status === 409 || response.status === 422) this.#refused(entry, html);
            else if (!response.ok || response.redirected) throw new Stumbled(String(response.status));
            else this.#answered(entry, html);
            return true;
        } catch (problem) {
            entry.state = problem instanceof Stumbled ? "failed" : "unsent";
            this.#trouble(entry, "failed", [["retry", () => this.retry()], this.#takeBack(entry)]);
            return entry.state === "failed";
        }
    }

    /** @param {Entry} entry @param {string} html */
    #answered(entry, html) {
        this.#drop(entry);
        place(html);
        this.composer.refuse(null);
    }

    /** @param {Entry} entry @param {string} html */
    #refused(entry, html) {
        entry.state = "refused";
        entry.bubble.dataset.refused = "";
        this.#trouble(entry, null);
        this.#trouble(entry, "", [this.#takeBack(entry)]);
        this.#keep();
        this.composer.refuse(parse(html), () => this.override(entry));
    }

    /** The agent knows better: the same message, the same token. @param {Entry} entry */
    override(entry) {
        if (entry.state !== "refused") return;
        entry.fields.override = "1";
        entry.state = "waiting";
        delete entry.bubble.dataset.refused;
        this.#trouble(entry, null);
        this.composer.refuse(null);
        this.#keep();
        this.run();
    }

    /** Words go back into the composer; a file or a template just goes. @param {Entry} entry @returns {[string, () => void]} */
    #takeBack(entry) {
        const isWords = (entry.fields.text && !entry.fields.template) || entry.fields.special;
        return [isWords ? "edit" : "remove", () => this.#edit(entry)];
    }

    /** @param {Entry} entry */
    #edit(entry) {
        const { text = "", quoted = "", note = "", special = "" } = entry.fields;
        this.#drop(entry);
        entry.bubble.remove();
        this.composer.refuse(null);
        this.run();
        if (special) openSpecial(this.composer, JSON.parse(special).type, JSON.parse(special));
        if (text && !entry.fields.template) {
            this.composer.speakAs(note ? "note" : "reply");
            this.composer.write(text, quoted);
        }
    }

    /** @param {Entry} entry */
    #drop(entry) {
        this.#entries = this.#entries.filter((other) => other !== entry);
        this.#keep();
    }

    /**
     * What went wrong, under the bubble; null: nothing any more. Words and names of the acts are the composer's data.
     * @param {Entry} entry @param {string | null} words @param {[string, () => void][]} [acts]
     */
    #trouble(entry, words, acts = []) {
        const bubble = document.getElementById(entry.bubble.id) ?? entry.bubble;
        bubble.querySelector(":scope > .trouble")?.remove();
        bubble.toggleAttribute("data-unsent", words === "failed");
        if (words === null || (!words && !acts.length)) return;
        const box = document.createElement("div");
        box.className = "trouble";
        const line = document.createElement("p");
        line.textContent = this.composer.dataset[words] ?? "";
        if (words) box.append(line);
        for (const [name, act] of acts) {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "link-button";
            button.textContent = this.composer.dataset[name] ?? "";
            button.addEventListener("click", act);
            box.append(button);
        }
        bubble.append(box);
    }

    /** Words that the server has not answered outlive the page. */
    #keep() {
        const kept = this.#entries.filter((entry) => !entry.ready && (entry.fields.special || (entry.fields.text && !entry.fields.template)));
        const key = `unsent:${agent}:${this.conversation}`;
        try {
            if (kept.length) localStorage.setItem(key, JSON.stringify(kept.map(({ token, fields }) => ({ token, fields }))));
            else localStorage.removeItem(key);
        } catch {
            // no store: the page still holds them
        }
    }

    /** After a reload: what the server may not have. @param {(text: string) => (bubble: HTMLElement) => void} fill */
    restore(fill) {
        /** @type {{token: string, fields: Record<string, string>}[]} */ let kept = [];
        try {
            kept = JSON.parse(localStorage.getItem(`unsent:${agent}:${this.conversation}`) || "[]");
        } catch {
            return;
        }
        for (const { token, fields } of kept) {
            if (document.getElementById(`message-${token}`)) continue; // it did arrive
            this.add(fields, fill(fields.text || (fields.special ? JSON.parse(fields.special).body ?? "" : "")), { token });
        }
        this.#keep();
    }
}

let count = 0;
