/* The one dialog of the page: opened when something is put into it (`hx-target="#dialog"`), emptied when closed.

A click outside or on `[data-close]` closes it; the browser gives the focus back to who opened it. */

export function connect(dialog) {
  const look = () => {
    if (dialog.childElementCount && !dialog.open) {
      dialog.showModal();
      dialog.querySelector("[autofocus]")?.focus();
    }
    if (!dialog.childElementCount && dialog.open) dialog.close();
  };
  const filled = new MutationObserver(look);
  filled.observe(dialog, { childList: true });
  look();   // filled before we came
  dialog.addEventListener("close", () => {
    if (!dialog.open) dialog.replaceChildren();   // told late: filled and opened again meanwhile
    document.dispatchEvent(new CustomEvent("karkas:rested"));
  });
  dialog.addEventListener("click", (event) => {
    const closes = event.target.closest("[data-close]");
    if (closes) event.preventDefault();
    if (closes || event.target === dialog) dialog.close();
  });
  document.addEventListener("htmx:after:request", ({ target, detail: { ctx } }) => {
    if (dialog.contains(target) && ctx.response?.status < 300 && ctx.request.method !== "GET") dialog.close();
  });
  return () => filled.disconnect();
}
