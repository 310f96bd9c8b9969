/** The custom fields of the panel: what is typed is kept when the field is left or Enter is pressed; what is none is said below it. */
// @ts-check
import { parse, place } from "place";
import { post } from "server";

/** @param {HTMLFormElement} form @param {string} words */
function complain(form, words) {
    const place = /** @type {HTMLElement} */ (form.querySelector(".own-field__error"));
    place.textContent = words;
    place.hidden = !words;
    form.querySelector("[name=value]")?.setAttribute("aria-invalid", String(Boolean(words)));
}

/** @param {HTMLFormElement} form */
async function keep(form) {
    form.setAttribute("aria-busy", "true");
    const response = await post(form.action, new FormData(form)).catch(() => null);
    form.removeAttribute("aria-busy");
    if (!response) return complain(form, document.body.dataset.offline ?? "");
    const html = await response.text();
    if (response.ok && !response.redirected) {
        complain(form, "");
        return place(html);
    }
    complain(form, parse(html).querySelector("p")?.textContent?.trim() || document.body.dataset.failed || "");
}

document.addEventListener("change", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form[data-field]") : null;
    if (form instanceof HTMLFormElement) keep(form);
});
document.addEventListener("submit", (event) => {
    if (!(event.target instanceof HTMLFormElement) || event.target.dataset.field === undefined) return;
    event.preventDefault();
    keep(event.target);
});
