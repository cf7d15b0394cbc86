// The sell page and its receipt: one command after the other, a copy of the ticket, keys and scanner.
(() => {
  "use strict";
  const form = document.querySelector("form[data-sell]");
  const receipt = document.querySelector("[data-sold]");
  if (receipt) afterTheSale();
  if (!form) return;

  const store = form.dataset.sell;
  const scan = form.querySelector("#scan");
  const alarm = document.querySelector("[data-till-alarm]");
  const waiting = []; // commands, oldest first; the first one may be on its way
  const PAYS = /^(cash|card)/;
  let sending = false;
  let away = false; // the last request had no answer
  let slow;
  let searching;
  let recounting;
  let sold = false;

  // Commands

  function command(values) {
    clearTimeout(recounting);
    if (PAYS.test(values.do)) {
      if ((away || !navigator.onLine) && waiting.length) return say("unpaid");
      if (waiting.some((other) => PAYS.test(other.do))) return;
      values = { ...values, shown_total: form.elements.shown_total.value, given: form.elements.given.value };
    }
    waiting.push({ scan: "", ...values });
    keepDraft();
    work();
  }

  function work() {
    if (sending || !waiting.length) return;
    sending = true;
    slow = setTimeout(() => say("slow"), 2000);
    htmx
      .ajax("POST", form.action, { source: form, target: "#ticket", swap: "outerHTML", values: waiting[0] })
      .catch(() => {});
  }

  form.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt !== form) return; // a search, whose answer comes when it comes
    clearTimeout(slow);
    const leadsTo = detail.xhr.getResponseHeader("HX-Redirect"); // the receipt, or sign-in
    if (leadsTo) return leadsTo.endsWith("/receipt/") && forgetDraft();
    sending = false;
    const status = detail.xhr.status;
    if (status === 0 || status >= 502) noAnswer();
    else answered(status);
  });

  function answered(status) {
    const done = waiting.shift();
    away = false;
    say("");
    const refused = document.getElementById("ticket").dataset.refusedScan;
    if (refused || (status >= 400 && status !== 422 && done.scan)) backToField(refused || done.scan);
    keepDraft();
    work();
  }

  function noAnswer() {
    away = true;
    const kept = waiting.filter((other) => !PAYS.test(other.do)); // nobody is paid unasked, later
    const unpaid = kept.length < waiting.length || alarm.textContent === alarm.dataset.unpaid;
    say(unpaid ? "unpaid" : "offline");
    waiting.splice(0, waiting.length, ...kept);
    keepDraft();
    setTimeout(work, 3000);
  }

  // What was refused stands in the field again, marked, so that the next scan replaces it.
  function backToField(text) {
    if (scan.value) return;
    scan.value = text;
    scan.focus();
    scan.select();
    search();
  }

  function say(words) {
    const text = words ? alarm.dataset[words] : "";
    if (alarm.textContent !== text) alarm.textContent = text;
  }

  window.addEventListener("online", () => {
    say("");
    work();
  });
  window.addEventListener("offline", () => {
    say("offline");
  });
  for (const event of ["htmx:sendError", "htmx:timeout"]) {
    form.addEventListener(event, (failed) => failed.stopPropagation()); // the banner says it
  }

  document.addEventListener("submit", (event) => {
    if (event.target !== form) return;
    event.preventDefault();
    event.stopPropagation();
    const chosen = event.submitter ? event.submitter.value : "scan";
    if (chosen !== "scan") {
      if (event.submitter.matches(".result")) emptyField();
      return command({ do: chosen });
    }
    const text = scan.value.trim();
    if (text) command({ do: "scan", scan: text });
    emptyField();
  }, true);

  form.addEventListener("change", (event) => {
    if (event.target.name !== "quantity") return;
    clearTimeout(recounting); // a button pressed right after it sends the quantity along
    recounting = setTimeout(() => command({ do: "count" }), 250);
  });

  // Search while typing; a scanner is done before it begins

  scan.addEventListener("input", search);

  function search() {
    clearTimeout(searching);
    searching = setTimeout(() => {
      const text = scan.value.trim();
      if (text.length < 2) return showResults("");
      const address = `${form.action}?q=${encodeURIComponent(text)}`;
      const results = document.getElementById("search-results");
      htmx.ajax("GET", address, { source: results, target: results, swap: "outerHTML" }).catch(() => {});
    }, 200);
  }

  function showResults(content) {
    document.getElementById("search-results").replaceChildren(content);
  }

  function emptyField() {
    clearTimeout(searching);
    scan.value = "";
    showResults("");
    scan.focus();
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    const stale = event.detail.target.id === "search-results" && !scan.value.trim();
    if (stale) event.detail.shouldSwap = false;
  });

  // After a swap

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.id !== "ticket") return;
    keepDraft();
    tellChange();
    document.querySelector(".sell-line-touched, .sell-line-refused")?.scrollIntoView({ block: "nearest" });
    const problem = document.querySelector("#given[aria-invalid]");
    if (problem) problem.select();
    else if (document.activeElement === document.body && matchMedia("(pointer: fine)").matches) scan.focus();
  });

  form.addEventListener("input", ({ target }) => {
    if (target.name === "given") tellChange();
  });

  function tellChange() {
    const place = form.querySelector("[data-change]");
    const cents = (text) => {
      const parts = /^\s*(\d{1,10})(?:[.,](\d{1,2}))?\s*$/.exec(text);
      return parts ? Number(parts[1]) * 100 + Number((parts[2] || "").padEnd(2, "0")) : null;
    };
    const given = cents(form.elements.given.value);
    const change = given === null ? null : given - cents(form.elements.shown_total.value);
    const amount = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: form.dataset.currency });
    place.classList.toggle("bad", change !== null && change < 0);
    place.textContent = change === null ? "" : `${change < 0 ? place.dataset.missing : place.dataset.words} ${amount.format(Math.abs(change) / 100)}`;
  }

  // Keys

  document.addEventListener("keydown", (event) => {
    const active = document.activeElement;
    const given = form.querySelector("#given");
    if (event.key === "F2") focusOn(event, scan);
    else if (event.key === "F4" && active !== given) focusOn(event, given);
    else if (event.key === "F4" || (event.key === "Enter" && active === given)) press(event, "[data-cash]");
    else if (event.key === "F8") press(event, "[data-card]");
    else if (event.key === "Enter" && active.name === "quantity") focusOn(event, scan);
    else if (event.key === "Escape" && !document.querySelector("details[open]")) {
      event.preventDefault();
      emptyField();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") walk(event, active);
    else if (isTyping(event, active)) scan.focus();
  });

  function focusOn(event, field) {
    event.preventDefault();
    field.focus();
    field.select();
  }

  function press(event, selector) {
    event.preventDefault();
    if (!event.repeat) form.querySelector(selector).click();
  }

  function walk(event, active) {
    const results = [...form.querySelectorAll(".result")];
    if (!results.length || !(active === scan || active.matches(".result"))) return;
    event.preventDefault();
    const next = results.indexOf(active) + (event.key === "ArrowDown" ? 1 : -1);
    (results[next] || scan).focus();
  }

  function isTyping(event, active) {
    const plain = event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
    return plain && event.key !== " " && !active.matches("input, textarea, select");
  }

  // The copy of the ticket in this browser: `held` says until when its page is certainly open

  function draftName(key) {
    return `till:${store}:${key}`;
  }

  function forgetDraft() {
    sold = true;
    localStorage.removeItem(draftName(form.elements.key.value));
  }

  function keepDraft() {
    if (sold) return;
    const values = (name) => [...form.querySelectorAll(`[name=${name}]`)].map((field) => field.value);
    const key = form.elements.key.value;
    const comingBack = waiting.find((other) => other.sku);
    const draft = {
      key,
      sku: comingBack ? comingBack.sku : values("sku"),
      quantity: comingBack ? comingBack.quantity : values("quantity"),
      scans: waiting.filter((other) => other.scan).map((other) => other.scan),
      held: Date.now() + 10000,
      kept: Date.now(),
    };
    sessionStorage.setItem(`till:${store}`, key);
    if (draft.sku.length || draft.scans.length) localStorage.setItem(draftName(key), JSON.stringify(draft));
    else localStorage.removeItem(draftName(key));
  }

  function letGo() {
    const name = draftName(form.elements.key.value);
    const draft = JSON.parse(localStorage.getItem(name));
    if (draft) localStorage.setItem(name, JSON.stringify({ ...draft, held: 0 }));
  }

  // This tab's own ticket, else the newest that no open page holds.
  function findDraft() {
    const own = localStorage.getItem(draftName(sessionStorage.getItem(`till:${store}`)));
    if (own) return JSON.parse(own);
    const day = 24 * 3600 * 1000;
    const drafts = Object.keys(localStorage)
      .filter((name) => name.startsWith(draftName("")))
      .map((name) => JSON.parse(localStorage.getItem(name)));
    for (const old of drafts.filter((draft) => draft.kept < Date.now() - day)) {
      localStorage.removeItem(draftName(old.key));
    }
    return drafts.filter((draft) => draft.held < Date.now()).sort((a, b) => b.kept - a.kept)[0];
  }

  function bringBack() {
    const draft = form.querySelector("[name=sku]") ? null : findDraft();
    if (draft) {
      const { key, sku, quantity } = draft;
      form.elements.key.value = key;
      command({ do: "count", key, sku, quantity });
      for (const text of draft.scans) command({ do: "scan", scan: text });
    } else {
      keepDraft();
    }
    const next = sessionStorage.getItem(`till-scan:${store}`);
    sessionStorage.removeItem(`till-scan:${store}`);
    if (next) command({ do: "scan", scan: next });
  }

  setInterval(() => form.querySelector("[name=sku]") && keepDraft(), 4000);
  window.addEventListener("pagehide", letGo);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  if (scan.value) scan.select();
  bringBack();

  // The receipt: the ticket is over, the next scan begins a new one

  function afterTheSale() {
    const { sold, store: place, sell } = receipt.dataset;
    localStorage.removeItem(`till:${place}:${sold}`);
    if (sessionStorage.getItem(`till:${place}`) === sold) sessionStorage.removeItem(`till:${place}`);
    let typed = "";
    document.addEventListener("keydown", (event) => {
      if (event.key === "F2" && sell) {
        event.preventDefault();
        location.assign(sell);
      } else if (event.key === "F9") {
        event.preventDefault();
        window.print();
      } else if (event.key === "Enter" && typed.length >= 4 && sell) {
        event.preventDefault();
        sessionStorage.setItem(`till-scan:${place}`, typed);
        location.assign(sell);
      } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
        typed += event.key;
      }
    });
  }
})();
