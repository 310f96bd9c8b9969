/** “Next”: the server gives whoever has waited longest, and the conversation opens. Without JavaScript it is a form. */
// @ts-check
import { deck } from "deck";
import { parse } from "place";
import { post } from "server";
import { say } from "words";

document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset.pull === undefined) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    try {
        const response = await post(form.action, new FormData(form));
        if (response.ok) deck()?.show((await response.json()).url, { focus: true });
        else say(parse(await response.text()).querySelector("p")?.textContent?.trim() || document.body.dataset.failed || "", { bad: response.status !== 409 });
    } catch {
        say(document.body.dataset.offline || "", { bad: true });
    } finally {
        form.removeAttribute("aria-busy");
    }
});
