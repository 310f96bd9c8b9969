/** Words that the server wrote into the page: toasts, and sentences to be filled in. */
// @ts-check

const STAYS_MS = 5000;

/** Toasts go away by themselves. For every module that must tell the agent something. @param {string} words @param {{bad?: boolean}} [how] */
export function say(words, { bad = false } = {}) {
    const region = document.getElementById("toasts");
    if (!region || !words) return;
    const toast = document.createElement("p");
    toast.className = bad ? "toast toast--bad" : "toast";
    toast.textContent = words;
    region.append(toast);
    setTimeout(() => toast.remove(), STAYS_MS);
}

/** Fill {name} in a sentence. @param {string} words @param {Record<string, string | number>} values */
export function filled(words, values) {
    return words.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

for (const toast of document.querySelectorAll("#toasts .toast")) setTimeout(() => toast.remove(), STAYS_MS);
