/* The one dialog of the page: opened when something is put into it (`hx-target="#dialog"`), emptied when closed.

A click outside or on `[data-close]` closes it; the browser gives the focus back to who opened it. */

export function connect(dialog) {
  const filled = new MutationObserver(() => {
    if (dialog.childElementCount && !dialog.open) {
      dialog.showModal();
      dialog.querySelector("[autofocus]")?.focus();
    }
    if (!dialog.childElementCount && dialog.open) dialog.close();
  });
  filled.observe(dialog, { childList: true });
  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    document.dispatchEvent(new CustomEvent("karkas:rested"));
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
  document.addEventListener("htmx:after:request", ({ target, detail: { ctx } }) => {
    if (dialog.contains(target) && ctx.response?.status < 300 && ctx.request.method !== "GET") dialog.close();
  });
  return () => filled.disconnect();
}
