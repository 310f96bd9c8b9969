/** Coordinates out of what people copy from a map: links of Google, Apple, Yandex, OpenStreetMap, 2GIS, or two numbers. */
// @ts-check

const PAIR = /(-?\d{1,3}(?:\.\d+)?)\s*[,;/ ]\s*(-?\d{1,3}(?:\.\d+)?)/;

/** @param {string} text @returns {{latitude: number, longitude: number, name?: string} | null} */
export function placeFrom(text) {
    const words = text.trim();
    let url;
    try {
        url = new URL(words.replace(/^geo:/i, "https://geo/?q="));
    } catch {
        return pair(words.match(new RegExp(`^${PAIR.source}$`)));
    }
    const asked = (/** @type {string[]} */ ...names) => names.map((name) => url.searchParams.get(name) ?? "").find((value) => PAIR.test(value)) ?? "";
    const swapped = asked("pt", "whatshere[point]", "ll", "m"); // Yandex and 2GIS say the longitude first
    if (/yandex|2gis/.test(url.hostname) && swapped) return pair(swapped.match(PAIR), true);
    const marked = url.searchParams.get("mlat");
    if (marked) return { latitude: Number(marked), longitude: Number(url.searchParams.get("mlon")) };
    const exact = /!3d(-?\d+\.\d+)!4d(-?\d+\.\d+)/.exec(url.pathname); // the pin; @… is only where the camera stood
    const camera = /@(-?\d+\.\d+),(-?\d+\.\d+)/.exec(url.pathname);
    const osm = /#map=\d+\/(-?\d+\.\d+)\/(-?\d+\.\d+)/.exec(url.hash);
    const name = /\/place\/([^/@]+)/.exec(url.pathname)?.[1];
    const found = pair(exact ?? asked("q", "query", "ll", "coordinate", "center", "destination").match(PAIR) ?? camera ?? osm);
    return found && name && !PAIR.test(name) ? { ...found, name: decodeURIComponent(name.replaceAll("+", " ")) } : found;
}

/** @param {RegExpMatchArray | null} match @param {boolean} [isSwapped] */
function pair(match, isSwapped = false) {
    if (!match) return null;
    const [first, second] = [Number(match[1]), Number(match[2])];
    const [latitude, longitude] = isSwapped ? [second, first] : [first, second];
    return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null;
}
