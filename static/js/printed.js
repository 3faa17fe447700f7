/* The foot of a printed sheet says when it was printed: the page itself may be older. */

const foot = document.querySelector(".printed time");

addEventListener("beforeprint", () => {
  const now = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  if (foot) foot.textContent = now.format(new Date());
});
