/* A form with two ways to say the same: only the shown one is sent. */

export function connect(form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-switch]");
    if (!button) return;
    for (const part of form.querySelectorAll("[data-either]")) {
      const shown = part.dataset.either === button.dataset.switch;
      part.hidden = !shown;
      for (const field of part.querySelectorAll("input, select, textarea")) field.disabled = !shown;
    }
    form.querySelector(`[data-either="${button.dataset.switch}"] input:not([type=hidden])`)?.focus();
  });
  for (const part of form.querySelectorAll("[data-either][hidden]")) {
    for (const field of part.querySelectorAll("input, select, textarea")) field.disabled = true;
  }
}
