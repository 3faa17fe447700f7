/* Terms of a booking narrow to the chosen kind; its usual one is taken when the chosen one is not offered. */

export function connect(root) {
  const kind = root.querySelector("[name=kind]");
  const narrow = () => {
    const { value, dataset } = kind.selectedOptions[0];
    const labels = [...root.querySelectorAll("[data-kinds]")];
    for (const label of labels) label.hidden = !label.dataset.kinds.split(" ").includes(value);
    const chosen = root.querySelector("[name=days]:checked");
    if (chosen && !chosen.closest("label").hidden) return;
    const usual = root.querySelector(`[name=days][value="${dataset.days}"]`) ?? labels.find((label) => !label.hidden)?.querySelector("input");
    if (usual) usual.checked = true;
  };
  kind.addEventListener("change", narrow);
  narrow();
}
