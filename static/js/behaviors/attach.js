/* Chosen files go at once; dropping them on the section is choosing them. */

export function connect(form) {
  const input = form.querySelector("input[type=file]");
  const section = form.closest("section");
  const send = () => input.files.length && form.requestSubmit();
  const over = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    section.classList.toggle("card--drop", event.type === "dragover");
    if (event.type === "drop") {
      input.files = event.dataTransfer.files;
      send();
    }
  };
  input.addEventListener("change", send);
  for (const kind of ["dragover", "dragleave", "drop"]) section.addEventListener(kind, over);
  return () => {
    for (const kind of ["dragover", "dragleave", "drop"]) section.removeEventListener(kind, over);
  };
}
