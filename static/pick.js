// More words for a list of suggestions: fetched when somebody begins to choose, not before.
//
// Marked up as <datalist id="…" data-more="/words/…">; without this module its usual words are offered.

for (const list of document.querySelectorAll("datalist[data-more]")) {
  const fetchAll = async ({ target }) => {
    if (target.getAttribute("list") !== list.id) return;
    document.removeEventListener("focusin", fetchAll);
    try {
      const answer = await fetch(list.dataset.more);
      if (!answer.ok) return;
      const words = new DOMParser().parseFromString(await answer.text(), "text/html");
      list.replaceChildren(...words.querySelectorAll("option"));
    } catch {
      // The usual words stay.
    }
  };
  document.addEventListener("focusin", fetchAll);
}
