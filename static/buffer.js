// Buffer: a copy of what was typed and not confirmed by the server, kept in this browser and offered back later.
//
// <body data-buffer="…"> names whose copies may be here. It is missing on shared computers and for strangers; copies
// under any other name are removed, and so are those of cards that are gone: <… data-cards="id id"> lists those there are.
// What was written with a link to somebody else's section has the name of the link. It is nothing to the browser's own
// cards, nor these to it: neither removes the other.

const PREFIX = "cartellino ";
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
const owner = document.body.dataset.buffer;

/** Keeps a copy { at, place, version, content, base } under this name; a browser may refuse. */
export function keep(name, copy) {
  attempt(() => owner && localStorage.setItem(`${PREFIX}${owner} ${name}`, JSON.stringify({ at: Date.now(), ...copy })));
}

/** Lets a copy go. */
export function drop(name) {
  attempt(() => localStorage.removeItem(`${PREFIX}${owner} ${name}`));
}

/** The copies of a place, with their names, the newest first. */
export function copies(place) {
  return all().filter((copy) => copy.place === place).sort((one, other) => other.at - one.at);
}

function all() {
  return attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map((key) => {
    const [, whose, name] = key.split(" ");
    return { ...attempt(() => JSON.parse(localStorage.getItem(key))), key, whose, name };
  })) ?? [];
}

function attempt(what) {
  try {
    return what();
  } catch {
    // Storage is switched off or full: then there are no copies.
  }
}

const isLinks = (name) => name?.startsWith("link-");
const arrived = new URLSearchParams(location.search).get("draft");
const cards = document.querySelector("[data-cards]")?.dataset.cards.split(" ");
for (const { key, whose, name, at, place = "" } of all()) {
  const isGone = cards && !isLinks(whose) && !cards.includes(place.split("/")[2]);
  const isStrange = whose !== owner && !isLinks(whose) && !isLinks(owner);
  if (isStrange || name === arrived || isGone || !(Date.now() - at < KEPT_MS)) {
    attempt(() => localStorage.removeItem(key));
  }
}
