// Runs only where somebody asked for it on /offline: what was kept is shown when the network does not answer, never before.
"use strict";

const PAGES = "pages";
const ANSWERS = "answers";
const MOST = 10;
const PARTS = ["style", "script", "font", "image", "manifest"];

// A page of somebody's record says no-store: it is never kept.
const mayBeKept = (answer) => answer.ok && !answer.redirected && !(answer.headers.get("Cache-Control") || "").includes("no-store");

const keep = async (name, address, answer, most = Infinity) => {
  const kept = await caches.open(name);
  await kept.delete(address, { ignoreVary: true });
  await kept.put(address, answer);
  const all = await kept.keys();
  for (const oldest of all.slice(0, Math.max(0, all.length - most))) await kept.delete(oldest, { ignoreVary: true });
};

const keepAnswer = async (address) => {
  const answer = await fetch(address);
  if (mayBeKept(answer)) await keep(ANSWERS, address, answer, MOST);
};

const found = async (request) => {
  const address = new URL(request.url);
  address.hash = "";
  const names = [...address.searchParams.keys()];
  const alone = names.every((name) => name === "lang");
  const pages = await caches.open(PAGES);
  const answers = await caches.open(ANSWERS);
  return await pages.match(address, { ignoreVary: true })
    || await answers.match(address, { ignoreVary: true })
    || (alone && await pages.match(address, { ignoreVary: true, ignoreSearch: true }))
    || (request.mode === "navigate" && await pages.match("/offline", { ignoreVary: true, ignoreSearch: true }))
    || Response.error();
};

const fromTheNetwork = async (request) => {
  const answer = await fetch(request);
  if (request.mode === "navigate" && mayBeKept(answer)) {
    const pages = await caches.open(PAGES);
    if (await pages.match(request, { ignoreVary: true })) await keep(PAGES, request.url, answer.clone());
  }
  return answer;
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  const address = new URL(event.data.keep);
  if (address.origin === location.origin) event.waitUntil(keepAnswer(address.href));
});
self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  if (request.mode !== "navigate" && !PARTS.includes(request.destination)) return;
  event.respondWith(fromTheNetwork(request).catch(() => found(request)));
});
