/** A page that is meant for paper: its button opens the browser's print, which also saves as PDF. */
// @ts-check

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
