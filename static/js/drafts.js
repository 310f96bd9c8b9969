/** What was written and not sent: kept in this browser, per agent and conversation. */
// @ts-check

const agent = document.body.dataset.agent || "0";

/** @param {string} conversation */
const keyOf = (conversation) => `draft:${agent}:${conversation}`;

/** @typedef {{text: string, quoted: string}} Draft */

/** @param {string} conversation @returns {Draft} */
export function readDraft(conversation) {
    try {
        return { text: "", quoted: "", ...JSON.parse(localStorage.getItem(keyOf(conversation)) || "{}") };
    } catch {
        return { text: "", quoted: "" };
    }
}

/** @param {string} conversation @param {Draft} draft */
export function keepDraft(conversation, draft) {
    try {
        if (draft.text.trim() || draft.quoted) localStorage.setItem(keyOf(conversation), JSON.stringify(draft));
        else localStorage.removeItem(keyOf(conversation));
    } catch {
        // the browser's store is full or closed: the words are still in the page
    }
}
