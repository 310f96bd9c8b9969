/** The count of alerts at the gauge, on every page that has a line to the server. */
// @ts-check

document.addEventListener("note", (event) => {
    const { kind, loud } = /** @type {CustomEvent} */ (event).detail;
    if (kind !== "quality") return;
    for (const count of document.querySelectorAll("[data-loud-alerts]")) count.textContent = loud ? String(loud) : "";
});
