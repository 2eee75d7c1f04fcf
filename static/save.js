// Save: the section's form saves by itself, and one line says what the server holds.
//
// The requests are those of the form, to its address; `Accept` asks for { version, saved_at } instead of a page. One
// save is on its way at a time, and until it is answered nobody knows whether it arrived: the same content is sent
// again with the same version, which the server takes as one save, before anything newer goes.

import { copies, drop, keep } from "./buffer.js";
import { guard } from "./leave.js";
import { spoken } from "./time.js";

const TYPING_MS = 1500;
const PATIENCE_MS = 2500;
const GIVE_UP_MS = 30000;
const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;
const COPY_MS = 400;
// A page that goes away may still send this much.
const KEEPALIVE_BYTES = 60000;

const form = document.getElementById("section-form");
const version = form.elements.version;
const line = document.getElementById("save-state");
const alarm = document.getElementById("save-alarm");
const clash = document.getElementById("save-conflict");
const place = form.dataset.place ?? new URL(form.action).pathname;
const name = Math.random().toString(36).slice(2, 14);

// What the server holds is what the page came with, whatever the browser has filled in since.
const pristine = form.cloneNode(true);
pristine.reset();
// A page that shows text which is nowhere yet says so.
let held = line.dataset.state === "saved" ? contentOf(pristine) : "";
let savedAt = line.querySelector("time").dateTime;
let unanswered = null; // content that may have arrived
let refused = null; // content that the server did not take
let isFailing = false;
let isConflict = false;
let isWanted = false; // there is more to save once the save that is on its way is answered
let isLoud = false; // somebody asked, so screen readers say it
let running = null;
let timer;
let pause = SHORTEST_PAUSE_MS;

/** The answers in a form. Names of fields change only by their button, which makes a new page. */
function contentOf(form) {
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const isName = name.endsWith("~l");
    if (name.startsWith("f.") && typeof value === "string") {
      data.append(name, isName ? form.elements[name].defaultValue : value);
    }
  }
  return data.toString();
}

const isUnsaved = () => isConflict || running !== null || unanswered !== null || contentOf(form) !== held;

function state() {
  if (isConflict) return "conflict";
  if (!isUnsaved()) return "saved";
  if (!navigator.onLine) return "offline";
  if (isFailing) return "failed";
  if (refused !== null && refused === contentOf(form)) return "refused";
  return running ? "saving" : "unsaved";
}

function show() {
  const now = state();
  const text = line.dataset[now].replace("{}", spoken(savedAt));
  const cry = alarm.dataset[now] ?? "";
  if (line.textContent !== text) {
    const isNews = now === "saved" && (isLoud || alarm.textContent !== "");
    line.setAttribute("aria-live", isNews ? "polite" : "off");
    line.dataset.state = now;
    line.textContent = text;
  }
  // A failure is said once, not again at each attempt.
  if ((cry || now === "saved" || now === "conflict") && alarm.textContent !== cry) alarm.textContent = cry;
  if (now === "saved") isLoud = false;
  clash.hidden = !isConflict;
}

function copy() {
  if (isUnsaved()) keep(name, { place, version: version.value, content: contentOf(form), base: held });
  else drop(name);
}

async function post(content) {
  const body = new URLSearchParams(content);
  body.set("version", version.value);
  body.set("do", "autosave");
  const slow = setTimeout(() => ((isFailing = true), show()), PATIENCE_MS);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      keepalive: content.length < KEEPALIVE_BYTES,
      redirect: "error",
      signal: AbortSignal.timeout(GIVE_UP_MS),
    });
    const told = await answer.json().catch(() => ({}));
    return { status: answer.status, told };
  } catch {
    return { status: 0, told: {} };
  } finally {
    clearTimeout(slow);
  }
}

async function run() {
  while (!isConflict && (unanswered !== null || contentOf(form) !== held)) {
    // What may have arrived goes first, and then the present.
    isWanted = unanswered !== null && unanswered !== contentOf(form);
    unanswered ??= contentOf(form);
    const { status, told } = await post(unanswered);
    if (status === 200 && told.version) {
      [held, unanswered, refused] = [unanswered, null, null];
      [version.value, savedAt] = [told.version, told.saved_at];
      [isFailing, pause] = [false, SHORTEST_PAUSE_MS];
    } else if (status === 409 && told.version) {
      isConflict = true;
      clash.querySelector("time").textContent = spoken(told.saved_at);
      const whence = clash.querySelector("span");
      if (told.by_another) whence.textContent = whence.dataset.another;
    } else if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
      [refused, unanswered, isFailing] = [unanswered, null, false];
      break;
    } else {
      isFailing = true;
      timer = setTimeout(save, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      break;
    }
    // Who types on is saved in the next pause.
    if (!isWanted) break;
  }
}

/** Saves what is not saved; a save that is on its way goes on with it. */
function save() {
  clearTimeout(timer);
  isWanted = true;
  running ??= run().finally(() => {
    running = null;
    if (state() === "unsaved") saveSoon();
    show();
    copy();
  });
  show();
  return running;
}

function saveSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => isUnsaved() && save(), TYPING_MS);
}

const settle = () => Promise.race([save(), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);

function carry(form, contents) {
  for (const [name, value] of Object.entries(contents)) {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    form.append(input);
  }
}

let copying;
form.addEventListener("input", () => {
  copying ??= setTimeout(() => {
    copying = undefined;
    copy();
  }, COPY_MS);
  // While saving fails, the growing pauses set the pace.
  if (!isFailing) saveSoon();
  show();
});
for (const left of ["change", "focusout"]) {
  form.addEventListener(left, () => isUnsaved() && !isConflict && save());
}
for (const [target, gone] of [[window, "pagehide"], [document, "visibilitychange"]]) {
  target.addEventListener(gone, () => {
    copy();
    if (isUnsaved() && !isConflict) save();
  });
}
addEventListener("online", () => isUnsaved() && save());
addEventListener("offline", show);
// A page from the browser's memory shows what was true when it was left.
addEventListener("pageshow", (event) => event.persisted && !isUnsaved() && location.reload());
addEventListener("keydown", (event) => {
  const isSave = event.key?.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (!isSave) return;
  event.preventDefault();
  isLoud = true;
  const isRenamed = [...form.elements].some(({ name, value, defaultValue }) => name.endsWith("~l") && value !== defaultValue);
  if (isRenamed || isConflict) form.requestSubmit();
  else save();
});
// The page that follows gives the name of the copy back when this has arrived.
form.addEventListener("submit", () => isUnsaved() && carry(form, { base: held, draft: name }));
guard(isUnsaved, settle);

/** Offers the newest copy of text that differs from what the server holds. */
function offer() {
  const box = document.getElementById("kept-text");
  const found = copies(place).filter((copy) => copy.name !== name);
  found.filter(({ content }) => content === held).forEach((copy) => drop(copy.name));
  const kept = found.find(({ content }) => content !== held);
  box.hidden = !kept;
  if (!kept) return;
  box.querySelector("time").textContent = spoken(kept.at);
  const known = [...new URLSearchParams(held).values()];
  const texts = [...new URLSearchParams(kept.content)].filter(([name, value]) => !name.includes("~") && !known.includes(value));
  box.querySelector("pre").textContent = texts.map(([, value]) => value).join("\n\n");
  box.querySelectorAll("input").forEach((input) => input.remove());
  for (const [name, value] of new URLSearchParams(kept.content)) carry(box, { [name]: value });
  carry(box, { version: kept.version, base: kept.base, draft: kept.name });
  box.querySelector("[type=button]").onclick = () => {
    drop(kept.name);
    offer();
  };
}

offer();
if (isUnsaved()) save();
else show();
