// Parts of a page that the server sends anew. No sums here: money is added up by the server alone.
"use strict";

(() => {
  // Parts that reload themselves must not take a form away under somebody's hands, nor close what
  // was opened; and they keep what was ticked.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.detail.elt;
    if (!(part instanceof Element) || !part.hasAttribute("data-poll")) return;
    const busy =
      document.hidden ||
      part.querySelector("input[data-tick]:checked, details[open]") ||
      (part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea, button, a, summary"));
    if (busy) event.preventDefault();
  });
  // An item fills its line, but never over what somebody is typing there; and new numbers on tabs
  // do not take the keyboard's place on them away.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const at = document.activeElement;
    const typed = at && "defaultValue" in at && at.value !== at.defaultValue;
    const held = typed || (at && at.matches(".tabs a"));
    if (held && event.detail.target.contains(at)) event.detail.shouldSwap = false;
  });
  // A refusal comes with the page that explains it: show it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const status = event.detail.xhr.status;
    if (status === 422 || status === 409) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  // When the server cannot be reached, or breaks, the page says so until an answer comes again.
  const trouble = (shown) => {
    const place = document.getElementById("trouble");
    if (place && place.hidden === shown) place.hidden = !shown;
  };
  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, () => trouble(true));
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    if (status) trouble(status >= 500);
  });
})();
