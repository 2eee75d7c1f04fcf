// Drop zone: the area around a file input takes files that are dropped on it.
//
// Without this module the input works as every file input does. Marked up as
//   <div data-drop> <input type="file"> <p data-drop-name hidden></p> </div>
// where data-drop-name shows what was chosen, and its size against data-limit (bytes). What else is said stands in
// data-single, data-too-large and data-bytes.

const UNITS = [
  [1024 * 1024, "MiB"],
  [1024, "KiB"],
];

const { lang } = document.documentElement;
const oneDigit = { minimumFractionDigits: 1, maximumFractionDigits: 1 };

function size(bytes, words) {
  for (const [unit, name] of UNITS) {
    if (bytes >= unit) return `${(bytes / unit).toLocaleString(lang, oneDigit)} ${name}`;
  }
  return words.replace("{n}", bytes);
}

for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector("input[type=file]");
  const name = zone.querySelector("[data-drop-name]");
  const limit = Number(zone.dataset.limit);
  let depth = 0;

  const carriesFile = (event) => event.dataTransfer?.types.includes("Files");
  const mark = () => zone.classList.toggle("over", depth > 0);

  zone.classList.add("ready");
  zone.addEventListener("dragenter", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    depth += 1;
    mark();
  });
  zone.addEventListener("dragover", (event) => {
    if (carriesFile(event)) event.preventDefault();
  });
  zone.addEventListener("dragleave", (event) => {
    if (!carriesFile(event)) return;
    depth = Math.max(0, depth - 1);
    mark();
  });
  zone.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    depth = 0;
    mark();
    if (event.dataTransfer.files.length !== 1) {
      say(zone.dataset.single);
      return;
    }
    input.files = event.dataTransfer.files;
    describe();
  });
  input.addEventListener("change", describe);

  function describe() {
    const [file] = input.files;
    if (!file) return say("");
    const { bytes, tooLarge } = zone.dataset;
    const chosen = `${file.name}, ${size(file.size, bytes)}`;
    const over = limit && file.size > limit;
    say(over ? tooLarge.replace("{limit}", size(limit, bytes)).replace("{file}", () => chosen) : chosen);
  }

  function say(text) {
    name.textContent = text;
    name.hidden = text === "";
  }

  describe();
}
