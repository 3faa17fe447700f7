/* How every request of a page behaves: it carries the token, is sent once, and its answer is heard. */

const BUSY_AT_MOST_MS = 8000;
const token = () => document.querySelector('meta[name="csrf-token"]').content;

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (!/^(GET|HEAD)$/i.test(ctx.request.method)) ctx.request.headers["X-CSRFToken"] = token();
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (asked(ctx)) document.getElementById("flash").replaceChildren();
  if (!ctx.hx?.trigger?.startsWith("{")) return;
  const { toast } = JSON.parse(ctx.hx.trigger);
  if (toast) document.dispatchEvent(new CustomEvent("karkas:toast", { detail: toast }));
});

/* What a person did, unlike a region that looks again by itself: that must not wipe a refusal off the screen. */
const asked = (ctx) => ctx.sourceEvent?.type !== "live";

document.addEventListener("click", (event) => {
  const dismiss = event.target.closest?.("[data-dismiss]");
  if (dismiss) document.querySelector(dismiss.dataset.dismiss)?.replaceChildren();
});

/* -- a form is sent once, and its button says what is going on ------------------------------- */

const changes = (form) => form.method === "post" || form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]");

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sending]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!changes(form)) return;
  form.dataset.sending = "";
  setTimeout(() => rest(form), BUSY_AT_MOST_MS);
  const button = event.submitter;
  if (!button) return;
  button.setAttribute("aria-busy", "true");
  if (button.dataset.busyLabel) {
    button.dataset.label = button.lastChild.textContent;
    button.lastChild.textContent = button.dataset.busyLabel;
  }
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.matches?.("form")) rest(ctx.sourceElement);
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(rest));

function rest(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll("[aria-busy]")) {
    button.removeAttribute("aria-busy");
    if (button.dataset.label) button.lastChild.textContent = button.dataset.label;
    delete button.dataset.label;
  }
}
