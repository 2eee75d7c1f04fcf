// Preview: what is written in a Markdown field as readers see it, below the field, for as long as it is open.
//
// The server makes it: the form's address gets the controls of the field and answers { html }. Marked up as a button of
// the form, value="preview f.3" data-preview="f-3-preview", and the element of that id with .prose and [role=status].

const PAUSE_MS = 500;
const GIVE_UP_MS = 10000;

const form = document.getElementById("section-form");

for (const button of form.querySelectorAll("[data-preview]")) {
  const box = document.getElementById(button.dataset.preview);
  const line = box.querySelector("[role=status]");
  const field = button.value.split(" ")[1];
  const isOfField = (name = "") => name === field || name.startsWith(`${field}~`);
  let newest = 0;
  let timer;

  async function show() {
    const body = new URLSearchParams({ do: button.value });
    for (const [name, value] of new FormData(form)) {
      if (isOfField(name)) body.append(name, value);
    }
    const turn = ++newest;
    let trouble = "failed";
    let html;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(GIVE_UP_MS),
      });
      if (answer.ok) ({ html } = await answer.json());
      else if (answer.status < 500) trouble = "refused";
    } catch {
      // No answer: the words about it follow.
    }
    // Of two answers that overtake each other only the later question's counts.
    if (turn !== newest) return;
    if (html !== undefined) box.querySelector(".prose").innerHTML = html;
    line.textContent = html === undefined ? form.dataset[trouble] : "";
  }

  const tell = () => button.setAttribute("aria-expanded", !box.hidden);
  button.setAttribute("aria-controls", box.id);
  tell();
  button.addEventListener("click", (event) => {
    event.preventDefault();
    box.hidden = !box.hidden;
    tell();
    if (!box.hidden) show();
  });
  form.addEventListener("input", ({ target }) => {
    if (box.hidden || !isOfField(target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE_MS);
  });
}
