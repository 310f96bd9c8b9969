/** Calls to our own server, with the token against forged requests that the page carries. */
// @ts-check

/** The server answered, but not as it should. */
export class Stumbled extends Error {}

/** Headers every writing request needs: those htmx sends too. @returns {Record<string, string>} */
export function headers() {
    return JSON.parse(document.body.getAttribute("hx-headers") || "{}");
}

/**
 * POST a form. Throws only when the network fails.
 * @param {string} url @param {FormData | URLSearchParams | Record<string, string>} [fields] @param {AbortSignal} [signal]
 */
export function post(url, fields = {}, signal) {
    const body = fields instanceof FormData || fields instanceof URLSearchParams ? fields : new URLSearchParams(fields);
    return fetch(url, { method: "POST", body, headers: { ...headers(), "X-Requested-With": "fetch" }, signal });
}

/** GET a fragment. Throws only when the network fails. @param {string} url @param {AbortSignal} [signal] */
export function get(url, signal) {
    return fetch(url, { headers: { "X-Requested-With": "fetch" }, signal });
}

/** Whether the answer is the sign-in page: the session is over. @param {Response} response */
export function isSignedOut(response) {
    return response.status === 401 || (response.redirected && new URL(response.url).pathname.startsWith("/accounts/"));
}

/** The same address with more in its query. @param {string} url @param {Record<string, string>} more */
export function withQuery(url, more) {
    const address = new URL(url, location.href);
    for (const [name, value] of Object.entries(more)) address.searchParams.set(name, value);
    return address.pathname + address.search;
}
