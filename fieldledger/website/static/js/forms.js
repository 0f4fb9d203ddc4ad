// Choices that take effect at once, and the chosen tab in sight.
"use strict";

(() => {
  document.addEventListener("change", (event) => {
    const chosen = event.target instanceof Element && event.target.closest("[data-submits]");
    if (chosen) chosen.form.requestSubmit();
  });
  // On a narrow screen the tabs scroll: the chosen one is in sight.
  document.addEventListener("DOMContentLoaded", () => {
    for (const chosen of document.querySelectorAll(".tabs [aria-current]")) {
      const tabs = chosen.closest(".tabs");
      tabs.scrollLeft = chosen.offsetLeft - (tabs.clientWidth - chosen.offsetWidth) / 2;
    }
  });
  // What is to be printed says so with a button; without a script the browser's own menu does it.
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-prints]")) window.print();
  });
})();
