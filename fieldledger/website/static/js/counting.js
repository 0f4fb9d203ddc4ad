// How many characters a field holds, told while one types; the server says it too.
"use strict";

document.addEventListener("input", (event) => {
  const field = event.target instanceof Element ? event.target.closest("[data-count-to]") : null;
  const place = field && document.getElementById(field.dataset.countTo);
  if (place) place.textContent = String([...field.value].length);
});
