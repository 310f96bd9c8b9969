/**
 * What is new, for an agent who looks elsewhere: a sound, a notice on the desktop, a push where no page is open. The server has
 * decided who is told (conversations/notifying.py); here is only whether this page is being looked at, and what the browser allows.
 */
// @ts-check
import { deck } from "deck";
import { get, post } from "server";
import { play } from "sounds";

const WORKER = "/notices-worker.js";
const OTHERS_FIRST_MS = 150; // a page in front answers before those behind it
const ASK_AFTER_MS = 20_000;
const ASKED = "notices:asked";

/** @typedef {{conversation: number, seq: number, title: string, text: string, url: string, sound: string, hidden: boolean, desktop: boolean}} News */

const canNotify = "Notification" in window && "serviceWorker" in navigator;
const isInFront = () => !document.hidden && document.hasFocus();

document.addEventListener("note", (event) => {
    const { kind, news } = /** @type {CustomEvent<{kind: string, news: News[]}>} */ (event).detail;
    if (kind === "news") for (const one of news) hear(one);
});

/** Of several pages one answers: the one in front, which knows that nothing is to be said. @param {News} news */
async function hear(news) {
    if (!isInFront()) await new Promise((resolve) => setTimeout(resolve, OTHERS_FIRST_MS));
    if (!navigator.locks) return tell(news);
    await navigator.locks.request(`news-${news.conversation}-${news.seq}-${news.title}`, { ifAvailable: true }, async (lock) => {
        if (!lock) return;
        tell(news);
        await new Promise((resolve) => setTimeout(resolve, 2000)); // other pages find it taken
    });
}

/** @param {News} news */
function tell(news) {
    const isRead = isInFront() && Number(deck()?.current?.dataset.conversation) === news.conversation;
    if (isRead || (news.hidden && isInFront())) return;
    if (news.sound) play(news.sound);
    if (news.desktop && !isInFront()) show(news).catch(() => null); // no worker here: the sound was all
}

/** @param {News} news */
async function show({ title, text, conversation, url, seq }) {
    if (!canNotify || Notification.permission !== "granted") return;
    const registration = await navigator.serviceWorker.ready;
    await registration.showNotification(title, { body: text, tag: `conversation-${conversation}`, icon: "/static/img/icon.svg", data: { url, seq } });
}

// What is being read needs no notice any more.
document.addEventListener("pane-shown", async (event) => {
    const id = /** @type {HTMLElement} */ (event.target).dataset.conversation;
    if (!canNotify || Notification.permission !== "granted") return;
    const registration = await navigator.serviceWorker.getRegistration();
    for (const one of (await registration?.getNotifications({ tag: `conversation-${id}` })) ?? []) one.close();
});

/** This browser takes pushes from now on: once allowed, each visit says it again, for addresses change. */
export async function subscribe() {
    const registration = await navigator.serviceWorker.register(WORKER, { scope: "/" });
    await navigator.serviceWorker.ready;
    const address = document.body.dataset.notices ?? "";
    const { key } = await (await get(address)).json();
    const wanted = Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    let subscription = await registration.pushManager.getSubscription();
    const known = subscription?.options.applicationServerKey;
    if (subscription && known && !new Uint8Array(known).every((octet, at) => octet === wanted[at])) {
        await subscription.unsubscribe(); // made for another key
        subscription = null;
    }
    subscription ??= await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
    const { endpoint, keys } = subscription.toJSON();
    return post(address, { endpoint: endpoint ?? "", p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "" });
}

/** Ask the browser, then its push service. Gives whether notices are allowed. */
export async function allow() {
    if (!canNotify) return false;
    localStorage.setItem(ASKED, "1");
    const answer = await Notification.requestPermission();
    if (answer === "granted") await subscribe().catch(() => null); // no push service: notices of open pages still come
    return answer === "granted";
}

const ask = /** @type {HTMLElement | null} */ (document.getElementById("notices-ask"));
ask?.addEventListener("click", async (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    if (!button) return;
    ask.hidden = true;
    localStorage.setItem(ASKED, "1");
    if (button.dataset.allow !== undefined) await allow();
});

if (canNotify) {
    navigator.serviceWorker.addEventListener("message", (event) => {
        if (typeof event.data?.open === "string") deck()?.show(event.data.open, { focus: true });
    });
    if (Notification.permission === "granted") subscribe().catch(() => null);
    else if (Notification.permission === "default" && ask && !localStorage.getItem(ASKED)) setTimeout(() => (ask.hidden = false), ASK_AFTER_MS);
}
