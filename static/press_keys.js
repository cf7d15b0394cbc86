// A key presses the button or link that bears it: data-press="a". Not while somebody types.
(() => {
  "use strict";
  const FIELDS = "input:not([type=checkbox]), select, textarea, [contenteditable]";

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches(FIELDS) || document.querySelector("dialog[open]")) return;
    if (!/^[a-z]$/.test(event.key)) return;
    const target = document.querySelector(`[data-press="${event.key}"]:not(:disabled)`);
    if (!target) return;
    event.preventDefault();
    target.click();
  });
})();
