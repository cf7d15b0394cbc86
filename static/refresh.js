// A part with data-refresh="45" and an id is fetched again every 45 seconds while somebody can see it.
// Only what differs is changed, so that nothing flickers, and focus, scroll and open menus stay where
// they are. Children with a data-key are known by it, the others by where they stand.
// When nothing newer can be had, its data-as-of says so in the words of its data-failed, and it is told
// once; the next answer that arrives puts everything right.
(() => {
  "use strict";
  const PATIENCE = 20000; // milliseconds
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
      .catch(() => {}) // told by the event of its failure
      .finally(() => refreshing.delete(part.id));
  }

  // The words stay until the server answers: what it sends stands in their place.
  function age(part) {
    const words = part.querySelector("[data-as-of]");
    if (!words || words.hasAttribute("data-old")) return;
    words.setAttribute("data-old", "");
    words.textContent = words.dataset.failed;
    document.getElementById("announcer").textContent = words.dataset.failed;
  }

  function failed(event) {
    const part = event.detail.requestConfig?.target || event.detail.target;
    if (!refreshing.has(part?.id)) return;
    event.stopPropagation(); // a page that asks by itself doesn't call out each time
    age(part);
  }

  function look() {
    if (document.hidden) return;
    if (!navigator.onLine) return parts().forEach(age);
    for (const part of parts()) {
      const due = (asked.get(part.id) || 0) + 1000 * Number(part.dataset.refresh);
      if (Date.now() >= due) refresh(part);
    }
  }

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (refreshing.has(detail.target?.id)) detail.timeout = PATIENCE;
  });
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
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, failed, true);
  }
  document.addEventListener("visibilitychange", look);
})();
