/** The tab: how many conversations wait to be read, in its title and as a dot on its icon. */
// @ts-check

let title = document.title;
const ending = / · [^·]*$/.exec(title)?.[0] ?? "";
let unread = 0;
/** @type {Promise<string> | undefined} */ let plainIcon;

const icon = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel="icon"]'));

/** What this page is, without the number. @param {string} words */
export function setTitle(words) {
    title = words + ending;
    write();
}

/** @param {number} count */
export function showUnread(count) {
    const changed = Boolean(count) !== Boolean(unread);
    unread = count;
    write();
    if (changed) drawIcon();
}

function write() {
    const words = unread ? `(${unread}) ${title}` : title;
    if (document.title !== words) document.title = words;
}

async function drawIcon() {
    if (!icon) return;
    plainIcon ??= fetch(icon.href).then((response) => response.text());
    const svg = await plainIcon.catch(() => "");
    if (!svg.includes("</svg>")) return;
    const dot = '<circle cx="25" cy="7" r="7" fill="#d93a2b" stroke="#fff" stroke-width="2"/></svg>';
    icon.href = `data:image/svg+xml,${encodeURIComponent(unread ? svg.replace("</svg>", dot) : svg)}`;
}
