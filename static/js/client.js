/* The page a client sees tells once that somebody looks at it: not a robot that follows links, not a page that
was drawn ahead of time and never shown. */

const LOOK_MS = 1000;
let told = false;
let looking = 0;

function watch() {
  clearTimeout(looking);
  if (!told && !document.hidden && !document.prerendering) looking = setTimeout(tell, LOOK_MS);
}

function tell() {
  told = true;
  fetch(document.body.dataset.openings, { method: "POST", keepalive: true }).catch(() => {});
}

document.addEventListener("visibilitychange", watch);
document.addEventListener("prerenderingchange", watch);
watch();
