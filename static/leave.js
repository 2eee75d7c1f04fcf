// Leave: nobody leaves the page with something unsaved by mistake.
//
// A link or a button waits until what was typed is saved, and the browser asks only when it could not be.

/** `isUnsaved` says whether the server lacks something; `settle` tries once more to save and ends soon in any case. */
export function guard(isUnsaved, settle) {
  let isLeaving = false;

  const waits = (event) => {
    const must = !isLeaving && !event.defaultPrevented && isUnsaved();
    if (must) event.preventDefault();
    return must;
  };
  addEventListener("beforeunload", (event) => {
    if (!isLeaving && isUnsaved()) event.preventDefault();
  });
  addEventListener("pageshow", () => (isLeaving = false));
  addEventListener("input", () => (isLeaving = false));

  document.addEventListener("submit", async (event) => {
    const { target, submitter } = event;
    if (waits(event)) {
      await settle();
      isLeaving = true;
      // Not inside of this event: a form that is being sent cannot be sent again.
      setTimeout(() => target.requestSubmit(submitter));
    } else if (!event.defaultPrevented) {
      isLeaving = true;
    }
  });

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    const isHere = link?.href.split("#")[0] === location.href.split("#")[0];
    if (link && isPlain && !isHere && waits(event)) {
      await settle();
      location.assign(link.href);
    }
  });
}
