// What pages cannot do without a script: closing menus, copying, ticking all. No sums here: money is
// added up by the server alone.
"use strict";

(() => {
  const closest = (event, selector) =>
    event.target instanceof Element ? event.target.closest(selector) : null;

  // Menus close when one looks away, and with Escape, which gives the focus back.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // Tick boxes: one for all, and a bar that says how many.
  const boxes = (form) => [...form.querySelectorAll("input[data-tick]")];
  const showTicked = (form) => {
    const all = boxes(form);
    const ticked = all.filter((box) => box.checked).length;
    const whole = form.querySelector("input[data-tick-all]");
    if (whole) {
      whole.checked = ticked > 0 && ticked === all.length;
      whole.indeterminate = ticked > 0 && ticked < all.length;
    }
    for (const place of form.querySelectorAll("[data-ticked]")) {
      place.textContent = ticked === 0 ? place.dataset.ticked : `${ticked} selected`;
    }
    for (const button of form.querySelectorAll("[data-needs-ticks]")) {
      button.disabled = ticked === 0;
    }
    const beyond = form.querySelector("[data-beyond]");
    if (beyond) {
      beyond.hidden = !(whole && whole.checked);
      if (beyond.hidden) beyond.querySelector("input").checked = false;
    }
  };
  document.addEventListener("change", (event) => {
    const whole = closest(event, "input[data-tick-all]");
    if (whole) for (const box of boxes(whole.form)) box.checked = whole.checked;
    const box = whole || closest(event, "input[data-tick]");
    if (box) showTicked(box.form);
  });
  const showAllTicked = () => {
    for (const whole of document.querySelectorAll("input[data-tick-all]")) showTicked(whole.form);
  };

  // Copying. Outside https and localhost browsers hide navigator.clipboard: an old way remains.
  const copyText = async (text) => {
    if (navigator.clipboard && window.isSecureContext) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch {
        // Refused by a setting of the browser: the old way may be allowed.
      }
    }
    const place = document.createElement("textarea");
    place.value = text;
    place.className = "visually-hidden";
    place.readOnly = true;
    document.body.append(place);
    place.select();
    let copied = false;
    try {
      copied = document.execCommand("copy");
    } catch {
      copied = false;
    }
    place.remove();
    return copied;
  };
  const say = (button, sentence) => {
    const place = document.getElementById(button.getAttribute("aria-describedby"));
    if (place) place.textContent = sentence;
  };
  document.addEventListener("click", async (event) => {
    const button = closest(event, "button[data-copy], button[data-copy-from]");
    if (!button) return;
    event.preventDefault();
    let text = button.dataset.copy;
    if (button.dataset.copyFrom) {
      const token = button.form.querySelector("input[name=csrfmiddlewaretoken]").value;
      try {
        const answer = await fetch(button.dataset.copyFrom, {
          method: "POST",
          headers: { "X-CSRFToken": token, Accept: "application/json" },
        });
        const told = await answer.json();
        if (!answer.ok) return say(button, told.detail);
        text = told.password;
      } catch {
        return say(button, "Fieldledger could not be reached. Try again.");
      }
    }
    const copied = await copyText(text);
    if (copied) {
      button.classList.add("is-copied");
      return say(button, button.dataset.copied || "Copied.");
    }
    // The last way out: show it, selected, to be copied by hand.
    const shown = document.getElementById(button.dataset.copyShow || "");
    if (shown) {
      shown.hidden = false;
      const field = shown.querySelector("input");
      field.value = text;
      field.select();
    }
    return say(button, "Your browser does not let this page copy. Copy it from the field by hand.");
  });

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
  // An item fills its line, but never over what somebody is typing there.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const typing = document.activeElement;
    const typed = typing && "value" in typing && typing.value !== typing.defaultValue;
    if (typed && event.detail.target.contains(typing)) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", showAllTicked);
  document.addEventListener("htmx:oobAfterSwap", showAllTicked);
  // A refusal comes with the page that explains it: show it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const status = event.detail.xhr.status;
    if (status === 422 || status === 409) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  // Choices that take effect at once, and lists that filter themselves.
  document.addEventListener("change", (event) => {
    const chosen = closest(event, "[data-submits]");
    if (chosen) chosen.form.requestSubmit();
  });

  // On a narrow screen the tabs scroll: the chosen one is in sight.
  const showChosenTab = () => {
    for (const chosen of document.querySelectorAll(".tabs [aria-current]")) {
      chosen.scrollIntoView({ block: "nearest", inline: "center" });
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    showAllTicked();
    showChosenTab();
  });
  window.addEventListener("pageshow", showAllTicked);
})();
