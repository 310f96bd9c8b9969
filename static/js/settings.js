/** The settings pages: <copy-value>, a read-only value with a button that copies it; and on phones the open entry of the menu in sight. */
// @ts-check

const SHOWN_MS = 2000;

class CopyValue extends HTMLElement {
    connectedCallback() {
        this.querySelector("button")?.addEventListener("click", () => this.copy());
        this.querySelector("input")?.addEventListener("focus", (event) => /** @type {HTMLInputElement} */ (event.target).select());
    }
    async copy() {
        const input = /** @type {HTMLInputElement} */ (this.querySelector("input"));
        const button = /** @type {HTMLButtonElement} */ (this.querySelector("button"));
        const words = /** @type {HTMLElement} */ (button.querySelector("span"));
        input.select();
        try {
            await navigator.clipboard.writeText(input.value);
        } catch {
            return; // no right to the clipboard: the value is selected, Ctrl+C works
        }
        const before = words.textContent;
        words.textContent = button.dataset.done ?? before;
        setTimeout(() => (words.textContent = before), SHOWN_MS);
    }
}

customElements.define("copy-value", CopyValue);

document.querySelector(".side-menu [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
