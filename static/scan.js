// A form with data-scans="part": its scans, its buttons with data-step and what is typed into its numbers are
// sent one after the other, each with a key of its own, and change that part alone. What got no answer is
// kept in this browser and sent again; the server counts a key once.
(() => {
  "use strict";
  const form = document.querySelector("form[data-scans]");
  if (!form) return;
  const field = form.querySelector("[data-scan]");
  const alarm = form.querySelector("[data-scan-alarm]");
  const kept = `scans:${location.pathname}`;
  const waiting = JSON.parse(localStorage.getItem(kept) || "[]");
  const part = () => document.getElementById(form.dataset.scans);
  let sending = false;
  let last = null; // a button that leaves the page, pressed while something waited
  let sent = {}; // what stood in the fields when they were sent, by id
  let since = {}; // what was typed into them while the answer was on its way
  let focused = "";
  let opened = []; // what somebody has unfolded

  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function command(values) {
    waiting.push({ q: "", step: newKey(), ...values });
    keep();
    work();
  }

  function keep() {
    if (waiting.length) localStorage.setItem(kept, JSON.stringify(waiting));
    else localStorage.removeItem(kept);
  }

  function fields() {
    return Array.from(part().querySelectorAll("input:not([type=hidden]), select, textarea"));
  }

  function work() {
    if (sending) return;
    if (waiting.length) {
      sending = true;
      sent = Object.fromEntries(fields().map((one) => [one.id, one.value]));
      const options = { source: form, target: part(), swap: "outerHTML", values: waiting[0] };
      htmx.ajax("POST", form.action, options).catch(() => {});
    } else if (last) {
      const button = last.id ? document.getElementById(last.id) : last;
      last = null;
      form.requestSubmit(button);
    }
  }

  form.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt !== form || detail.requestConfig.verb !== "post") return;
    if (detail.xhr.getResponseHeader("HX-Redirect")) return;
    sending = false;
    const status = detail.xhr.status;
    if (status === 0 || status >= 502) {
      say(alarm.dataset.offline);
      setTimeout(work, 3000);
      return;
    }
    const done = waiting.shift();
    keep();
    say("");
    if (done.q && (status >= 400 || part().dataset.refused) && !field.value) {
      field.value = done.q;
      field.select();
    }
    work();
  });
  for (const event of ["htmx:sendError", "htmx:timeout"]) {
    form.addEventListener(event, (failed) => failed.stopPropagation()); // the alarm says it
  }

  function say(text) {
    if (alarm.textContent !== text) alarm.textContent = text;
    alarm.hidden = !text;
  }

  document.addEventListener("submit", (event) => {
    if (event.target !== form) return;
    const button = event.submitter;
    const isScan = !button || "scanButton" in button.dataset;
    if (!isScan && !("step" in button.dataset)) {
      if (!waiting.length) return;
      last = button;
    } else if (isScan) {
      const text = field.value.trim();
      field.value = "";
      field.focus();
      if (text) command({ do: "find", q: text });
    } else {
      command({ do: button.value });
      if (matchMedia("(pointer: fine)").matches) field.focus();
    }
    event.preventDefault();
    event.stopPropagation();
  }, true);

  form.addEventListener("change", ({ target }) => {
    if (target.matches("[data-typed]")) command({ do: "count" });
  });

  // What somebody types while an answer is on its way stays, and what is unfolded.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    opened = Array.from(part().querySelectorAll("details[open][id]"), (details) => details.id);
    const isPart = detail.target === part();
    const changed = isPart ? fields().filter((one) => one.value !== (sent[one.id] ?? one.value)) : [];
    since = Object.fromEntries(changed.map((one) => [one.id, one.value]));
    focused = isPart && part().contains(document.activeElement) ? document.activeElement.id : "";
  });
  const unfold = () => opened.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  document.addEventListener("htmx:afterSettle", unfold); // htmx puts the attributes of the answer back
  document.addEventListener("htmx:afterSwap", () => {
    unfold();
    for (const one of fields().filter((one) => one.id in since)) {
      one.value = since[one.id];
      // Once it was left, its change waits to be sent; until then no event tells of it.
      if (one.id !== focused || !one.matches("[data-typed]")) continue;
      one.addEventListener("blur", () => command({ do: "count" }), { once: true });
    }
    const again = focused && document.getElementById(focused);
    if (again) again.focus();
    else if (document.activeElement === document.body && matchMedia("(pointer: fine)").matches) field.focus();
    since = {};
    focused = "";
    document.querySelector("[data-touched]")?.scrollIntoView({ block: "nearest" });
  });

  // A scanner types wherever the focus is.
  document.addEventListener("keydown", (event) => {
    const active = document.activeElement;
    const plain = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (plain && event.key !== "/" && !active.matches("input, textarea, select")) field.focus();
    if (event.key === "Enter" && active.matches("[data-typed]")) {
      event.preventDefault();
      field.focus();
    }
  });

  work();
})();
