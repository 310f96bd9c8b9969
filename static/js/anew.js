/**
 * Loading the page anew because the server asks for it, without taking anything from under somebody's hands: it waits until what
 * would be lost is finished, says so, and afterwards one goes on writing where one was.
 */
// @ts-check

const LOOK_MS = 500;
const PAUSE_MS = 1500; // between two words nobody is stopped
const KEPT = "writing";
let lastKey = 0;
let timer = 0;

addEventListener("keydown", () => (lastKey = Date.now()), { capture: true });

/** Now, or as soon as nothing can be lost. */
export function loadAnew() {
    if (timer) return;
    if (!inTheWay()) return leave();
    timer = window.setInterval(() => inTheWay() || leave(), LOOK_MS);
    const banner = /** @type {HTMLTemplateElement | null} */ (document.getElementById("load-anew"))?.content.cloneNode(true);
    if (!banner) return;
    (document.querySelector("dialog[open]") ?? document.body).append(banner);
    document.querySelector(".load-anew button")?.addEventListener("click", leave);
}

/** What a reload would take away: files, a recording, an upload, fields in the middle of being filled in. Drafts are kept. */
function inTheWay() {
    if (Date.now() - lastKey < PAUSE_MS) return true;
    if (document.querySelector(".staged, .bubble__progress, [data-recorder]:not([hidden])")) return true;
    return [.../** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */ (document.querySelectorAll(FIELDS))].some(
        (field) => field.value !== field.defaultValue && field.checkVisibility() && !field.matches(".composer__text"),
    );
}

const FIELDS = "textarea, input:is([type=text], [type=email], [type=tel], [type=url], [type=number], [type=date], [type=datetime-local], :not([type])):not([role=combobox])";

function leave() {
    clearInterval(timer);
    const text = /** @type {HTMLTextAreaElement | null} */ (document.querySelector(".pane:not([hidden]) .composer__text"));
    const composer = /** @type {import("composer").ReplyComposer | null} */ (text?.closest("reply-composer") ?? null);
    if (text && composer && (document.activeElement === text || composer.isNote)) {
        const { conversation, dataset } = composer;
        keep({ conversation, say: dataset.say ?? "reply", from: text.selectionStart, to: text.selectionEnd });
    }
    location.reload();
}

/** @param {object} writing */
function keep(writing) {
    try {
        sessionStorage.setItem(KEPT, JSON.stringify(writing));
    } catch {
        // the words are kept all the same (drafts.js), only the caret is not
    }
}

/** Go on writing in a composer that was left so: a note stays a note. @param {import("composer").ReplyComposer} composer */
export function goOn(composer) {
    const kept = sessionStorage.getItem(KEPT);
    if (!kept) return;
    const { conversation, say, from, to } = JSON.parse(kept);
    if (conversation !== composer.conversation) return;
    sessionStorage.removeItem(KEPT);
    composer.speakAs(say);
    composer.text.focus();
    composer.text.setSelectionRange(from, to);
}
