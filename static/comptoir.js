// Behaviours attached by data- attributes; docs/pages.md lists them.
(() => {
  "use strict";
  const on = (event, act) => document.addEventListener(event, act);
  const toasts = () => document.getElementById("toasts");

  function notify(text) {
    const notice = document.createElement("div");
    notice.className = "notice notice-error";
    notice.dataset.notice = "";
    const words = document.createElement("p");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "notice-close";
    close.dataset.closeNotice = "";
    close.setAttribute("aria-label", toasts().dataset.close);
    close.textContent = "×";
    notice.append(words, close);
    toasts().replaceChildren(notice);
  }

  function settle(within) {
    const first = within.matches?.("[data-focus]") ? within : within.querySelector("[data-focus]");
    if (first) first.focus();
  }

  // The search of everything; where there is none, or no room for it, the page's own.
  function search(event) {
    const fields = [...document.querySelectorAll("[data-search-everything], main input[type=search], input[type=search]")];
    const shown = fields.filter((field) => field.checkVisibility());
    const field = shown.find((one) => one.matches("[data-search-everything]")) || shown[0];
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  }

  function fadeNotices() {
    for (const notice of document.querySelectorAll(".notice-success:not([data-fading])")) {
      notice.dataset.fading = "";
      const leave = () => {
        if (notice.matches(":hover, :focus-within")) setTimeout(leave, 2000);
        else notice.remove();
      };
      setTimeout(leave, 8000);
    }
  }

  on("DOMContentLoaded", () => {
    settle(document);
    fadeNotices();
  });

  on("htmx:configRequest", ({ detail }) => {
    const token = document.querySelector("meta[name=csrf-token]");
    if (token && detail.verb !== "get") detail.headers["X-CSRFToken"] = token.content;
    detail.headers["HX-Current-URL-Path"] = location.pathname + location.search;
    if (detail.elt.matches("[data-filters]")) {
      for (const [name, value] of [...detail.formData.entries()]) {
        if (value === "") detail.formData.delete(name);
      }
      const sort = new URLSearchParams(location.search).get("sort");
      if (sort) detail.formData.set("sort", sort);
    }
  });

  on("htmx:afterSwap", ({ detail }) => {
    settle(detail.elt);
    fadeNotices();
    const words = detail.elt.querySelector?.("[data-announce]");
    if (words) document.getElementById("announcer").textContent = words.textContent;
  });

  on("htmx:responseError", ({ detail }) => {
    const says = toasts().dataset;
    const status = detail.xhr.status;
    const stale = status === 403 && detail.requestConfig.verb !== "get";
    if (stale) notify(`${says.refused} ${says.stale}`);
    else notify({ 403: says.refused, 404: says.gone }[status] || says.failed);
  });
  for (const event of ["htmx:sendError", "htmx:timeout"]) on(event, () => notify(toasts().dataset.offline));

  on("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const target = event.target.closest("[data-close-notice], [data-open-dialog], [data-close-dialog], [data-print]");
    if (!target) return;
    if ("closeNotice" in target.dataset) target.closest("[data-notice]").remove();
    if (target.dataset.openDialog) document.getElementById(target.dataset.openDialog).showModal();
    if ("closeDialog" in target.dataset) target.closest("dialog").close();
    if ("print" in target.dataset) window.print();
  });

  on("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details[data-menu][open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
    const typing = event.target.matches("input, select, textarea, [contenteditable]");
    const isSlash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    const isCtrlK = event.key === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (isSlash || isCtrlK) search(event);
  });

  // A form that is sent twice by a double click is sent once.
  on("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[method=post]") || form.matches("[hx-post]")) return;
    delete form.dataset.changed;
    if ("sending" in form.dataset) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "";
    setTimeout(() => delete form.dataset.sending, 10000); // an answer that was a file leaves the page here
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
  });

  // Leaving a form with changes asks.
  on("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) form.dataset.changed = "";
  });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-guard][data-changed]")) event.preventDefault();
  });
})();
