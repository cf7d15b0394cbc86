// Keys for the rows of a list inside [data-row-keys]: j and k (or the arrows, once in a row) walk, x or
// space ticks, Enter opens, a sends the ticked rows. Keys typed into a field stay there.
(() => {
  "use strict";
  const FIELDS = "input:not([type=checkbox]), select, textarea, button, summary, [contenteditable]";
  const list = () => document.querySelector("[data-row-keys]");
  const links = () => [...list().querySelectorAll("tbody tr")].map((row) => row.querySelector("a[href]")).filter(Boolean);
  const rowOf = (element) => element.closest("[data-row-keys] tbody tr");

  function walk(step) {
    const all = links();
    const row = rowOf(document.activeElement);
    const here = row ? all.findIndex((link) => row.contains(link)) : -1;
    const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), all.length - 1);
    all[next]?.focus();
  }

  function tick(row) {
    const box = row.querySelector("input[type=checkbox]");
    if (!box) return;
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function send() {
    const form = list().querySelector("form[data-key-a]");
    const button = form?.querySelector("[type=submit]");
    if (button && !button.disabled) form.requestSubmit(button);
  }

  document.addEventListener("keydown", (event) => {
    if (!list() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches(FIELDS) || document.querySelector("dialog[open]")) return;
    const row = rowOf(event.target);
    const isBox = event.target.matches("input");
    const acts = {
      j: () => walk(1),
      k: () => walk(-1),
      ArrowDown: row && (() => walk(1)),
      ArrowUp: row && (() => walk(-1)),
      x: row && (() => tick(row)),
      " ": row && !isBox && (() => tick(row)),
      a: send,
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
