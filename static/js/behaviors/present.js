/* A form about what is on the screen: it goes to the address's present query, which filters change without a new page. */

export function connect(form) {
  form.addEventListener("submit", () => {
    form.action = form.getAttribute("action").split("?")[0] + location.search;
  });
}
