// Keys of one letter, wherever nobody is typing: go to a page, walk a list, act. They can be switched
// off (WCAG 2.2, 2.1.4). What a page offers is marked in it: data-key="s" on a button or link.
"use strict";

(() => {
  const OFF = "fieldledger-single-keys-off";
  const isOff = () => {
    try {
      return localStorage.getItem(OFF) === "yes";
    } catch {
      return false; // A browser that keeps nothing: the keys are there.
    }
  };
  const isTyping = (place) =>
    place instanceof Element && Boolean(place.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]"));
  const seen = (element) =>
    !element.disabled && (element.getClientRects().length > 0 || Boolean(element.closest("details.menu")));
  const find = (selector) => [...document.querySelectorAll(selector)].find(seen);

  // Lists: the row with the focus, or the one the keys were on last.
  const rows = () => [...document.querySelectorAll(".table-list tbody tr")].filter((row) => row.querySelector(".main-cell a") && seen(row));
  const current = () => document.activeElement.closest?.("tr.is-at, .table-list tbody tr") || document.querySelector("tr.is-at");
  const stand = (row) => {
    for (const each of document.querySelectorAll("tr.is-at")) each.classList.remove("is-at");
    if (!row) return;
    row.classList.add("is-at");
    row.querySelector(".main-cell a").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const walk = (step) => {
    const all = rows();
    if (!all.length) return false;
    const at = all.indexOf(current());
    stand(all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)]);
    return true;
  };
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest(".table-list tbody tr");
    for (const each of document.querySelectorAll("tr.is-at")) if (each !== row) each.classList.remove("is-at");
  });

  // A list that was fetched anew keeps the place of the keys.
  let place = "";
  document.addEventListener("htmx:beforeSwap", () => {
    const link = document.activeElement.closest?.("tr.is-at")?.querySelector(".main-cell a");
    place = link ? link.getAttribute("href") : "";
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!place || document.activeElement !== document.body) return;
    stand(rows().find((row) => row.querySelector(".main-cell a").getAttribute("href") === place));
    place = "";
  });

  const showWhetherOff = () => {
    const chosen = isOff() ? "off" : "on";
    for (const each of document.querySelectorAll("[data-single-keys]")) {
      each.setAttribute("aria-pressed", String(each.dataset.singleKeys === chosen));
    }
  };
  const showKeys = () => {
    const dialog = document.getElementById("keys");
    const here = dialog.querySelector("[data-keys-here]");
    const list = here.querySelector("dl");
    list.replaceChildren();
    for (const each of document.querySelectorAll("main [data-key]")) {
      const [line, key, words] = [document.createElement("div"), document.createElement("dt"), document.createElement("dd")];
      const cap = document.createElement("kbd");
      cap.textContent = each.dataset.key;
      key.append(cap);
      const said = each.cloneNode(true);
      for (const part of said.querySelectorAll("kbd")) part.remove();
      words.textContent = said.textContent.trim();
      line.append(key, words);
      list.append(line);
    }
    here.hidden = list.childElementCount === 0;
    showWhetherOff();
    dialog.showModal();
  };
  document.addEventListener("click", (event) => {
    const chosen = event.target instanceof Element && event.target.closest("[data-single-keys]");
    if (!chosen) return;
    try {
      if (chosen.dataset.singleKeys === "on") localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "yes");
    } catch {
      // It cannot be remembered, so it stays as it is, and the switch shows it.
    }
    showWhetherOff();
  });
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-shows-keys]")) return;
    event.preventDefault();
    showKeys();
  });

  const act = {
    "/": () => {
      const field = find("main input[type=search]") || find(".find input");
      if (field) {
        field.focus();
        field.select();
      } else find("[data-opens-palette]")?.click();
    },
    "?": showKeys,
    j: () => walk(1),
    k: () => walk(-1),
    x: () => {
      const box = current()?.querySelector("input[data-tick]");
      if (!box) return;
      box.click();
      stand(box.closest("tr"));
    },
    u: () => find("main .crumb")?.click(),
    h: () => find("[data-help]")?.click(),
  };

  let goes = 0; // Until when a letter after g goes to a page, in ms.
  document.addEventListener("keydown", (event) => {
    const other = event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented;
    if (other || event.key.length !== 1 || isTyping(event.target) || isOff()) return;
    if (document.querySelector("dialog[open]")) return;
    const key = event.key;
    if (goes > performance.now()) {
      goes = 0;
      const link = [...document.querySelectorAll("[data-go]")].find((each) => each.dataset.go === key);
      if (link) {
        event.preventDefault();
        location.assign(link.href);
      }
      return;
    }
    if (key === "g") {
      goes = performance.now() + 1500;
      return;
    }
    const onRow = [...(current()?.querySelectorAll("[data-row-key]") || [])].find((each) => each.dataset.rowKey === key);
    const own = onRow || [...document.querySelectorAll("main [data-key]")].find((each) => each.dataset.key === key && seen(each));
    if (own) {
      event.preventDefault();
      own.click();
    } else if (act[key]) {
      event.preventDefault();
      act[key]();
    }
  });
})();
