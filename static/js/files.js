/** Files on their way out: refused before they travel if WhatsApp would not take them, shown before they arrive. */
// @ts-check
import { headers, Stumbled } from "server";
import { filled } from "words";

/** @typedef {{kinds: Record<string, {bytes: number, mimes: string[]}>, words: Record<string, string>}} Limits */

/** What a type goes out as; a WebP or a HEIC goes as a document. @param {string} mime @param {Limits} limits */
export function kindOf(mime, limits) {
    const kinds = Object.entries(limits.kinds).filter(([kind]) => kind !== "sticker");
    return kinds.find(([, { mimes }]) => mimes.includes(mime.split(";")[0]))?.[0] ?? "document";
}

/** A size in words of the page's language. @param {number} bytes */
export function sizeWords(bytes) {
    const [n, unit] = bytes < 1_000_000 ? [bytes / 1024, "kilobyte"] : [bytes / 1024 / 1024, "megabyte"];
    const options = { style: "unit", unit, maximumFractionDigits: n < 10 ? 1 : 0 };
    return new Intl.NumberFormat(document.documentElement.lang, /** @type {Intl.NumberFormatOptions} */ (options)).format(n);
}

/** Why WhatsApp would not take it, in words; empty if it would. @param {File} file @param {Limits} limits */
export function problemOf(file, limits) {
    const limit = limits.kinds[kindOf(file.type, limits)];
    if (!file.size) return filled(limits.words.empty ?? "", { name: file.name });
    if (!limit || file.size <= limit.bytes) return "";
    return filled(limits.words.size ?? "", { name: file.name, size: sizeWords(file.size), limit: sizeWords(limit.bytes) });
}

/** A picture, film, sound or name of a file that is still ours alone. @param {File} file @param {string} kind */
export function previewOf(file, kind) {
    const url = URL.createObjectURL(file);
    const link = document.createElement(kind === "image" ? "a" : "p");
    if (kind === "image") {
        const picture = Object.assign(new Image(), { src: url, alt: file.name });
        link.className = "picture";
        link.append(picture);
        picture.addEventListener("load", () => picture.setAttribute("data-loaded", ""));
    } else if (kind === "video" || kind === "audio") {
        const player = document.createElement(kind);
        Object.assign(player, { src: url, controls: true, className: kind });
        link.append(player);
    } else {
        URL.revokeObjectURL(url);
        link.className = "file";
        const name = Object.assign(document.createElement("span"), { className: "file__name", textContent: file.name });
        name.append(Object.assign(document.createElement("small"), { className: "faint", textContent: sizeWords(file.size) }));
        link.append(name);
    }
    return link;
}

/** The server's no, in words. */
export class Refused extends Error {}

/**
 * Upload with progress. Throws Refused with the server's words, or any other error when the network fails.
 * @param {string} url @param {File} file @param {(part: number) => void} progressed @param {Record<string, string>} [more] @returns {Promise<{key: string, kind: string}>}
 */
export function upload(url, file, progressed, more = {}) {
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        const body = new FormData();
        for (const [name, value] of Object.entries(more)) body.append(name, value);
        body.append("file", file);
        request.open("POST", url);
        for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
        request.responseType = "json";
        request.upload.onprogress = (event) => event.lengthComputable && progressed(event.loaded / event.total);
        request.onerror = () => reject(new Error("network"));
        request.onload = () => {
            if (request.status === 422 || request.status === 413) reject(new Refused(request.response?.words ?? ""));
            else if (request.status >= 200 && request.status < 300 && request.response?.key) resolve(request.response);
            else reject(new Stumbled(String(request.status)));
        };
        request.send(body);
    });
}
