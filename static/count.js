// Counts words down while somebody writes: at once for the eye, after a pause for a screen reader.
//
// Marked up as <p data-words="60" id="…">, in the same .question as the controls whose words count. What is said stands in
// the attributes of the form.

const PAUSE = 1500;

const words = (text) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

function told({ countNone, countFew, countEnough, countMany }, written, aim) {
  const say = (sentence) =>
    sentence.replaceAll("{aim}", aim).replaceAll("{written}", written).replaceAll("{rest}", aim - written);
  if (written === 0) return say(countNone);
  if (written < aim) return say(countFew);
  return say(written <= aim * 1.5 ? countEnough : countMany);
}

for (const line of document.querySelectorAll("[data-words]")) {
  const question = line.closest(".question");
  const aloud = document.createElement("span");
  aloud.className = "visually-hidden";
  aloud.setAttribute("role", "status");
  line.after(aloud);
  let timer;
  question.addEventListener("input", ({ target }) => {
    if (target.closest(".instead")) return;
    const controls = question.querySelectorAll("textarea, input:not([type=hidden])");
    const counted = [...controls].filter((control) => !control.closest(".instead, details.quiet"));
    const written = counted.reduce((sum, control) => sum + words(control.value), 0);
    line.textContent = told(line.closest("form").dataset, written, Number(line.dataset.words));
    clearTimeout(timer);
    timer = setTimeout(() => {
      aloud.textContent = line.textContent;
    }, PAUSE);
  });
}
