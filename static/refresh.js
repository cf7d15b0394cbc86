// A part with data-refresh="45" and an id is fetched again every 45 seconds: while somebody can see it,
// and never while they use it.
(() => {
  "use strict";
  const asked = new Map();
  const parts = () => document.querySelectorAll("[data-refresh][id]");
  const inUse = (part) => part.contains(document.activeElement) || part.querySelector("details[open]");

  function refresh(part) {
    asked.set(part.id, Date.now());
    htmx.ajax("GET", location.pathname + location.search, { source: part, target: part, swap: "outerHTML show:none" });
  }

  function look() {
    if (document.hidden || !navigator.onLine) return;
    for (const part of parts()) {
      const due = (asked.get(part.id) || 0) + 1000 * Number(part.dataset.refresh);
      if (Date.now() >= due && !inUse(part)) refresh(part);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const part of parts()) asked.set(part.id, Date.now());
    setInterval(look, 1000);
  });
  document.addEventListener("visibilitychange", look);
})();
