// The panel beside the phone: who this is, what state the phone is in, what may happen, and the last webhooks.
import * as api from "./api.js";
import { ask } from "./dialogs.js";
import { avatar, h, icon, toast } from "./dom.js";
import { t } from "./words.js";

export const BEHAVIOURS = ["normal", "by_hand", "reads_at_once", "phone_off", "skips_delivered", "window_closed", "unreachable", "engagement_limit", "opted_out", "no_payment", "rate_limited", "pair_limited", "server_error", "times_out"];

export class Panel {
  constructor(app, element) {
    this.app = app;
    this.element = element;
    this.wire = h("ul", { class: "wire" });
    this.timer = 0;
  }

  show() {
    const person = this.app.customer;
    this.element.hidden = !person;
    if (!person) return;
    const flip = (label, checked, run) => h("label", { class: "switch" }, label, h("input", { type: "checkbox", role: "switch", checked, onchange: (event) => run(event.target.checked) }));
    const keep = (fields) => api.keepCustomer({ ...(person.phone ? { wa_id: person.id } : { user_id: person.user_id }), ...fields });
    this.element.replaceChildren(
      h("div", { class: "who" }, avatar(person, "l"), h("b", {}, person.name),
        person.phone && person.phone !== person.name && h("small", {}, person.phone), h("small", { class: "quiet" }, person.user_id),
        h("button", { class: "tool", type: "button", "aria-label": t("close"), onclick: () => this.app.closePanel() }, icon("close"))),
      h("section", { class: "part" }, h("h3", {}, t("state")),
        flip(t("phoneOn"), person.is_online, (on) => this.app.act({ do: on ? "goes_online" : "goes_offline" })),
        flip(t("marketing"), !person.stopped, (on) => this.app.act({ do: on ? "resumes_marketing" : "stops_marketing" })),
        person.phone && flip(t("sharesPhone"), person.shares_phone, (on) => keep({ shares_phone: on })),
        h("div", {},
          h("span", { class: "field" }, h("select", { "aria-label": t("behaviour"), onchange: (event) => keep({ behaviour: event.target.value }) },
            ...BEHAVIOURS.map((value) => h("option", { value, selected: value === person.behaviour }, t(`b_${value}`)))), icon("down", "icon--s")))),
      h("section", { class: "part" }, h("h3", {}, t("scenes")), h("div", { class: "buttons" },
        h("button", { class: "button", type: "button", onclick: () => this.app.comeFromAd() }, icon("megaphone", "icon--s"), t("fromAd")),
        h("button", { class: "button", type: "button", onclick: () => this.complain() }, icon("ban", "icon--s"), t("complain")),
        person.phone && h("button", { class: "button", type: "button", onclick: () => this.changeNumber() }, icon("swap", "icon--s"), t("changeNumber")))),
      h("section", { class: "part" }, h("h3", {}, t("time")), h("p", {}, t("timeText")), h("div", { class: "buttons" },
        h("button", { class: "button", type: "button", onclick: () => this.passes(1) }, t("hour")),
        h("button", { class: "button", type: "button", onclick: () => this.passes(24) }, t("day")))),
      h("section", { class: "part" }, h("h3", {}, t("wire")), this.wire));
    this.refreshSoon();
  }

  async changeNumber() {
    const answer = await ask(t("changeNumber"), [{ name: "new", label: t("newNumber"), type: "tel", required: true, value: "+" }], t("save"));
    if (answer) await this.app.act({ do: "changes_number", new: answer.new });
  }

  async complain() {
    await this.app.act({ do: "complains" });
    toast(t("complained"));
  }

  async passes(hours) {
    await api.timePasses({ hours });
    toast(t("moved"));
    this.app.reload();
  }

  refreshSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), 500);
  }

  async refresh() {
    const { log } = await api.webhooks();
    this.wire.replaceChildren(...(log.length ? log.map((post) => h("li", { "data-bad": post.status !== 200 },
      h("b", {}, post.status || "—"), h("span", { title: post.note }, post.status ? [...new Set(post.fields)].join(", ") : post.note || t("wireOff")), h("small", {}, `${Math.round(post.ms)} ms`)))
      : [h("li", {}, h("span", {}, t("wireNone")))]));
  }
}
