/**
 * <next-cost data-url>: what the next message costs, in the words of whoever keeps the books. Where nobody does, the page has
 * no such element; an answer that does not come leaves the place empty.
 */
// @ts-check
import { parse } from "place";
import { get, withQuery } from "server";

const PAUSE_MS = 400;

/** The words for one message. @param {string} url @param {Record<string, string>} what @returns {Promise<Node | null>} */
export async function costOf(url, what) {
    const response = await get(withQuery(url, what)).catch(() => null);
    return response?.status === 200 && !response.redirected ? parse(await response.text()) : null;
}

class NextCost extends HTMLElement {
    #timer = 0;
    #off = new AbortController();

    connectedCallback() {
        this.#off = new AbortController();
        const { signal } = this.#off;
        const pane = this.closest(".pane");
        // The mark of the window is placed anew with every change of the conversation, the price may change with it.
        pane?.addEventListener("placed", (event) => /** @type {Element} */ (event.target).matches(".composer__window") && this.#soon(), { signal });
        pane?.addEventListener("window-changed", () => this.#soon(), { signal });
        pane?.addEventListener("pane-shown", () => this.#soon(), { signal });
        this.#soon();
    }

    disconnectedCallback() {
        this.#off.abort();
        clearTimeout(this.#timer);
    }

    #soon() {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#ask(), PAUSE_MS);
    }

    /** Panes that wait behind the one in front do not ask. */
    async #ask() {
        if (!this.closest(".pane")?.checkVisibility()) return;
        const words = await costOf(this.dataset.url ?? "", { kind: "free_form" });
        this.replaceChildren(...(words ? [words] : []));
    }
}

customElements.define("next-cost", NextCost);
