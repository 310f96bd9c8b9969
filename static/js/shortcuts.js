/** The table of keys that the server wrote into the page (waba_inbox/shortcuts.py), and how a key press is named in it. */
// @ts-check

/** @typedef {{keys: string[], words: string, also: string, group: string, href: string, act: boolean}} Shortcut */
/** @typedef {{words: string, also: string, group: string, href: string, set: [string, string] | null}} Command */
/** @type {{keys: Shortcut[], commands: Command[], jump: string, look: string}} */
export const table = JSON.parse(document.getElementById("shortcuts")?.textContent || '{"keys": [], "commands": [], "jump": "", "look": ""}');

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);
/** @type {Record<string, string>} */
const ON_A_MAC = { Mod: "⌘", Ctrl: "⌘", Alt: "⌥", Enter: "↩" };
/** @type {Record<string, string>} */
const CAPS = { Mod: "Ctrl", ArrowDown: "↓", ArrowUp: "↑" };
/** @type {Record<string, string>} */
const CODES = { Slash: "/", Escape: "Esc", NumpadEnter: "Enter" };

/** “Alt+J”, “G”, “Mod+Alt+E”: by the place of the key, whatever layout is on. @param {KeyboardEvent} event */
export function nameOf({ code, key, altKey, ctrlKey, metaKey, shiftKey }) {
    if (key === "?" || (code === "Slash" && shiftKey && !ctrlKey)) return "?";
    const name = CODES[code] ?? code.replace(/^Key|^Digit/, "");
    return `${ctrlKey || metaKey ? "Mod+" : ""}${altKey ? "Alt+" : ""}${name}`;
}

/** The row of the table that a key belongs to. @param {string} name @returns {Shortcut | undefined} */
export const shortcut = (name) => table.keys.find(({ keys }) => keys.includes(name));

/** A key as it is written on the keyboard. @param {string} keys @returns {string[]} */
export const caps = (keys) => keys.split(/[ +]/).map((cap) => (IS_MAC && ON_A_MAC[cap]) || CAPS[cap] || cap);

/** “Alt+E” for a tooltip. @param {string} keys */
export const shown = (keys) => (keys.includes(" ") ? caps(keys).join(" ") : caps(keys).join(IS_MAC ? "" : "+"));

if (IS_MAC) for (const cap of document.querySelectorAll("#key-help kbd")) cap.textContent = ON_A_MAC[cap.textContent ?? ""] ?? cap.textContent;
