/* Ctrl+Enter sends a comment; what is not sent yet survives closing the page. */

export function connect(form) {
  const field = form.querySelector("textarea");
  const key = `draft:${form.id}`;
  const keep = () => (field.value.trim() ? sessionStorage.setItem(key, field.value) : sessionStorage.removeItem(key));
  const forget = ({ detail: { ctx } }) => { if (ctx.response?.status < 300) sessionStorage.removeItem(key); };

  if (!field.value) field.value = sessionStorage.getItem(key) ?? "";
  field.addEventListener("input", keep);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("htmx:after:request", forget);
}
