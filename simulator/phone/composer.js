// Writing, quoting, editing and everything that can be attached.
import * as api from "./api.js";
import { ask } from "./dialogs.js";
import { h, icon, toast } from "./dom.js";
import { lineOf } from "./format.js";
import { t } from "./words.js";

export class Composer {
  constructor(app) {
    this.app = app;
    this.quoted = null;
    this.edited = null;
    this.bar = h("div", { class: "quoting", hidden: true });
    this.text = h("textarea", { rows: 1, placeholder: t("message"), "aria-label": t("message"), enterKeyHint: "send",
      onkeydown: (event) => this.key(event), oninput: () => this.face(), onpaste: (event) => this.paste(event) });
    this.main = h("button", { class: "round round--send", type: "button", "aria-label": t("send"), onclick: () => this.send() }, icon("mic"));
    this.files = h("input", { type: "file", hidden: true, onchange: () => this.sendFiles([...this.files.files]) });
    this.sheet = this.makeSheet();
    this.element = h("div", { class: "composer" }, this.bar,
      h("div", { class: "composer__line" },
        h("button", { class: "round", type: "button", "aria-label": t("attach"), onclick: () => this.toggle() }, icon("plus")),
        this.text, this.main), this.files);
    this.face();
  }

  makeSheet() {
    const pick = (name, label, hue, run) => h("button", { class: "pick", type: "button", onclick: () => { this.sheet.hidden = true; run(); } },
      h("span", { "--hue": hue }, icon(name)), label);
    const open = (accept) => { this.files.accept = accept; this.files.value = ""; this.files.click(); };
    return h("div", { class: "sheet", hidden: true },
      pick("image", t("photo"), 290, () => open("image/*,video/*")),
      pick("file", t("document"), 245, () => open("")),
      pick("spark", t("sample"), 330, () => this.act("sends_image")),
      pick("mic", t("voice"), 20, () => this.act("sends_voice")),
      pick("pin", t("location"), 150, () => this.sendPlace()),
      pick("user", t("contact"), 210, () => this.sendContact()),
      pick("smile", t("sticker"), 80, () => this.act("sends_sticker")),
      pick("megaphone", t("ad"), 50, () => this.app.comeFromAd()));
  }

  toggle() { this.sheet.hidden = !this.sheet.hidden; }

  face() {
    const writes = this.text.value.trim() !== "";
    this.main.replaceChildren(icon(writes ? "send" : "mic"));
    this.main.setAttribute("aria-label", writes ? t("send") : t("voice"));
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.send(); }
    if (event.key === "Escape") { this.sheet.hidden = true; this.forget(); }
  }

  paste(event) {
    const files = [...event.clipboardData.files];
    if (files.length) { event.preventDefault(); this.sendFiles(files); }
  }

  async act(verb, fields = {}) {
    const quoting = this.quoted && ["sends_image"].includes(verb) ? { quoting: this.quoted.id } : {};
    this.forget();
    await this.app.act({ do: verb, ...fields, ...quoting });
  }

  async send() {
    const text = this.text.value.trim();
    if (!text) return this.edited ? undefined : this.act("sends_voice");
    const fields = this.edited
      ? { do: "edits", message_id: this.edited.id, text }
      : { do: "writes", text, ...(this.quoted ? { quoting: this.quoted.id } : {}) };
    this.text.value = "";
    this.forget();
    try {
      await this.app.act(fields);
    } catch {
      this.text.value ||= text;
    }
    this.face();
    return this.text.focus();
  }

  async sendFiles(files) {
    const caption = this.text.value.trim();
    for (const file of files) {
      if (file.size > 100 * 1024 * 1024) { toast(t("tooBig")); continue; }
      await api.sendFile({ customer: this.app.customer.id, number_id: this.app.numberId, do: "sends_file", caption, quoting: this.quoted?.id, filename: file.name }, file);
    }
    this.text.value = "";
    this.forget();
  }

  async sendPlace() {
    const answer = await ask(t("location"), [
      { name: "name", label: t("place"), value: "Nevsky 28" }, { name: "address", label: t("address"), value: "Nevsky Prospekt 28, St Petersburg" },
      [{ name: "latitude", label: t("latitude"), value: 59.9357, type: "number", required: true }, { name: "longitude", label: t("longitude"), value: 30.3259, type: "number", required: true }],
    ], t("send"));
    if (answer) await this.act("sends_location", answer);
  }

  async sendContact() {
    const answer = await ask(t("contact"), [{ name: "name", label: t("name"), required: true, value: "Ana Pereira" }, { name: "phone", label: t("phone"), required: true, value: "+351 912 000 111" }], t("send"));
    if (answer) await this.act("sends_contact", answer);
  }

  quote(message) { this.edited = null; this.quoted = message; this.showBar(message.direction === "in" ? t("you") : this.app.businessName(), lineOf(previewOf(message))); }

  edit(message) { this.quoted = null; this.edited = message; this.text.value = message.content.body; this.showBar(t("editing"), message.content.body); }

  showBar(title, line) {
    this.bar.replaceChildren(h("div", {}, h("b", {}, title), h("span", {}, line)),
      h("button", { class: "tool", type: "button", "aria-label": t("cancel"), onclick: () => this.forget() }, icon("close", "icon--s")));
    this.bar.hidden = false;
    this.face();
    this.text.focus();
  }

  forget() {
    if (this.edited) this.text.value = "";
    this.quoted = this.edited = null;
    this.bar.hidden = true;
    this.face();
  }
}

function previewOf(message) {
  const content = message.content ?? {};
  const reply = content.button_reply ?? content.list_reply;
  return { type: message.type, text: content.body?.text ?? (typeof content.body === "string" ? content.body : "") ?? "" , ...(message.rendered?.body ? { text: message.rendered.body } : {}), ...(reply ? { text: reply.title } : {}), ...(content.caption ? { text: content.caption } : {}), ...(content.text && typeof content.text === "string" ? { text: content.text } : {}) };
}
