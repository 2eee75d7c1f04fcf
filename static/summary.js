// Summary: a page that says what is wrong says it first, to those who listen too.

document.getElementById("summary")?.focus();
