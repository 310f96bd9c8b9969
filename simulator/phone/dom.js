// Making elements: `h("button", {class: "x", onclick}, "Text")`. Text is always text, never HTML.
const SVG = "http://www.w3.org/2000/svg";

export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key.startsWith("--")) element.style.setProperty(key, value);
    else if (key in element && !key.startsWith("aria") && key !== "list" && key !== "form") {
      if (key === "class") element.className = value;
      else element[key] = value;
    } else element.setAttribute(key === "class" ? "class" : key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name, extra = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${extra}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/phone/files/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export function hueOf(text) {
  let sum = 7;
  for (const character of text) sum = (sum * 31 + character.codePointAt(0)) % 3600;
  return (sum * 47) % 360;
}

export function avatar(person, size = "") {
  const words = person.name.replace(/[^\p{L}\p{N}@ ]/gu, " ").trim().split(/\s+/);
  const letters = /^\d/.test(words[0] ?? "") ? (person.phone || person.name).slice(-2) : (words[0]?.[0] ?? "@") + (words[1]?.[0] ?? "");
  return h("span", {
    class: `avatar ${size && `avatar--${size}`}`, "--hue": hueOf(person.id), "aria-hidden": "true",
    "data-off": person.is_online === false,
  }, letters.toUpperCase());
}

let toastTimer;
export function toast(text) {
  document.querySelector(".toast")?.remove();
  const shown = h("div", { class: "toast", role: "status" }, text);
  document.body.append(shown);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => shown.remove(), 3200);
}
