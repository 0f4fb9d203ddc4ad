// The palette: Ctrl K (or ⌘ K) opens it. The server finds what one may go to, see and do; here is
// only which line is chosen. Enter on no line searches everything.
"use strict";

(() => {
  const palette = () => document.getElementById("palette");
  const lines = () => [...palette().querySelectorAll("a[role=option]")];
  const field = () => palette().querySelector("input[name=q]");

  const choose = (line) => {
    for (const each of lines()) each.setAttribute("aria-selected", String(each === line));
    if (line) {
      field().setAttribute("aria-activedescendant", line.id);
      line.scrollIntoView({ block: "nearest" });
    } else field().removeAttribute("aria-activedescendant");
  };
  const chosen = () => palette().querySelector("[aria-selected=true]");
  const open = () => {
    if (!palette().open) palette().showModal();
    field().focus();
    field().select();
    field().dispatchEvent(new Event("opened"));
  };

  document.addEventListener("keydown", (event) => {
    if (!palette()) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (palette().open) palette().close();
      else open();
      return;
    }
    if (!palette().open || event.target !== field()) return;
    const all = lines();
    const at = all.indexOf(chosen());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (all.length) choose(all[(at + step + all.length) % all.length]);
    } else if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      chosen().click();
    }
  });
  document.addEventListener("click", (event) => {
    const opener = event.target instanceof Element && event.target.closest("[data-opens-palette]");
    if (!opener || !palette()) return;
    event.preventDefault();
    open();
  });
  // The first thing found is chosen, so that Enter goes there; without words nothing is.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "palette-list") return;
    choose(field().value.trim() ? lines()[0] : null);
  });
})();
