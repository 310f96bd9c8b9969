/** Toasts: words that go away by themselves. `say` is for every module that must tell the agent something. */
// @ts-check

const STAYS_MS = 5000;

/** @param {string} words @param {{bad?: boolean}} [how] */
export function say(words, { bad = false } = {}) {
    const region = document.getElementById("toasts");
    if (!region) return;
    const toast = document.createElement("p");
    toast.className = bad ? "toast toast--bad" : "toast";
    toast.textContent = words;
    region.append(toast);
    setTimeout(() => toast.remove(), STAYS_MS);
}

for (const toast of document.querySelectorAll("#toasts .toast")) setTimeout(() => toast.remove(), STAYS_MS);
