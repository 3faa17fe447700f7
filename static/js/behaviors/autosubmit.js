/* A form of filters sends itself: at once for choices, after a pause for typing. */

const TYPING_PAUSE_MS = 350;

export function connect(form) {
  let timer = 0;
  const send = () => form.requestSubmit();
  form.addEventListener("change", (event) => {
    clearTimeout(timer);
    if (!event.target.matches("[data-quiet]")) send();
  });
  form.addEventListener("input", (event) => {
    if (!event.target.matches("input[type=text], input[type=search], input[type=number]")) return;
    clearTimeout(timer);
    timer = setTimeout(send, TYPING_PAUSE_MS);
  });
  return () => clearTimeout(timer);
}
