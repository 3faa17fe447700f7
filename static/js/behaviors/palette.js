/* Ctrl K: the search page inside the dialog; without JavaScript it is a link to that page. */

export function connect(link) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    htmx.ajax("GET", "/search?palette=1", { source: link, target: "#dialog", swap: "innerHTML" });
  });
}
