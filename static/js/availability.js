/** Who is online, busy, away or offline: the dots on colleagues' faces, and the menu at one's own. */
// @ts-check
import { get, post } from "server";
import { say } from "words";

const me = document.body.dataset.agent || "";

/** @param {string | number} agent @param {string} presence */
function show(agent, presence) {
    for (const face of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-person="${Number(agent)}"]`))) {
        face.dataset.presence = presence;
    }
}

document.addEventListener("note", (event) => {
    const note = /** @type {CustomEvent} */ (event).detail;
    if (note.kind !== "presence") return;
    show(note.agent, note.presence);
    if (String(note.agent) === me) mark(note.presence);
});

// After a gap nobody knows who came and went: ask once.
document.addEventListener("line", async (event) => {
    const url = menu()?.dataset.presences;
    if (!(/** @type {CustomEvent} */ (event).detail.open) || !url) return;
    const response = await get(url).catch(() => null);
    if (!response?.ok || response.redirected) return;
    const { presences } = await response.json();
    for (const [agent, presence] of Object.entries(presences)) show(agent, presence);
});

const menu = () => /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-presences]"));

/** The tick stands at what one has chosen. @param {string} presence */
function mark(presence) {
    for (const item of menu()?.querySelectorAll("button[name=presence]") ?? []) {
        item.setAttribute("aria-checked", String(item.getAttribute("value") === presence));
    }
}

document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset.presences === undefined) return;
    event.preventDefault();
    const chosen = event.submitter?.getAttribute("value") || "online";
    form.closest("details")?.removeAttribute("open");
    const response = await post(form.action, { presence: chosen }).catch(() => null);
    if (!response?.ok) {
        say(document.body.dataset[response ? "failed" : "offline"] || "", { bad: true });
        return;
    }
    show(me, chosen);
    mark(chosen);
});

// Where no other module closes menus (the settings), the one at one's face closes by itself.
document.addEventListener("click", (event) => {
    const own = document.querySelector(".rail__you[open]");
    if (own && event.target instanceof Node && !own.contains(event.target)) own.removeAttribute("open");
});
