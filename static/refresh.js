// A part with data-refresh="45" and an id is fetched again every 45 seconds while somebody can see it.
// Only what differs is changed, so that nothing flickers, and focus, scroll and open menus stay where
// they are. Children with a data-key are known by it, the others by where they stand.
(() => {
  "use strict";
  const asked = new Map();
  const refreshing = new Set();
  const parts = () => document.querySelectorAll("[data-refresh][id]");
  const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.dataset.key || node.id : "");
  const alike = (one, other) => one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

  function changeAttributes(old, fresh) {
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
  }

  function change(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
      return;
    }
    if (old.isEqualNode(fresh)) return;
    changeAttributes(old, fresh);
    const keyed = new Map([...old.children].filter(keyOf).map((child) => [keyOf(child), child]));
    let here = old.firstChild;
    for (const wanted of [...fresh.childNodes]) {
      const known = keyOf(wanted) ? keyed.get(keyOf(wanted)) : here;
      if (known && alike(known, wanted)) {
        if (known === here) here = here.nextSibling;
        else old.insertBefore(known, here);
        change(known, wanted);
      } else {
        old.insertBefore(wanted, here);
      }
    }
    while (here) {
      const next = here.nextSibling;
      here.remove();
      here = next;
    }
  }

  function refresh(part) {
    asked.set(part.id, Date.now());
    refreshing.add(part.id);
    htmx
      .ajax("GET", location.pathname + location.search, { source: part, target: part, swap: "none" })
      .finally(() => refreshing.delete(part.id));
  }

  function look() {
    if (document.hidden || !navigator.onLine) return;
    for (const part of parts()) {
      const due = (asked.get(part.id) || 0) + 1000 * Number(part.dataset.refresh);
      if (Date.now() >= due) refresh(part);
    }
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.target;
    if (!part.dataset?.refresh || event.detail.xhr.status !== 200) return;
    if (!refreshing.delete(part.id)) return;
    const page = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
    const fresh = page.getElementById(part.id);
    if (!fresh) return;
    const focused = document.activeElement;
    change(part, fresh);
    htmx.process(part);
    if (focused.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
  });
  document.addEventListener("DOMContentLoaded", () => {
    for (const part of parts()) asked.set(part.id, Date.now());
    setInterval(look, 1000);
  });
  document.addEventListener("visibilitychange", look);
})();
