/** Tells a person that a passkey did not work; allauth's own script only writes it to the console. */
// @ts-check

document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const words = document.getElementById("passkey-problem");
    if (words) words.hidden = false;
});
if (!window.PublicKeyCredential) {
    for (const element of document.querySelectorAll("[data-needs-passkeys]")) /** @type {HTMLElement} */ (element).hidden = true;
}
