/** The service worker: shows pushes, and leads a click to the conversation. It keeps nothing and answers no request. */

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
    const letter = event.data?.json() ?? {};
    event.waitUntil(show(letter));
});

async function show({ title = "", text = "", conversation = 0, topic = "", url = "/", seq = 0 }) {
    const tag = topic || `conversation-${conversation}`;
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    if (pages.some((page) => page.focused)) return; // who looks at the inbox needs no push
    const shown = await self.registration.getNotifications({ tag });
    if (shown.some((one) => (one.data?.seq ?? 0) >= seq)) return; // the open page said more
    await self.registration.showNotification(title, { body: text, tag, icon: "/static/img/icon.svg", data: { url, seq } });
}

self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(go(event.notification.data?.url ?? "/"));
});

async function go(url) {
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const inbox = url.startsWith("/inbox/") && pages.find((page) => new URL(page.url).pathname.startsWith("/inbox/"));
    if (!inbox) return self.clients.openWindow(url);
    inbox.postMessage({ open: url });
    return inbox.focus();
}
