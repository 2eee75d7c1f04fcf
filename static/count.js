// Counts words down while somebody writes: at once for the eye, after a pause for a screen reader.
//
// Marked up as <p data-words="60" id="…">, in the same .question as the controls whose words count.

const PAUSE = 1500;

const words = (text) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

function told(written, aim) {
  if (written === 0) return `Aim for about ${aim} words.`;
  if (written < aim) return `About ${aim - written} words to go of ${aim}.`;
  if (written <= aim * 1.5) return `${written} words: long enough.`;
  return `${written} words. About ${aim} are enough for most readers; nothing is cut.`;
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
    line.textContent = told(written, Number(line.dataset.words));
    clearTimeout(timer);
    timer = setTimeout(() => {
      aloud.textContent = line.textContent;
    }, PAUSE);
  });
}
