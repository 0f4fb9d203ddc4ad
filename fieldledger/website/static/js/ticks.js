// Tick boxes of a list: one for all, and a bar that says how many. Kept when a part reloads itself.
"use strict";

(() => {
  const closest = (event, selector) =>
    event.target instanceof Element ? event.target.closest(selector) : null;

  const boxes = (form) => [...form.querySelectorAll("input[data-tick]")];
  const showTicked = (form) => {
    const all = boxes(form);
    const ticked = all.filter((box) => box.checked).length;
    const whole = form.querySelector("input[data-tick-all]");
    if (whole) {
      whole.checked = ticked > 0 && ticked === all.length;
      whole.indeterminate = ticked > 0 && ticked < all.length;
    }
    const beyond = form.querySelector("[data-beyond]");
    if (beyond) {
      beyond.hidden = !(whole && whole.checked);
      if (beyond.hidden) beyond.querySelector("input").checked = false;
    }
    const everything = form.querySelector("input[data-ticked-all]:checked");
    for (const place of form.querySelectorAll("[data-ticked]")) {
      const some = ticked === 0 ? place.dataset.ticked : `${ticked} selected`;
      place.textContent = everything ? everything.dataset.tickedAll : some;
    }
    for (const button of form.querySelectorAll("[data-needs-ticks]")) {
      button.disabled = ticked === 0;
    }
  };
  document.addEventListener("change", (event) => {
    const whole = closest(event, "input[data-tick-all]");
    if (whole) for (const box of boxes(whole.form)) box.checked = whole.checked;
    const box = whole || closest(event, "input[data-tick], input[data-ticked-all]");
    if (box) showTicked(box.form);
  });
  const showAllTicked = () => {
    for (const whole of document.querySelectorAll("input[data-tick-all]")) showTicked(whole.form);
  };
  document.addEventListener("htmx:afterSwap", showAllTicked);
  document.addEventListener("htmx:oobAfterSwap", showAllTicked);
  document.addEventListener("DOMContentLoaded", showAllTicked);
  window.addEventListener("pageshow", showAllTicked);
})();
