// Dialogs, sheets and drawers: <dialog> elements. `data-opens="id"` opens one; one closes with
// Escape, with a button of <form method="dialog">, and with a click beside it. A part that arrives
// from the server inside a closed dialog opens it.
"use strict";

(() => {
  const open = (dialog) => {
    if (dialog.open) return;
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    dialog.showModal();
  };
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const opener = event.target.closest("[data-opens]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      open(dialog);
    }
    // A click on the dialog itself and not on what is in it is one beside it.
    if (event.target instanceof HTMLDialogElement && event.target.open) {
      const box = event.target.getBoundingClientRect();
      const beside =
        event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
      if (beside) event.target.close();
    }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = event.detail.target instanceof Element && event.detail.target.closest("dialog");
    // The palette is opened by its key alone: what it asked for may come when it is closed again.
    if (!dialog || dialog.id === "palette" || event.detail.target.childElementCount === 0) return;
    open(dialog);
    dialog.scrollTop = 0;
  });
})();
