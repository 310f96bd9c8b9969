/** The page of notification settings: hear a sound, allow this browser. */
// @ts-check
import { allow } from "notices";
import { play } from "sounds";

document.addEventListener("change", (event) => {
    const choice = /** @type {HTMLInputElement} */ (event.target);
    if (choice.name === "sound") play(choice.value);
});

const state = document.querySelector("[data-browser-state]");
const button = /** @type {HTMLButtonElement | null} */ (state?.querySelector("button"));

function show() {
    const permission = "Notification" in window ? Notification.permission : "unsupported";
    for (const words of /** @type {NodeListOf<HTMLElement>} */ (state?.querySelectorAll("[data-when]") ?? [])) words.hidden = words.dataset.when !== permission;
    if (button) button.hidden = permission !== "default";
}

button?.addEventListener("click", async () => {
    if (await allow()) location.reload(); // the list of browsers has one more
    else show();
});
show();
