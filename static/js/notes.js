/** Mending one's own note for some minutes: the bubble becomes a field, Enter keeps, Escape leaves it. */
// @ts-check
import { parse, place } from "place";
import { post } from "server";
import { say } from "words";

const MENDED_FOR_MS = 15 * 60_000;

/** @param {HTMLElement} message */
const isMine = (message) => message.dataset.author === document.body.dataset.agent && Date.now() - Date.parse(message.dataset.at ?? "") < MENDED_FOR_MS;

document.addEventListener("pointerover", (event) => offer(event.target), { passive: true });
document.addEventListener("focusin", (event) => offer(event.target));

/** The pencil is there for who may use it. @param {EventTarget | null} target */
function offer(target) {
    const message = target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest(".message--note")) : null;
    message?.toggleAttribute("data-mendable", isMine(message));
}

document.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-edit-note]"));
    const message = /** @type {HTMLElement | null} */ (button?.closest(".message") ?? null);
    const pane = /** @type {HTMLElement | null} */ (button?.closest(".pane") ?? null);
    if (!button || !message || !pane || !isMine(message)) return;
    const text = /** @type {HTMLElement} */ (message.querySelector(".bubble__text"));
    const field = Object.assign(document.createElement("textarea"), { className: "input note-edit", value: button.dataset.words ?? "", maxLength: 4096 });
    field.setAttribute("aria-label", button.title);
    text.hidden = true;
    text.after(field);
    field.focus();
    const leave = () => {
        field.remove();
        text.hidden = false;
    };
    field.addEventListener("blur", () => field.value === button.dataset.words && leave());
    field.addEventListener("keydown", async (key) => {
        if (key.isComposing) return;
        if (key.key === "Escape") leave();
        else if (key.key === "Enter" && !key.shiftKey) {
            key.preventDefault();
            const response = await post(`${pane.dataset.url}messages/${button.dataset.editNote}/words/`, { text: field.value }).catch(() => null);
            if (!response) return say(document.body.dataset.offline ?? "", { bad: true });
            const html = await response.text();
            if (!response.ok) return say(parse(html).querySelector("p")?.textContent?.trim() || document.body.dataset.failed || "", { bad: true });
            leave();
            place(html);
        } else return;
        key.stopPropagation();
    });
});
