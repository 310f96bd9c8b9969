/** Words that the server wrote into the page: toasts, and sentences with a number in them. */
// @ts-check

const STAYS_MS = 5000;
const plurals = new Intl.PluralRules(document.documentElement.lang || "en");

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

/**
 * The sentence for this number from data-one="…", data-few, data-many, data-other, where %n stands for the number.
 * @param {HTMLElement} element @param {number} n
 */
export function counted(element, n) {
    const { dataset } = element;
    return (dataset[plurals.select(n)] ?? dataset.other ?? dataset.many ?? dataset.one ?? "%n").replace("%n", String(n));
}

/** Fill %name in a sentence. @param {string} words @param {Record<string, string | number>} values */
export function filled(words, values) {
    return words.replace(/%(\w+)/g, (whole, name) => String(values[name] ?? whole));
}

for (const toast of document.querySelectorAll("#toasts .toast")) setTimeout(() => toast.remove(), STAYS_MS);
