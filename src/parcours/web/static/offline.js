// The page /offline: keep pages on this device, show what is kept, forget all of it.
(() => {
  "use strict";
  const place = document.querySelector("[data-offline-pages]");
  if (!place || !("serviceWorker" in navigator) || !("caches" in window)) return;
  place.hidden = false;
  const wanted = JSON.parse(place.dataset.offlinePages);
  const state = place.querySelector("[data-state]");
  const [keep, forget] = ["keep", "forget"].map((name) => place.querySelector(`[data-offline-${name}]`));
  const list = document.getElementById("kept-answers");
  const said = (text, values = {}) => { state.textContent = text.replace(/\{(\w+)\}/g, (_, name) => values[name]); };

  const answers = async () => {
    const kept = await caches.open("answers");
    const items = [];
    for (const request of (await kept.keys()).reverse()) {
      const text = await (await kept.match(request, { ignoreVary: true })).text();
      const page = new DOMParser().parseFromString(text, "text/html");
      const link = document.createElement("a");
      link.href = request.url;
      link.textContent = page.title.replace(" · parcours", "");
      const more = document.createElement("p");
      more.className = "small quiet";
      more.textContent = page.getElementById("summary").textContent.trim();
      const item = document.createElement("li");
      item.append(link, more);
      items.push(item);
    }
    list.replaceChildren(...items);
    list.closest("section").hidden = !items.length;
  };

  const show = async () => {
    const kept = (await caches.has("pages")) && Number(localStorage.getItem("offline"));
    forget.hidden = !kept;
    keep.querySelector("[data-label]").textContent = kept ? keep.dataset.again : keep.dataset.first;
    const day = new Date(kept || 0).toLocaleDateString(document.documentElement.lang === "fr" ? "fr" : "en-GB", { dateStyle: "long" });
    said(kept ? state.dataset.kept : state.dataset.nothing, { day });
    if (kept) await answers();
  };

  const all = async () => {
    const pages = await caches.open("pages.new");
    for (const [place_, address] of wanted.entries()) {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(address);
      await pages.put(address, answer);
      said(state.dataset.progress, { done: place_ + 1, all: wanted.length });
    }
    const kept = await caches.open("pages");
    for (const old of await kept.keys()) await kept.delete(old, { ignoreVary: true });
    for (const address of await pages.keys()) await kept.put(address, await pages.match(address, { ignoreVary: true }));
  };

  keep.addEventListener("click", async () => {
    keep.disabled = true;
    try {
      await all();
      await navigator.serviceWorker.register("/worker.js");
      localStorage.setItem("offline", Date.now());
      await show();
    } catch {
      said(state.dataset.failed);
    } finally {
      await caches.delete("pages.new");
      keep.disabled = false;
    }
  });
  forget.addEventListener("click", async () => {
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
    for (const name of await caches.keys()) await caches.delete(name);
    localStorage.removeItem("offline");
    list.closest("section").hidden = true;
    await show();
  });
  show();
})();
