/** Small acts on a bubble: an emoji in answer, copying its words. */
// @ts-check
import { toggleEmoji } from "emoji";
import { place } from "place";
import { post } from "server";
import { say } from "words";

/** @param {string} url @param {string} emoji */
async function react(url, emoji) {
    const response = await post(url, { emoji }).catch(() => null);
    if (response?.ok) place(await response.text());
    else say((response ? document.body.dataset.failed : document.body.dataset.offline) ?? "", { bad: true });
}

document.addEventListener("click", async (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-react], [data-copy]"));
    const message = button?.closest(".message");
    const pane = /** @type {HTMLElement | null} */ (button?.closest(".pane") ?? null);
    if (!button || !message || !pane) return;
    if (button.dataset.react) {
        const url = `${pane.dataset.url}messages/${button.dataset.react}/reaction/`;
        const ours = message.querySelector(".reaction--ours")?.textContent;
        toggleEmoji(button, (sign) => react(url, sign === ours ? "" : sign)); // the same one again takes it back
    } else {
        await navigator.clipboard.writeText(message.querySelector(".bubble__text")?.textContent ?? "").catch(() => {});
    }
});
