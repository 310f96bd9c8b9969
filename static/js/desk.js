/** What the pages of the template desk load: the line to the server, and the times that stay true. */
// @ts-check
import "live";
import "clock";
import "quality";

document.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== "file") return;
    if (target.form?.matches("[data-sends-itself]") && target.files?.length) target.form.requestSubmit();
});
