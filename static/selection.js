// Ticked rows of a list: how many there are, all at once, and none is nothing to send.
(() => {
  "use strict";
  const boxes = (form) => [...form.elements].filter((box) => box.type === "checkbox" && box.name);

  function show(form) {
    const ticked = boxes(form).filter((box) => box.checked).length;
    form.querySelector("[data-selected]").textContent = ticked ? `(${ticked})` : "";
    for (const button of form.querySelectorAll("[type=submit]")) button.disabled = ticked === 0;
    const all = form.querySelector("[data-select-all]");
    all.checked = ticked > 0 && ticked === boxes(form).length;
    all.indeterminate = ticked > 0 && !all.checked;
  }

  const showAll = () => document.querySelectorAll("form[data-selection]").forEach(show);
  for (const event of ["DOMContentLoaded", "htmx:afterSettle"]) document.addEventListener(event, showAll);
  window.addEventListener("pageshow", showAll);
  document.addEventListener("change", ({ target }) => {
    const form = target.form;
    if (!form?.matches("[data-selection]")) return;
    if ("selectAll" in target.dataset) for (const box of boxes(form)) box.checked = target.checked;
    show(form);
  });
})();
