/** What was written and not sent: kept in this browser, per agent and conversation. */
// @ts-check

const agent = document.body.dataset.agent || "0";

/** Notes have drafts of their own. @param {string} conversation @param {string} mode */
const keyOf = (conversation, mode) => `draft:${agent}:${conversation}${mode === "note" ? ":note" : ""}`;

/** @typedef {{text: string, quoted: string}} Draft */

/** @param {string} conversation @param {string} [mode] @returns {Draft} */
export function readDraft(conversation, mode = "reply") {
    try {
        return { text: "", quoted: "", ...JSON.parse(localStorage.getItem(keyOf(conversation, mode)) || "{}") };
    } catch {
        return { text: "", quoted: "" };
    }
}

/** @param {string} conversation @param {Draft} draft @param {string} [mode] */
export function keepDraft(conversation, draft, mode = "reply") {
    try {
        if (draft.text.trim() || draft.quoted) localStorage.setItem(keyOf(conversation, mode), JSON.stringify(draft));
        else localStorage.removeItem(keyOf(conversation, mode));
    } catch {
        // the browser's store is full or closed: the words are still in the page
    }
}
