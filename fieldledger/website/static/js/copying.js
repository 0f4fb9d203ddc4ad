// Copying. Outside https and localhost browsers hide navigator.clipboard: an old way remains.
"use strict";

(() => {
  const closest = (event, selector) =>
    event.target instanceof Element ? event.target.closest(selector) : null;

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
})();
