/** The tab: how many conversations wait to be read, in its title and as a number on its icon. */
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
    const changed = mark(count) !== mark(unread);
    unread = count;
    write();
    if (changed) drawIcon();
}

/** What fits on an icon. @param {number} count */
const mark = (count) => (count > 9 ? "9+" : String(count || ""));

function write() {
    const words = unread ? `(${unread}) ${title}` : title;
    if (document.title !== words) document.title = words;
}

async function drawIcon() {
    if (!icon) return;
    plainIcon ??= fetch(icon.href).then((response) => response.text());
    const svg = await plainIcon.catch(() => "");
    if (!svg.includes("</svg>")) return;
    const dot = `<circle cx="22" cy="10" r="10" fill="#c62f22" stroke="#fff" stroke-width="2"/><text x="22" y="15" text-anchor="middle" font-family="sans-serif" font-size="${unread > 9 ? 11 : 14}" font-weight="700" fill="#fff">${mark(unread)}</text></svg>`;
    icon.href = `data:image/svg+xml,${encodeURIComponent(unread ? svg.replace("</svg>", dot) : svg)}`;
}
