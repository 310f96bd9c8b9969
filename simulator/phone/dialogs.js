// What opens over the page: forms, the rows of a list message, a picture, the menu of a message.
import { h, icon } from "./dom.js";
import { t } from "./words.js";

function show(dialog) {
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.showModal();
  return dialog;
}

// Ask for some fields: [{name, label, value, type, options, wide}]. Resolves to an object, or null.
export function ask(title, fields, done) {
  return new Promise((resolve) => {
    let answer = null;
    const control = (field) => field.options
      ? h("select", { name: field.name, value: field.value }, ...field.options.map(([value, label]) => h("option", { value, selected: value === field.value }, label)))
      : h("input", { name: field.name, value: field.value ?? "", type: field.type ?? "text", step: "any", required: field.required, autocomplete: "off", placeholder: field.hint ?? "" });
    const form = h("form", {
      class: "form", method: "dialog",
      onsubmit: (event) => { event.preventDefault(); answer = Object.fromEntries(new FormData(form)); dialog.close(); },
    }, h("h2", {}, title), ...fields.map((field) => Array.isArray(field)
      ? h("div", { class: "form__two" }, ...field.map((one) => h("label", {}, one.label, control(one))))
      : h("label", {}, field.label, control(field))),
    h("div", { class: "form__end" },
      h("button", { class: "button", type: "button", onclick: () => dialog.close() }, t("cancel")),
      h("button", { class: "button button--main" }, done)));
    const dialog = h("dialog", { "aria-label": title }, form);
    dialog.addEventListener("close", () => resolve(answer));
    show(dialog);
  });
}

// The rows of a list message. Resolves to the index of the chosen row, or null.
export function chooseRow(action) {
  return new Promise((resolve) => {
    let chosen = null;
    let index = 0;
    const parts = action.sections.flatMap((section) => [
      section.title && h("h3", {}, section.title),
      ...section.rows.map((row) => {
        const mine = index++;
        return h("button", { class: "choice", type: "button", onclick: () => { chosen = mine; dialog.close(); } }, row.title, row.description && h("small", {}, row.description));
      }),
    ]);
    const dialog = h("dialog", { "aria-label": action.button }, h("div", { class: "choices" }, ...parts.filter(Boolean)));
    dialog.addEventListener("close", () => resolve(chosen));
    show(dialog);
  });
}

export function lookAt(source) {
  const dialog = h("dialog", { class: "look", "aria-label": t("photo") }, h("img", { src: source, alt: "", onclick: () => dialog.close() }));
  show(dialog);
}

const FACES = ["👍", "❤️", "😂", "😮", "🙏"];

export function messageMenu(message, opener, deed) {
  document.querySelector(".popup")?.remove();
  const mine = message.direction === "in";
  const item = (name, label, run, bad = "") => h("button", { class: `popup__item ${bad}`, type: "button", role: "menuitem", onclick: () => { popup.hidePopover(); run(); } }, icon(name), label);
  const faces = FACES.map((face) => {
    const pressed = message.my_reaction === face;
    return h("button", { type: "button", "aria-label": t("react", { emoji: face }), "aria-pressed": String(pressed), onclick: () => { popup.hidePopover(); deed.react(message.id, pressed ? "" : face); } }, face);
  });
  const popup = h("div", { class: "popup", popover: "auto", role: "menu" },
    h("div", { class: "popup__faces" }, ...faces),
    item("reply", t("reply"), () => deed.quote(message)),
    mine && message.type === "text" && item("edit", t("edit"), () => deed.edit(message)),
    mine && item("trash", t("remove"), () => deed.revoke(message.id), "popup__item--bad"));
  document.body.append(popup);
  popup.addEventListener("toggle", (event) => {
    opener.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState === "closed") popup.remove();
  });
  popup.showPopover();
  const at = opener.getBoundingClientRect();
  const size = popup.getBoundingClientRect();
  const left = mine ? at.right - size.width : at.left;
  popup.style.left = `${Math.max(8, Math.min(left, innerWidth - size.width - 8))}px`;
  popup.style.top = `${at.bottom + size.height + 8 > innerHeight ? Math.max(8, at.top - size.height - 4) : at.bottom + 4}px`;
  popup.querySelector("button").focus({ preventScroll: true });
}
