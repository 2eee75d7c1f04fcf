// Drop zone: the area around a file input takes files that are dropped on it.
//
// Without this module the input works as every file input does. Marked up as
//   <div data-drop> <input type="file"> <p data-drop-name hidden></p> </div>
// where data-drop-name shows what was chosen, and its size against data-limit (bytes).

const UNITS = [
  [1024 * 1024, "MiB"],
  [1024, "KiB"],
];

function size(bytes) {
  for (const [unit, name] of UNITS) {
    if (bytes >= unit) return `${(bytes / unit).toFixed(1)} ${name}`;
  }
  return `${bytes} bytes`;
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
      say("Please drop one file at a time.");
      return;
    }
    input.files = event.dataTransfer.files;
    describe();
  });
  input.addEventListener("change", describe);

  function describe() {
    const [file] = input.files;
    if (!file) return say("");
    const over = limit && file.size > limit ? `: more than the ${size(limit)} this server takes` : "";
    say(`${file.name}, ${size(file.size)}${over}`);
  }

  function say(text) {
    name.textContent = text;
    name.hidden = text === "";
  }

  describe();
}
