// One message as the phone shows it, of every type.
import { avatar, h, icon, toast } from "./dom.js";
import { isHuge, lineOf, rich, timeOf } from "./format.js";
import { lookAt } from "./dialogs.js";
import { voicePlayer } from "./player.js";
import { t } from "./words.js";

const source = (file) => (file.id ? `/phone/file/${file.id}` : file.link);
const gone = () => h("div", { class: "broken" }, t("noFile"));

function words(text, kind = "text") {
  return text ? h("div", { class: `${kind} ${kind === "text" && isHuge(text) ? "text--huge" : ""}` }, ...rich(text)) : null;
}

function picture(file) {
  const image = h("img", { class: "photo", src: source(file), alt: file.caption || t("photo"), loading: "lazy", onerror: () => frame.replaceWith(gone()) });
  const frame = h("button", { class: "photo-frame", type: "button", "aria-label": t("open"), onclick: () => lookAt(source(file)) }, image);
  return frame;
}

function paper(file) {
  const name = file.filename || t("document");
  const kind = (name.includes(".") ? name.split(".").pop() : "FILE").slice(0, 4).toUpperCase();
  return h("a", { class: "doc", href: source(file), download: name },
    h("span", { class: "doc__ext" }, kind),
    h("span", {}, h("b", {}, name), h("small", {}, file.mime_type?.split("/").pop().toUpperCase() ?? kind)));
}

function place(spot) {
  const map = h("a", {
    class: "map", target: "_blank", rel: "noopener noreferrer", "aria-label": t("location"),
    href: `https://www.openstreetmap.org/?mlat=${spot.latitude}&mlon=${spot.longitude}#map=16/${spot.latitude}/${spot.longitude}`,
  });
  map.append(streets(Math.abs(spot.latitude * 1000 + spot.longitude * 700)), icon("pin"));
  const lines = [spot.name && h("b", {}, spot.name), spot.address && h("small", {}, spot.address)];
  if (!spot.name && !spot.address) lines.push(h("small", {}, `${(+spot.latitude).toFixed(5)}, ${(+spot.longitude).toFixed(5)}`));
  return [map, h("div", { class: "card" }, ...lines)];
}

function streets(seed) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 290 132");
  svg.setAttribute("preserveAspectRatio", "xMidYMid slice");
  const part = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    svg.append(element);
  };
  const turn = seed % 40;
  part("path", { d: `M-10 ${100 + turn / 4} C 80 ${70 + turn}, 160 ${140 - turn}, 300 ${92 - turn / 2} V140 H-10 Z`, fill: "currentColor", opacity: ".08" });
  const roads = [[0, 30 + turn, 290, 12 + turn / 2, 9], [0, 96 - turn / 2, 290, 74 + turn / 2, 12], [50 + turn, 0, 30 + turn, 132, 8], [150 - turn / 2, 0, 172, 132, 13], [246, 0, 228 + turn / 2, 132, 7]];
  for (const [x1, y1, x2, y2, width] of roads) part("line", { x1, y1, x2, y2, stroke: "var(--surface)", "stroke-width": width });
  return svg;
}

function card(person) {
  const phone = person.phones?.[0]?.phone ?? "";
  const name = person.name?.formatted_name ?? phone;
  return h("div", { class: "vcard" }, avatar({ id: name, name, phone }, "s"), h("div", { class: "card" }, h("b", {}, name), h("small", {}, phone)));
}

function advert(referral) {
  return h("div", { class: "ad" }, h("span", { class: "ad__pic" }, icon("megaphone")),
    h("span", {}, h("b", {}, referral.headline ?? ""), h("small", {}, t("adVia"))));
}

function headerOf(header) {
  if (!header) return null;
  if (header.type === "text") return h("div", { class: "title" }, ...rich(header.text ?? ""));
  if (header.type === "image") return picture(header.image);
  if (header.type === "video") return film(header.video);
  if (header.type === "document") return paper(header.document);
  if (header.type === "location") return h("div", {}, ...place(header.location));
  return null;
}

/** What ends soon, with its end. */
function offer(shown) {
  if (!shown) return null;
  const ends = shown.ends ? h("small", {}, new Date(shown.ends * 1000).toLocaleString()) : null;
  return h("div", { class: "offer" }, h("b", {}, shown.text), ends);
}

/** The cards of a carousel, side by side. */
function slides(cards) {
  if (!cards?.length) return null;
  const one = (card) => h("li", { class: "slide" }, headerOf(card.header), words(card.body),
    (card.buttons ?? []).map((button) => h("span", { class: "slide__button" }, button.text)));
  return h("ul", { class: "slides", tabIndex: 0 }, cards.map(one));
}

const film = (file) => h("video", { class: "photo", src: source(file), controls: true, preload: "metadata" });

// The inside of a bubble, by type. Gives [children, class].
function inside(message) {
  const content = message.content ?? {};
  if (message.is_revoked) return [[h("div", { class: "text quiet" }, h("em", {}, t("deleted")))], ""];
  switch (message.type) {
    case "text": return [[message.referral?.source_id && advert(message.referral), words(content.body)], ""];
    case "image": return [[picture(content), words(content.caption)], "media"];
    case "video": return [[film(content), words(content.caption)], "media"];
    case "sticker": return [[h("img", { class: "sticker", src: source(content), alt: t("sticker"), onerror: (event) => event.target.replaceWith(gone()) })], "bare"];
    case "audio": return [[voicePlayer(source(content), message.id)], ""];
    case "document": return [[paper(content), words(content.caption)], "media"];
    case "location": return [place(content), "media"];
    case "contacts": return [content.map(card), ""];
    case "button": return [[words(content.text)], ""];
    case "interactive": return interactive(content);
    case "template": {
      const shown = message.rendered;
      const isMedia = shown.header && shown.header.type !== "text";
      return [[headerOf(shown.header), offer(shown.offer), words(shown.body), words(shown.footer, "foot"), slides(shown.cards)], isMedia ? "media" : ""];
    }
    case "order": return [[h("div", { class: "title" }, t("order")), h("ul", { class: "order" }, ...(content.product_items ?? []).map((item) =>
      h("li", {}, h("span", {}, `${item.product_retailer_id} × ${item.quantity}`), h("span", {}, `${item.item_price} ${item.currency}`)))), words(content.text)], ""];
    default: return [[h("div", { class: "text quiet" }, h("em", {}, t("unsupported")))], ""];
  }
}

function interactive(content) {
  const reply = content.button_reply ?? content.list_reply;
  if (reply) return [[words(reply.title), words(reply.description, "foot")], ""];
  if (content.nfm_reply) return [[h("div", { class: "title" }, t("formSent")), words(content.nfm_reply.body, "foot")], ""];
  const isMedia = content.header && content.header.type !== "text";
  return [[headerOf(content.header), words(content.body?.text), words(content.footer?.text, "foot")], isMedia ? "media" : ""];
}

// Buttons under a business message. `act` does what a tap does.
function buttons(message, deed) {
  const tap = (index, name, label) => h("button", { class: "action", type: "button", onclick: () => deed.tap(message.id, index) }, name && icon(name), label);
  if (message.type === "template") {
    return (message.rendered.buttons ?? []).map((button, index) => {
      if (button.type === "QUICK_REPLY") return tap(index, "reply", button.text);
      if (button.type === "URL") return h("a", { class: "action", href: button.url, target: "_blank", rel: "noopener noreferrer" }, icon("link"), button.text);
      if (button.type === "PHONE_NUMBER") return h("a", { class: "action", href: `tel:${button.phone_number}` }, icon("call"), button.text);
      const code = button.code;
      return h("button", { class: "action", type: "button", onclick: () => navigator.clipboard?.writeText(code).then(() => toast(t("copied")), () => {}) }, icon("copy"), button.text || t("copy"));
    });
  }
  if (message.type !== "interactive" || message.direction !== "out") return [];
  const { type, action } = message.content;
  if (type === "button") return action.buttons.map((button, index) => tap(index, "reply", button.reply.title));
  if (type === "list") return [h("button", { class: "action", type: "button", onclick: () => deed.list(message) }, icon("list"), action.button)];
  if (type === "cta_url") return [h("a", { class: "action", href: action.parameters.url, target: "_blank", rel: "noopener noreferrer" }, icon("link"), action.parameters.display_text)];
  if (type === "flow") return [tap(0, "edit", action.parameters.flow_cta)];
  if (type === "location_request_message") return [tap(0, "pin", t("sendLocation"))];
  return [];
}

function quoted(message, deed) {
  if (!message.quote) return null;
  const mine = message.quote.direction === "in";
  return h("button", { class: "quote", type: "button", onclick: () => deed.find(message.quote.id) },
    h("b", {}, mine ? t("you") : deed.businessName()), h("span", {}, lineOf(message.quote)));
}

function stateOf(message) {
  if (message.direction !== "out") return "";
  if (message.status === "failed") return "failed";
  return ["accepted", "sent"].includes(message.status) ? "waits" : "";
}

function meta(message, mine) {
  return h("div", { class: "meta" }, message.is_edited && h("span", {}, t("edited")), h("time", {}, timeOf(message.at)),
    mine && tick(message));
}

function tick(message) {
  const sign = icon("checks", "ticks");
  if (message.status === "read") sign.setAttribute("data-read", "");
  return sign;
}

export function bubble(message, { joined, deed, isOnline }) {
  const mine = message.direction === "in";
  if (message.type === "system") {
    const { wa_id: fresh, body } = message.content;
    const old = /from (\d+)/.exec(body ?? "")?.[1];
    return h("div", { class: "system", id: message.id }, old ? t("changed", { old: `+${old}`, new: `+${fresh}` }) : body);
  }
  const [children, kind] = inside(message);
  const state = stateOf(message);
  const acts = message.is_revoked || state ? [] : buttons(message, deed);
  const box = h("div", { class: `bubble ${kind && `bubble--${kind}`}` }, quoted(message, deed), ...children, meta(message, mine));
  if (!message.is_revoked && !state) {
    const opener = h("button", { class: "menu-button", type: "button", "aria-label": t("actions"), "aria-haspopup": "menu", onclick: (event) => deed.menu(message, event.currentTarget) }, icon("down", "icon--s"));
    box.append(opener);
    box.addEventListener("contextmenu", (event) => { event.preventDefault(); deed.menu(message, opener); });
    if (message.reactions.length) box.append(h("span", { class: "reactions" }, message.reactions.join(" ")));
  }
  const under = state === "failed"
    ? h("div", { class: "under" }, icon("alert"), t("failed", { code: message.error.code, title: message.error.title }))
    : state && h("div", { class: "under under--calm" }, icon("clock"), t(isOnline ? "waitsShort" : "waits"));
  return h("article", {
    class: `msg ${mine ? "msg--mine" : ""} ${joined ? "msg--joined" : ""} ${acts.length ? "msg--acts" : ""}`, id: message.id,
    "data-state": state || null, "data-reacted": message.reactions.length > 0 && !message.is_revoked,
  }, box, acts.length > 0 && h("div", { class: "actions" }, ...acts), under || null);
}
