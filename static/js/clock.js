/**
 * Times that stay true while the page is open, in the agent's zone and language.
 *
 * <time-ago datetime="…" data-style="row|time|day|since|about|until|exact|full"> and <time-left datetime="…" data-closed="words">. One timer for the page.
 */
// @ts-check

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SOON = 2 * HOUR;

const language = document.documentElement.lang || "en";
const timeZone = document.body?.dataset.zone || document.querySelector("body")?.dataset.zone || undefined;

/** @param {Intl.DateTimeFormatOptions} options */
const format = (options) => new Intl.DateTimeFormat(language, { timeZone, ...options });
const clock = format({ hour: format({ hour: "numeric" }).resolvedOptions().hour12 ? "numeric" : "2-digit", minute: "2-digit" }); // 7:05 AM, 07:05
const weekday = format({ weekday: "short" });
const date = format({ day: "numeric", month: "short" });
const dateWithYear = format({ day: "numeric", month: "short", year: "numeric" });
const dayName = format({ weekday: "long", day: "numeric", month: "long" });
const full = format({ dateStyle: "full", timeStyle: "medium" });
const exact = format({ dateStyle: "medium", timeStyle: "medium" });
const isoDay = new Intl.DateTimeFormat("en-CA", { timeZone });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

/** The day of an instant in the agent's zone, as 2026-11-23. @param {Date} at */
export const dayOf = (at) => isoDay.format(at);

/** @param {Date} at */
const daysAgo = (at) => Math.round((Date.parse(dayOf(new Date())) - Date.parse(dayOf(at))) / DAY);

/** Capital letter where a line starts. @param {string} text */
const sentence = (text) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);

/** “today”, “yesterday”, “Monday, 16 November”. @param {Date} at */
export function dayWords(at) {
    const ago = daysAgo(at);
    return sentence(ago >= 0 && ago <= 1 ? relative.format(-ago, "day") : dayName.format(at));
}

/** How a time stands in a row of the list: 14:32, yesterday, Mon, 3 Nov. @param {Date} at */
export function rowWords(at) {
    const ago = daysAgo(at);
    if (ago <= 0) return clock.format(at);
    if (ago === 1) return relative.format(-1, "day");
    if (ago < 7) return weekday.format(at);
    return at.getFullYear() === new Date().getFullYear() ? date.format(at) : dateWithYear.format(at);
}

/** When something will be: 15:00, Fri 15:00, 3 Nov 15:00. @param {Date} at */
export function untilWords(at) {
    const ahead = -daysAgo(at);
    if (ahead <= 0) return clock.format(at);
    return `${ahead < 7 ? weekday.format(at) : date.format(at)} ${clock.format(at)}`;
}

/** “23 h 51 m”, “48 m”: short, in the page's language. @param {number} ms */
export function durationWords(ms) {
    const unit = (/** @type {number} */ n, /** @type {string} */ name) =>
        new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "narrow" }).format(n);
    const hours = Math.floor(ms / HOUR);
    const minutes = Math.floor((ms % HOUR) / MINUTE);
    if (hours >= 24 * 3) return unit(Math.floor(hours / 24), "day");
    if (!hours) return unit(Math.max(minutes, 1), "minute");
    return minutes ? `${unit(hours, "hour")} ${unit(minutes, "minute")}` : unit(hours, "hour");
}

/** “1 h”, “48 m”: where there is little room. @param {number} ms */
const aboutWords = (ms) => durationWords(ms < HOUR ? ms : ms - (ms % HOUR));

/** @type {Set<{tick(): void}>} */
const ticking = new Set();
const EVERY = 5000;
setInterval(() => ticking.forEach((element) => element.tick()), EVERY);

class Ticking extends HTMLElement {
    static observedAttributes = ["datetime"];
    connectedCallback() {
        ticking.add(this);
        this.tick();
    }
    disconnectedCallback() {
        ticking.delete(this);
    }
    attributeChangedCallback() {
        if (this.isConnected) this.tick();
    }
    get at() {
        return new Date(this.getAttribute("datetime") || 0);
    }
    tick() {}
}

class TimeAgo extends Ticking {
    tick() {
        const at = this.at;
        const style = this.dataset.style;
        if (!this.hasAttribute("title")) this.setAttribute("title", full.format(at));
        if (style === "time") this.textContent = clock.format(at);
        else if (style === "day") this.textContent = dayWords(at);
        else if (style === "exact") this.textContent = exact.format(at);
        else if (style === "until") this.textContent = untilWords(at);
        else if (style === "full") this.textContent = full.format(at);
        else if (style === "about") this.textContent = aboutWords(Math.max(Date.now() - at.getTime(), 0));
        else if (style === "since") this.textContent = durationWords(Math.max(Date.now() - at.getTime(), 0));
        else this.textContent = rowWords(at);
    }
}

class TimeLeft extends Ticking {
    tick() {
        const left = this.at.getTime() - Date.now();
        if (left > 0 && left < EVERY) setTimeout(() => this.isConnected && this.tick(), left + 20); // closes to the second
        const state = left <= 0 ? "closed" : left < SOON ? "soon" : "open";
        const text = left <= 0 ? this.dataset.closed || "" : durationWords(left);
        if (this.textContent !== text) this.replaceChildren(text);
        if (this.dataset.state === state) return;
        this.dataset.state = state;
        this.dispatchEvent(new CustomEvent("window-changed", { bubbles: true, detail: { state } }));
    }
}

customElements.define("time-ago", TimeAgo);
customElements.define("time-left", TimeLeft);
