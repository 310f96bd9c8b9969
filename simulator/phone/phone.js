// The phone: state, the list of customers, the chat, live changes. Entry point of the page.
import * as api from "./api.js";
import { bubble } from "./bubble.js";
import { Composer } from "./composer.js";
import { ask, chooseRow, messageMenu } from "./dialogs.js";
import { avatar, h, icon } from "./dom.js";
import { dayKey, dayOf, iconOf, lineOf, timeOf, whenOf } from "./format.js";
import { BEHAVIOURS, Panel } from "./panel.js";
import { switchLanguage, t } from "./words.js";

const root = document.documentElement;
const asked = new URLSearchParams(location.search);
const theme = asked.get("theme") || localStorage.getItem("phone-theme");
if (theme) root.dataset.theme = theme;

class PhoneApp {
  constructor() {
    this.frame = document.getElementById("app");
    this.numberId = asked.get("number") || localStorage.getItem("phone-number") || "";
    this.customer = null;
    this.people = [];
    this.messages = new Map();
    this.now = Date.now() / 1000;
    this.offset = 0;
    this.wanted = new Set();
    this.filter = "";
    this.panel = new Panel(this, document.getElementById("person"));
    this.deed = {
      tap: (id, index) => this.act({ do: "taps", message_id: id, index }),
      list: (message) => this.pickRow(message),
      menu: (message, opener) => messageMenu(message, opener, this.deed),
      react: (id, emoji) => this.act({ do: "reacts", message_id: id, emoji }),
      quote: (message) => this.composer.quote(message),
      edit: (message) => this.composer.edit(message),
      revoke: (id) => this.act({ do: "revokes", message_id: id }),
      find: (id) => this.find(id),
      businessName: () => this.businessName(),
    };
  }

  async start() {
    this.drawListFrame();
    this.drawNobody();
    await this.loadPeople();
    const first = new URLSearchParams(location.search).get("customer");
    if (first) await this.openChat(first);
    addEventListener("popstate", () => this.fromAddress());
    this.listen();
  }

  // --- people ------------------------------------------------------------------------------------------------------

  drawListFrame() {
    this.rows = h("div", { class: "rows" });
    this.numbers = h("select", { "aria-label": t("writingTo"), onchange: () => this.chooseNumber(this.numbers.value) });
    const search = h("input", { type: "search", placeholder: t("search"), "aria-label": t("search"), oninput: () => { this.filter = search.value.toLowerCase(); this.drawPeople(); } });
    document.getElementById("list").replaceChildren(
      h("div", { class: "top" },
        h("div", { class: "top__line" }, h("h1", {}, t("customers")),
          h("button", { class: "tool", type: "button", title: t("language"), "aria-label": t("language"), onclick: switchLanguage }, t("language").slice(0, 2).toUpperCase()),
          h("button", { class: "tool", type: "button", title: t("theme"), "aria-label": t("theme"), onclick: () => this.switchTheme() }, icon("moon")),
          h("button", { class: "tool tool--main", type: "button", title: t("newCustomer"), "aria-label": t("newCustomer"), onclick: () => this.newCustomer() }, icon("plus"))),
        h("label", { class: "field" }, icon("store", "icon--s"), this.numbers, icon("down", "icon--s")),
        h("label", { class: "field" }, icon("search", "icon--s"), search)),
      this.rows);
    document.title = t("customers");
  }

  switchTheme() {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("phone-theme", root.dataset.theme);
  }

  async loadPeople() {
    const found = await api.chats(this.numberId);
    this.numberId = found.number_id;
    this.businesses = found.numbers;
    this.people = found.customers;
    this.numbers.replaceChildren(...found.numbers.map((number) => h("option", { value: number.id, selected: number.id === this.numberId }, `${number.name} · ${number.phone}`)));
    this.drawPeople();
  }

  businessName() { return this.businesses?.find((number) => number.id === this.numberId)?.name ?? ""; }

  drawPeople() {
    const digits = this.filter.replace(/\D/g, "");
    const shown = this.people.filter((person) => !this.filter || person.name.toLowerCase().includes(this.filter) || person.username.toLowerCase().includes(this.filter) || (digits && person.phone.replace(/\D/g, "").includes(digits)));
    shown.sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0));
    if (!shown.length) {
      const words = !this.businesses?.length ? t("noNumbers") : this.people.length ? t("noMatch") : t("noCustomers");
      this.rows.replaceChildren(h("div", { class: "empty" }, h("p", {}, words), this.businesses?.length && !this.filter && h("button", { class: "button button--main", type: "button", onclick: () => this.newCustomer() }, icon("plus", "icon--s"), t("newCustomer"))));
      return;
    }
    this.rows.replaceChildren(...shown.slice(0, 300).map((person) => this.row(person)));
  }

  row(person) {
    const last = person.last;
    const sign = last && iconOf(last.type);
    const mark = last?.direction === "in" ? icon("checks", "ticks") : null;
    if (mark && last.status === "read") mark.setAttribute("data-read", "");
    return h("button", { class: "row", type: "button", "aria-current": String(person.id === this.customer?.id), onclick: () => this.openChat(person.id) },
      avatar(person),
      h("span", {}, h("span", { class: "row__name" }, h("span", {}, person.name), codeOf(person.behaviour) && h("span", { class: "tag", title: t(`b_${person.behaviour}`) }, codeOf(person.behaviour)), !person.is_online && h("span", { class: "tag" }, t("tag_off"))),
        h("span", { class: "row__last" }, mark, sign && icon(sign, "icon--s"), h("span", {}, last ? lineOf(last) : person.phone || person.user_id))),
      h("span", { class: "row__side" }, h("span", { class: "row__time" }, last ? whenOf(last.at, this.clock()) : ""), person.unread > 0 && h("span", { class: "row__count" }, person.unread)));
  }

  clock() { return Date.now() / 1000 + this.offset; }

  chooseNumber(id) {
    this.numberId = id;
    localStorage.setItem("phone-number", id);
    this.reload();
  }

  async reload() {
    await this.loadPeople();
    if (this.customer) await this.openChat(this.customer.id, { push: false });
  }

  async newCustomer() {
    const answer = await ask(t("newCustomer"), [
      { name: "name", label: t("name"), required: true }, { name: "wa_id", label: t("phone"), type: "tel", hint: "+49 151 12345678" },
      { name: "user_id", label: t("bsuid"), hint: "US.13491208655302741918" },
      { name: "behaviour", label: t("behaviour"), value: "normal", options: BEHAVIOURS.map((value) => [value, t(`b_${value}`)]) },
    ], t("create"));
    if (!answer) return;
    if (!answer.wa_id && !answer.user_id) answer.user_id = `US.${Math.floor(1e15 + Math.random() * 9e15)}`;
    if (!answer.wa_id) answer.shares_phone = false;
    for (const key of ["wa_id", "user_id"]) if (!answer[key]) delete answer[key];
    const person = await api.keepCustomer(answer);
    await this.loadPeople();
    await this.openChat(person.id);
  }

  // --- the chat ----------------------------------------------------------------------------------------------------

  drawNobody() {
    this.customer = null;
    this.panel.show();
    document.getElementById("chat").replaceChildren(this.device(h("div", { class: "nobody" }, icon("user"), h("h2", {}, t("nobodyTitle")), h("p", {}, t("nobodyText")))));
  }

  device(...children) {
    return h("div", { class: "device" }, h("div", { class: "screen" },
      h("div", { class: "bar" }, h("span", {}, timeOf(this.clock())), h("span", { class: "bar__signs" }, this.customer?.is_online === false && icon("off", "icon--s"), h("span", { class: "bar__battery" }))),
      ...children, h("div", { class: "home" })));
  }

  async openChat(id, { push = true } = {}) {
    const found = await api.chat(this.numberId, id);
    this.offset = found.now - Date.now() / 1000;
    this.customer = found.customer;
    this.messages = new Map(found.messages.map((message) => [message.id, message]));
    this.more = found.more;
    this.frame.dataset.view = "chat";
    if (push) {
      const url = new URL(location.href);
      url.searchParams.set("customer", id);
      if (url.href !== location.href) history.pushState({}, "", url);
    }
    this.drawChat(found.typing);
    this.drawPeople();
    this.read();
  }

  fromAddress() {
    const id = new URLSearchParams(location.search).get("customer");
    if (id) this.openChat(id, { push: false });
    else this.closeChat();
  }

  closeChat() {
    this.frame.dataset.view = "list";
    this.frame.removeAttribute("data-panel");
    this.drawNobody();
    this.drawPeople();
  }

  leave() {
    const url = new URL(location.href);
    url.searchParams.delete("customer");
    history.pushState({}, "", url);
    this.closeChat();
  }

  closePanel() { this.frame.removeAttribute("data-panel"); }

  drawChat(typing) {
    const draft = this.composer?.of === this.customer.id ? this.composer.text.value : "";
    this.composer = new Composer(this);
    this.composer.of = this.customer.id;
    this.composer.text.value = draft;
    this.composer.face();
    this.thread = h("div", { class: "thread", role: "log", "aria-live": "polite", tabIndex: 0, onclick: () => { this.composer.sheet.hidden = true; } });
    this.status = h("small", {});
    this.note = h("div", { class: "note" }, icon("off", "icon--s"), t("offNote"), h("button", { type: "button", onclick: () => this.act({ do: "goes_online" }) }, t("turnOn")));
    document.getElementById("chat").replaceChildren(this.device(
      h("header", { class: "head" },
        h("button", { class: "tool tool--back", type: "button", "aria-label": t("back"), onclick: () => this.leave() }, icon("back")),
        h("span", { class: "badge" }, icon("store")),
        h("div", { class: "head__who" }, h("b", {}, this.businessName()), this.status),
        h("button", { class: "tool tool--panel", type: "button", "aria-label": t("about"), onclick: () => this.frame.setAttribute("data-panel", "") }, avatar(this.customer, "s"))),
      this.note, this.thread, this.composer.sheet, this.composer.element));
    this.drawThread();
    this.showTyping(typing);
    this.showPerson();
    this.toEnd();
    if (matchMedia("(pointer: fine)").matches) this.composer.text.focus({ preventScroll: true });
  }

  showPerson() {
    this.note.hidden = this.customer.is_online;
    this.panel.show();
  }

  drawThread() {
    const all = [...this.messages.values()].sort((a, b) => a.at - b.at);
    const parts = [];
    if (this.more) parts.push(h("button", { class: "older", type: "button", onclick: () => this.loadOlder() }, t("older")));
    if (!all.length) parts.push(h("p", { class: "hello" }, t("hello")));
    let before = null;
    for (const message of all) {
      const newDay = !before || dayKey(before.at) !== dayKey(message.at);
      if (newDay) parts.push(h("span", { class: "day" }, dayOf(message.at, this.clock())));
      const joined = !newDay && before.direction === message.direction && before.type !== "system" && message.at - before.at < 300 && !before.reactions.length;
      parts.push(bubble(message, { joined, deed: this.deed, isOnline: this.customer.is_online }));
      before = message;
    }
    this.thread.replaceChildren(...parts);
    if (this.typingShown) this.thread.append(dots());
  }

  showTyping(on) {
    clearTimeout(this.typingTimer);
    this.typingShown = on;
    this.status.textContent = on ? t("typing") : t("business");
    this.status.toggleAttribute("data-typing", on);
    this.thread.querySelector(".msg--typing")?.remove();
    if (on) {
      const atEnd = this.isAtEnd();
      this.thread.append(dots());
      if (atEnd) this.toEnd();
      this.typingTimer = setTimeout(() => this.showTyping(false), 25000);
    }
  }

  isAtEnd() { return this.thread.scrollHeight - this.thread.scrollTop - this.thread.clientHeight < 90; }

  toEnd() {
    const down = () => { this.thread.scrollTop = this.thread.scrollHeight; };
    down();
    for (const file of this.thread.querySelectorAll("img, video")) for (const name of ["load", "loadedmetadata"]) file.addEventListener(name, down, { once: true });
  }

  async loadOlder() {
    const first = [...this.messages.values()].sort((a, b) => a.at - b.at)[0];
    const found = await api.chat(this.numberId, this.customer.id, first.at);
    const height = this.thread.scrollHeight;
    for (const message of found.messages) this.messages.set(message.id, message);
    this.more = found.more;
    this.drawThread();
    this.thread.scrollTop = this.thread.scrollHeight - height;
  }

  find(id) {
    const found = document.getElementById(id);
    if (!found) return;
    found.scrollIntoView({ block: "center", behavior: "smooth" });
    found.setAttribute("data-flash", "");
    setTimeout(() => found.removeAttribute("data-flash"), 1200);
  }

  async pickRow(message) {
    const index = await chooseRow(message.content.action);
    if (index !== null) await this.deed.tap(message.id, index);
  }

  async comeFromAd() {
    const answer = await ask(t("fromAd"), [{ name: "text", label: t("adText"), value: t("adHello"), required: true }, { name: "headline", label: t("adTitle"), value: t("adHeadline") }], t("send"));
    if (answer) await this.act({ do: "comes_from_ad", ...answer });
  }

  act(fields) { return api.act({ customer: this.customer.id, number_id: this.numberId, ...fields }); }

  read() {
    const unread = [...this.messages.values()].some((message) => message.direction === "out" && message.status === "delivered");
    if (unread && !document.hidden && this.customer.is_online) this.act({ do: "reads" }).catch(() => {});
  }

  // --- live --------------------------------------------------------------------------------------------------------

  listen() {
    const events = new EventSource("/phone/events");
    let wasLost = false;
    events.addEventListener("message", (event) => this.hear(JSON.parse(event.data)));
    events.addEventListener("error", () => { wasLost = true; });
    events.addEventListener("open", () => { if (wasLost) this.reload(); wasLost = false; });
    document.addEventListener("visibilitychange", () => this.customer && this.read());
  }

  hear({ kind, number_id: numberId, id }) {
    if (kind === "reset") return location.replace("/phone");
    if (kind === "number") return void this.loadPeople();
    if (kind === "typing") return void (id === this.customer?.id && numberId === this.numberId && this.showTyping(true));
    if (kind === "message" && numberId !== this.numberId) return;
    this.wanted.add(`${kind} ${id}`);
    this.soon ??= setTimeout(() => this.catchUp(), 40);
  }

  async catchUp() {
    const wanted = [...this.wanted];
    this.wanted.clear();
    this.soon = null;
    if (wanted.length > 25) return this.reload();
    if (wanted.some((name) => name.startsWith("customer "))) {
      await this.loadPeople();
      this.customer = this.people.find((person) => person.id === this.customer?.id) ?? this.customer;
      if (this.customer) this.showPerson();
    }
    const names = wanted.filter((name) => name.startsWith("message "));
    const found = await Promise.all(names.map((name) => api.message(name.slice(8)).catch(() => null)));
    for (const item of found) if (item) this.takeIn(item);
    if (found.length) this.drawPeople();
    return this.panel.refreshSoon();
  }

  takeIn({ message, customer }) {
    this.people = [customer, ...this.people.filter((person) => person.id !== customer.id)];
    if (customer.id !== this.customer?.id || message.number_id !== this.numberId || ["reaction", "edit", "revoke"].includes(message.type)) return;
    const isNew = !this.messages.has(message.id);
    const atEnd = this.isAtEnd();
    this.messages.set(message.id, message);
    if (isNew && message.direction === "out") this.showTyping(false);
    this.drawThread();
    if (isNew) document.getElementById(message.id)?.setAttribute("data-new", "");
    if (atEnd || (isNew && message.direction === "in")) this.toEnd();
    if (message.direction === "out" && message.status === "delivered") this.read();
  }
}

function dots() { return h("div", { class: "msg msg--typing" }, h("div", { class: "bubble typing" }, h("i"), h("i"), h("i"))); }

function codeOf(behaviour) { return /\d{6}/.exec(t(`b_${behaviour}`))?.[0]; }

new PhoneApp().start();
