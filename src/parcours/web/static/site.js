// All of the site's own script: copying a text, printing, a code of a link, and moving the focus after a step. Every page works without it.
(() => {
  "use strict";
  document.documentElement.classList.add("js");

  const say = (text) => {
    const live = document.getElementById("live");
    if (live) live.textContent = text;
  };

  // A code that came in the fragment of a link, which no server sees: into its field, and out of the address.
  for (const field of document.querySelectorAll("[data-from-fragment]")) {
    const code = new URLSearchParams(location.hash.slice(1)).get(field.dataset.fromFragment);
    if (code) {
      field.value = code;
      history.replaceState(null, "", location.pathname + location.search);
    }
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy],[data-print]");
    if (!button) return;
    if ("print" in button.dataset) {
      window.print();
      return;
    }
    const source = document.getElementById(button.dataset.copy);
    const text = button.dataset.copy === "address" ? location.href : source.textContent.trim();
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    const label = button.querySelector("[data-label]") || button;
    const before = label.textContent;
    label.textContent = button.dataset.done;
    say(button.dataset.done);
    setTimeout(() => { label.textContent = before; }, 2000);
  });

  // A second click of a double click answers nothing: the next question is already under the pointer.
  document.addEventListener("click", (event) => {
    if (event.detail > 1 && event.target.closest("a.option, .chips a")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  // Nothing looks chosen under a pointer that has not moved since the step.
  const still = document.documentElement.classList;
  document.addEventListener("htmx:afterSwap", () => still.add("still"));
  document.addEventListener("pointermove", (event) => {
    if (event.movementX || event.movementY) still.remove("still");
  });

  // No connection, or an answer that is none: said, never silence.
  const trouble = (kind) => {
    const place = document.getElementById("trouble");
    place.hidden = !kind;
    place.textContent = kind ? place.dataset[kind] : "";
  };
  document.addEventListener("htmx:beforeRequest", () => trouble(""));
  for (const type of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(type, () => trouble("offline"));
  document.addEventListener("htmx:responseError", (event) => {
    const code = event.detail.xhr.status;
    if (code >= 500) trouble("failed");
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 429) {
      event.detail.shouldSwap = false;
      trouble("busy");
    }
  });

  // Choosing an answer is enough: no need to press "Continue" when a question has a few options.
  document.addEventListener("click", (event) => {
    const input = event.target;
    if (event.detail > 0 && input.matches?.("input[type=radio][data-go]") && window.htmx) {
      input.form.requestSubmit();
    }
  });

  // A slider says where it is while the finger moves.
  document.addEventListener("input", (event) => {
    const said = event.target.closest(".slider")?.querySelector("output");
    if (!said) return;
    const shown = said.dataset.unit === "€" ? { style: "currency", currency: "EUR" } : { style: "percent", maximumFractionDigits: 1 };
    const value = said.dataset.unit === "€" ? event.target.value : event.target.value / 100;
    said.textContent = Number(value).toLocaleString(document.documentElement.lang, shown);
  });

  // A paper is settled again as soon as one of its fields is left.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-live]");
    if (form && window.htmx) form.requestSubmit();
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const detail = event.detail;
    if (detail.title) document.title = detail.title;
    const heading = document.querySelector("[data-focus]");
    if (heading && !document.activeElement.closest("[data-live]")) heading.focus({ preventScroll: true });
    const top = document.getElementById("quote");
    if (top && top.getBoundingClientRect().top < 0) top.scrollIntoView({ block: "start" });
    const summary = document.getElementById("summary");
    if (summary) say(summary.textContent.trim());
  });

  // Who somebody is, kept when they ask, offered for the next visit, forgotten when they ask.
  const PROFILE = "profile";
  const YEAR = 365 * 86400000;
  const profile = () => { try { return JSON.parse(localStorage.getItem(PROFILE)); } catch { return null; } };
  const offer = () => {
    const card = document.getElementById("kept");
    const kept = card && profile();
    if (!kept?.query) return;
    const query = new URLSearchParams(kept.query);
    if (Date.now() - kept.on > YEAR) query.delete("age");
    const link = card.querySelector("a");
    const address = new URL(link.href);
    for (const [name, value] of query) address.searchParams.set(name, value);
    link.href = address.pathname + address.search;
    card.querySelector("[data-words]").textContent = kept.words;
    card.hidden = false;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-keep],[data-forget]");
    if (!button) return;
    try {
      if ("forget" in button.dataset) {
        localStorage.removeItem(PROFILE);
        document.getElementById("kept").hidden = true;
        say(button.dataset.forget);
      } else {
        localStorage.setItem(PROFILE, JSON.stringify({ query: button.dataset.keep, words: button.dataset.words, on: Date.now() }));
        button.querySelector("[data-label]").textContent = button.dataset.done;
        say(button.dataset.done);
      }
    } catch { /* a browser that keeps nothing */ }
  });
  offer();
  document.addEventListener("htmx:afterSettle", offer);

  // Where somebody keeps pages on the device (/offline): this answer too; and a page shown from there says so.
  const worker = navigator.serviceWorker?.controller;
  const keepAnswer = () => {
    if (document.getElementById("summary") && ["/", "/bill"].includes(location.pathname)) worker?.postMessage({ keep: location.href });
  };
  if (!worker || navigator.onLine) keepAnswer(); else if (location.pathname !== "/offline") trouble("kept");
  document.addEventListener("htmx:afterSettle", keepAnswer);

  // What a newcomer has done is remembered on the device, and only there.
  const path = document.querySelector("[data-path]");
  if (path) {
    const kept = () => { try { return JSON.parse(localStorage.getItem("start") || "{}"); } catch { return {}; } };
    for (const box of path.querySelectorAll("[data-done]")) {
      const show = () => box.closest("li").classList.toggle("is-done", box.checked);
      box.checked = Boolean(kept()[box.dataset.done]);
      show();
      box.addEventListener("change", () => {
        try { localStorage.setItem("start", JSON.stringify({ ...kept(), [box.dataset.done]: box.checked })); } catch { /* kept for this page only */ }
        show();
      });
    }
  }

  // On a narrow screen, the tab of this page is in view.
  const tab = document.querySelector(".desk-nav [aria-current]");
  if (tab) tab.parentElement.parentElement.scrollLeft = tab.offsetLeft - 24;

  // Two minutes before the session ends for want of use, it is said, and one may stay; then nothing of it stays on the screen.
  const idle = document.getElementById("idle");
  if (idle) {
    const soon = document.getElementById("idle-soon");
    const minute = 60000;
    let timers = [];
    const wait = () => {
      timers.forEach(clearTimeout);
      soon.hidden = true;
      timers = [
        setTimeout(() => { soon.hidden = false; say(document.getElementById("idle-said").textContent); }, Math.max(0, idle.dataset.idle - 2) * minute),
        setTimeout(() => location.replace(idle.dataset.out), idle.dataset.idle * minute),
      ];
    };
    soon.querySelector("[data-stay]").addEventListener("click", async () => {
      const answer = await fetch(idle.dataset.alive, { redirect: "follow" });
      if (answer.ok && !new URL(answer.url).pathname.startsWith("/login")) wait(); else location.replace(idle.dataset.out);
    });
    wait();
  }

  // An explanation that opened on hover or focus can be closed without moving (Escape), and comes back the next time.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const tip of document.querySelectorAll(".tip:hover, .tip:focus-within")) tip.classList.add("closed");
  });
  for (const type of ["pointerover", "focusin"]) {
    document.addEventListener(type, (event) => {
      for (const tip of document.querySelectorAll(".tip.closed")) if (!tip.contains(event.target)) tip.classList.remove("closed");
    });
  }
})();
