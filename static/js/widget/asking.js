// What is asked of the developer's server: public answers only, without cookies.

export class Refused extends Error {
  constructor(told) {
    super(told.sentence);
    this.fields = told.fields ?? {};
  }
}

export async function ask(address, form) {
  const how = form ? { method: "POST", body: new URLSearchParams(form) } : {};
  const answer = await fetch(address, {
    ...how,
    credentials: "omit",
    referrerPolicy: "strict-origin-when-cross-origin",
    headers: { Accept: "application/json" },
  });
  const told = await answer.json();
  if (!answer.ok) throw new Refused(told);
  return told;
}

// Marks of an advertising campaign and the page itself: by these the developer knows where a request is from.
export function whence() {
  const query = new URLSearchParams(location.search);
  const marks = ["source", "medium", "campaign", "content", "term"]
    .map((name) => [`utm_${name}`, query.get(`utm_${name}`) ?? ""])
    .filter(([, value]) => value);
  return { page: `${location.origin}${location.pathname}`, ...Object.fromEntries(marks) };
}
