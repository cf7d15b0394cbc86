// The fair-share board while somebody types: what is given and left of each SKU, how long each store
// comes out, and what the button would do. The server checks all of it again.
(() => {
  "use strict";
  const DAYS = 28;
  const WHOLE = /^\s*[0-9]{1,9}\s*$/;
  const units = (field) => (WHOLE.test(field.value) ? Number(field.value) : 0);
  const fields = (part) => [...part.querySelectorAll("[data-share]")];
  const words = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

  function mark(field, error) {
    const cell = field.parentElement;
    cell.querySelector(".restock-error")?.remove();
    field.classList.toggle("is-invalid", Boolean(error));
    field.setCustomValidity(error);
    if (!error) return field.removeAttribute("aria-invalid");
    field.setAttribute("aria-invalid", "true");
    const note = document.createElement("p");
    note.className = "restock-error";
    note.setAttribute("role", "alert");
    note.textContent = error;
    cell.append(note);
  }

  function wrong(field, tooMany, free, texts) {
    if (!WHOLE.test(field.value)) return texts.noNumber;
    if (units(field) > Number(field.dataset.share)) return words(texts.most, { units: field.dataset.share });
    return tooMany > 0 ? words(texts.tooMany, { units: tooMany, free }) : "";
  }

  function covers(block) {
    const number = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    const given = new Map();
    for (const field of fields(block)) {
      const store = field.closest("tr").dataset.store;
      given.set(store, (given.get(store) || 0) + units(field));
    }
    for (const row of block.querySelectorAll("[data-store]")) {
      const { store, has, sold } = row.dataset;
      if (Number(sold)) row.querySelector("[data-cover]").textContent = number.format(((Number(has) + given.get(store)) * DAYS) / Number(sold));
    }
  }

  function count(board) {
    const asking = new Set();
    const served = new Set();
    let all = 0;
    for (const field of fields(board)) {
      if (field.readOnly) continue;
      const { request, more } = field.closest("tr").dataset;
      asking.add(request);
      if (units(field) || more !== undefined) served.add(request);
      all += units(field);
    }
    const waiting = board.querySelector("[data-waiting]");
    if (!waiting) return;
    board.querySelector("[data-requests]").textContent = served.size;
    board.querySelector("[data-units]").textContent = all;
    waiting.querySelector("b").textContent = asking.size - served.size;
    waiting.hidden = asking.size === served.size;
  }

  function follow(field) {
    const board = field.form;
    const block = field.closest("tbody");
    const free = Number(block.dataset.free);
    const texts = board.querySelector(".board-foot").dataset;
    const given = fields(block).reduce((sum, one) => sum + units(one), 0);
    for (const one of fields(block)) mark(one, one === field ? "" : wrong(one, 0, free, texts));
    mark(field, wrong(field, given - free, free, texts));
    block.querySelector("[data-given]").textContent = given;
    const left = block.querySelector("[data-left]");
    left.textContent = String(free - given).replace("-", "−");
    left.classList.toggle("bad", free < given);
    covers(block);
    count(board);
  }

  document.addEventListener("input", ({ target }) => {
    if (target.matches("[data-board] [data-share]")) follow(target);
  });
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches("[data-board] [data-share]")) target.select();
  });
  // Enter and the arrows go from share to share, as in a sheet.
  document.addEventListener("keydown", (event) => {
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches("[data-board] [data-share]")) return;
    event.preventDefault();
    const all = fields(event.target.form);
    all[all.indexOf(event.target) + step]?.focus();
  });
})();
