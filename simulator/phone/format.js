// Times for people, and the phone's text formatting (*bold*, _italic_, ~strike~, code, links) as elements.
import { h } from "./dom.js";
import { lang, t } from "./words.js";

const clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const short = new Intl.DateTimeFormat(lang, { day: "numeric", month: "short" });
const long = new Intl.DateTimeFormat(lang, { day: "numeric", month: "long", year: "numeric" });

export const timeOf = (at) => clock.format(new Date(at * 1000));

const dayNumber = (date) => Math.floor((date.getTime() - date.getTimezoneOffset() * 60000) / 86400000);

export const dayKey = (at) => dayNumber(new Date(at * 1000));

export function dayOf(at, now) {
  const difference = dayKey(now) - dayKey(at);
  if (difference <= 0) return t("today");
  return difference === 1 ? t("yesterday") : long.format(new Date(at * 1000));
}

export function whenOf(at, now) {
  const difference = dayKey(now) - dayKey(at);
  if (difference <= 0) return timeOf(at);
  return difference === 1 ? t("yesterday").toLowerCase() : short.format(new Date(at * 1000));
}

const MARKS = [
  [/```([\s\S]+?)```/, (inner) => h("code", {}, inner)],
  [/`([^`\n]+)`/, (inner) => h("code", {}, inner)],
  [/(?<![\p{L}\p{N}])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\p{L}\p{N}])/u, (inner) => h("strong", {}, ...rich(inner))],
  [/(?<![\p{L}\p{N}])_(?=\S)([^_\n]+?)(?<=\S)_(?![\p{L}\p{N}])/u, (inner) => h("em", {}, ...rich(inner))],
  [/(?<![\p{L}\p{N}])~(?=\S)([^~\n]+?)(?<=\S)~(?![\p{L}\p{N}])/u, (inner) => h("s", {}, ...rich(inner))],
  [/(https?:\/\/[^\s<>]+[^\s<>.,;:!?)\]}»"'])/, (inner) => h("a", { href: inner, target: "_blank", rel: "noopener noreferrer" }, inner)],
];

export function rich(text) {
  let first = null;
  for (const [pattern, make] of MARKS) {
    const match = pattern.exec(text);
    if (match && (!first || match.index < first.match.index)) first = { match, make };
  }
  if (!first) return text ? [text] : [];
  const { match, make } = first;
  return [
    ...(match.index ? [text.slice(0, match.index)] : []),
    make(match[1]),
    ...rich(text.slice(match.index + match[0].length)),
  ];
}

export const isHuge = (text) => /^(\p{Extended_Pictographic}[\u{FE0F}\u{1F3FB}-\u{1F3FF}\u200D]*){1,3}$/u.test(text.trim());

export function lineOf(last) {
  const label = { revoked: "deleted", unsupported: "unsupportedShort" }[last.type] ?? last.type;
  const kinds = ["image", "video", "audio", "document", "sticker", "location", "contacts", "order", "unsupported", "revoked", "system"];
  if (last.text) return last.text.replace(/\s+/g, " ");
  return kinds.includes(last.type) ? t(label) : t("message");
}

export const iconOf = (type) => ({ image: "image", video: "image", audio: "mic", document: "file", sticker: "smile", location: "pin", contacts: "user", order: "store", revoked: "ban" })[type];
