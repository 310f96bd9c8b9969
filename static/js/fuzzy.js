/** How well words match what somebody types: starts of words first, then parts, then one slip; also in the wrong keyboard layout. */
// @ts-check

const LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.";
const CYRILLIC = "ёйцукенгшщзхъфывапролджэячсмитьбю";

/** “htpjkd” is “резолв” on the other layout. @param {string} text */
export function otherLayout(text) {
    const [from, to] = /[а-яё]/i.test(text) ? [CYRILLIC, LATIN] : [LATIN, CYRILLIC];
    return [...text.toLowerCase()].map((letter) => to[from.indexOf(letter)] ?? letter).join("");
}

/** 0: no match. @param {string} typed @param {string} words */
export function score(typed, words) {
    const text = plain(words);
    const asTyped = ofAll(plain(typed), text);
    return asTyped || Math.round(ofAll(plain(otherLayout(typed)), text) * 0.8);
}

/** @param {string} text */
const plain = (text) => text.toLowerCase().replaceAll("ё", "е").trim();

/** Every word typed must be found. @param {string} typed @param {string} text */
function ofAll(typed, text) {
    const scores = typed.split(/\s+/).filter(Boolean).map((word) => ofOne(word, text));
    if (!scores.length || scores.includes(0)) return 0;
    return scores.reduce((sum, one) => sum + one, 0) / scores.length;
}

/** @param {string} word @param {string} text */
function ofOne(word, text) {
    if (text.startsWith(word)) return 100;
    const at = text.indexOf(word);
    const others = text.split(/[\s/()«»“”,.:·-]+/).filter(Boolean);
    if (others.some((other) => other.startsWith(word))) return 80;
    if (at > 0) return word.length > 1 ? 50 : 10;
    if (word.length > 1 && others.map((other) => other[0]).join("").includes(word)) return 40; // initials
    if (word.length > 3 && others.some((other) => isOneSlip(word, other))) return 20;
    return 0;
}

/** One letter wrong, missing, too much, or two swapped, at the start of a word. @param {string} typed @param {string} word */
function isOneSlip(typed, word) {
    let at = 0;
    while (at < typed.length && typed[at] === word[at]) at += 1;
    if (!at) return false;
    const rest = typed.slice(at);
    const [right, next] = [word.slice(at), word.slice(at + 1)];
    const swapped = rest[1] + rest[0] + rest.slice(2);
    return [next.startsWith(rest.slice(1)), right.startsWith(rest.slice(1)), next.startsWith(rest), rest.length > 1 && right.startsWith(swapped)].some(Boolean);
}
