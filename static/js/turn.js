/** Where only the assignee may reply: the composer of everybody else says who has the conversation, and offers to take over. */
// @ts-check

const me = document.body.dataset.agent || "";

/** @param {Element | null} turn */
function show(turn) {
    const composer = turn?.closest("reply-composer[data-binds]");
    if (!(turn instanceof HTMLElement) || !(composer instanceof HTMLElement)) return;
    const whose = turn.dataset.assignee || "";
    composer.dataset.turn = whose && whose !== me ? "theirs" : "mine";
}

document.addEventListener("placed", (event) => {
    const element = /** @type {HTMLElement} */ (event.target);
    if (element.matches(".composer__turn")) show(element);
});
document.addEventListener("pane-shown", (event) => show(/** @type {HTMLElement} */ (event.target).querySelector(".composer__turn")));
for (const turn of document.querySelectorAll(".composer__turn")) show(turn);
