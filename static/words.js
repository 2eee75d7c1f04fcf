// Words: who chooses another language finds what was typed into the forms of the page when it comes back.

const place = `typed ${location.pathname}`;
const controls = [...document.querySelectorAll("main form :is(input:not([type=hidden], [type=file]), textarea, select)")];
const held = (control) => (control.type === "checkbox" || control.type === "radio" ? "checked" : "value");

document.querySelector("form[action='/session/language']").addEventListener("submit", () => {
  const typed = controls.map((control) => [control.name, control[held(control)]]);
  sessionStorage.setItem(place, JSON.stringify(typed));
});

const typed = JSON.parse(sessionStorage.getItem(place) ?? "[]");
sessionStorage.removeItem(place);
typed.forEach(([name, content], index) => {
  const control = controls[index];
  if (control?.name !== name || control[held(control)] === content) return;
  control[held(control)] = content;
  const around = control.closest("details");
  if (around) around.open = true;
});
