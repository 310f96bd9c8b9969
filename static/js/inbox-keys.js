/** What keys do in the inbox besides pressing its buttons: walk the list, switch conversations, step back. */
// @ts-check
import { deck } from "deck";
import { finder } from "find";
import { bar } from "pick";
import { bind, press } from "keys";
import { list } from "list";

const AHEAD = 2;

/** @param {1 | -1} step */
function mark(step) {
    const rows = list();
    rows?.choose(rows.neighbour(step, rows.chosen ?? rows.current));
    const next = rows?.chosen?.querySelector("a");
    if (next) deck()?.warm(next.href);
}

/** The next conversation at once; who was writing goes on writing there. @param {1 | -1} step @param {boolean} isWriting */
function open(step, isWriting) {
    const link = list()?.neighbour(step)?.querySelector("a");
    if (!link) return;
    deck()?.show(link.href, { focus: isWriting });
    ahead(step);
}

/** Have the next ones in the page before they are asked for. @param {1 | -1} step */
function ahead(step) {
    let row = list()?.current ?? null;
    for (let n = 0; n < AHEAD && row; n += 1) {
        row = list()?.neighbour(step, row) ?? null;
        const link = row?.querySelector("a");
        if (link) deck()?.warm(link.href);
    }
}

bind("J", () => mark(1));
bind("K", () => mark(-1));
bind("Alt+J", (_target, isWriting) => open(1, isWriting));
bind("Alt+K", (_target, isWriting) => open(-1, isWriting));

bind("Enter", (target) => {
    const chosen = list()?.chosen;
    if (!chosen || target.closest("a, button, summary")) return false;
    chosen.querySelector("a")?.click();
});

bind("/", () => finder()?.open());

bind("Alt+N", () => {
    const tabs = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".list .tabs__item")]);
    const at = tabs.findIndex((tab) => tab.hasAttribute("aria-current"));
    tabs[(at + 1) % tabs.length]?.click();
});

bind("Mod+Alt+E", (_target, isWriting) => {
    const pane = deck()?.current;
    const next = list()?.neighbour(1) ?? list()?.neighbour(-1); // before the row leaves the list
    if (!pane) return false;
    if (pane.querySelector(".thread-head [data-asks]")) return press("Alt+E"); // a reason comes first
    if (!pane.querySelector(".thread-head [name=reopen]")) press("Alt+E");
    const link = next?.querySelector("a");
    if (link) deck()?.show(link.href, { focus: isWriting });
    else deck()?.close();
});

bind("Esc", (target, isWriting) => {
    if (document.querySelector(":popover-open")) return false; // the platform closes it
    if (target.closest("find-panel") && finder()?.escape()) return true;
    if (!isWriting && bar()?.isPicking) {
        bar()?.clear();
        return true;
    }
    if (isWriting) {
        /** @type {HTMLElement} */ (target).blur();
        const link = /** @type {HTMLElement | null | undefined} */ (list()?.current?.querySelector("a"));
        link?.focus({ preventScroll: true });
    } else if (deck()?.current) deck()?.close();
    else finder()?.escape();
    return true;
});
