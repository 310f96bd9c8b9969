/** Files that wait above the words of a composer: by button, by drop, by paste; each with its caption. */
// @ts-check
import { kindOf, previewOf, problemOf } from "files";
import { say } from "words";

/** @typedef {HTMLElement & {file: File, kind: string}} Item */

export class Staging {
    /** @param {import("composer").ReplyComposer} composer */
    constructor(composer) {
        this.composer = composer;
    }

    get #box() {
        return /** @type {HTMLElement} */ (this.composer.querySelector("[data-files-slot]"));
    }

    get #input() {
        return /** @type {HTMLInputElement} */ (this.composer.querySelector("[data-file-input]"));
    }

    /** @param {AbortSignal} signal */
    listen(signal) {
        const { composer } = this;
        composer.addEventListener("change", (event) => this.#chosen(event), { signal });
        composer.text.addEventListener("paste", (event) => this.#pasted(event), { signal });
        for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
            composer.pane?.addEventListener(name, (event) => this.#dragged(/** @type {DragEvent} */ (event)), { signal });
        }
    }

    /** Open the system's own window for files. */
    choose() {
        this.#input.click();
    }

    /** What waits, with its captions. */
    get all() {
        return [...this.#box.children].map((item) => {
            const { file, kind } = /** @type {Item} */ (item);
            return { file, kind, caption: item.querySelector("input")?.value.trim() ?? "" };
        });
    }

    clear() {
        this.#box.replaceChildren();
    }

    /** @param {Iterable<File>} files @param {string} [caption] */
    add(files, caption = "") {
        const { limits } = this.composer;
        for (const file of files) {
            const problem = problemOf(file, limits);
            if (problem) say(problem, { bad: true });
            else this.#box.append(this.#item(file, kindOf(file.type, limits), caption));
        }
        this.composer.text.focus();
    }

    /** @param {File} file @param {string} kind @param {string} said */
    #item(file, kind, said) {
        const { caption: words = "", remove = "" } = this.composer.dataset;
        const item = Object.assign(document.createElement("div"), { className: "staged", file, kind });
        const caption = Object.assign(document.createElement("input"), { className: "input staged__caption", maxLength: 1024, placeholder: words, value: said });
        caption.setAttribute("aria-label", `${words}: ${file.name}`);
        caption.addEventListener("keydown", (event) => this.composer.key(event));
        const away = Object.assign(document.createElement("button"), { className: "icon-button", type: "button", textContent: "×" });
        away.setAttribute("aria-label", remove);
        away.addEventListener("click", () => item.remove());
        item.append(previewOf(file, kind), ...(kind === "audio" ? [] : [caption]), away);
        return item;
    }

    /** @param {ClipboardEvent} event */
    #pasted(event) {
        const files = [...(event.clipboardData?.files ?? [])];
        if (!files.length || event.clipboardData?.types.includes("text/plain")) return; // a spreadsheet brings a picture of itself
        event.preventDefault();
        if (this.composer.takesFiles) this.add(files);
    }

    /** @param {DragEvent} event */
    #dragged(event) {
        const { pane, takesFiles, dataset } = this.composer;
        if (!pane || !event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        const left = event.type === "dragleave" && event.relatedTarget instanceof Node && pane.contains(event.relatedTarget);
        const isOver = (event.type === "dragenter" || event.type === "dragover" || left) && takesFiles;
        pane.toggleAttribute("data-dropping", isOver);
        if (isOver) pane.style.setProperty("--drop-words", JSON.stringify(dataset.drop ?? ""));
        if (event.type === "drop" && takesFiles) this.add(event.dataTransfer.files);
    }

    /** @param {Event} event */
    #chosen(event) {
        if (event.target !== this.#input) return;
        this.add([...(this.#input.files ?? [])]);
        this.#input.value = "";
    }
}
