// The service worker: the resident's page opens without a network, too. Nothing of /api is ever kept.
//
// The network comes first: what is kept is for when there is none, or when it is silent for PATIENCE_MS.

const KEPT = "kentongan-1";
const FILES = ["/static/luring.html", "/static/page.css", "/static/ikon.svg", "/static/warga.js", "/static/common.js", "/static/hold.js",
  "/static/outbox.js", "/static/where.js", "/static/logo.svg"];
const PATIENCE_MS = 5000;

self.addEventListener("install", (event) => event.waitUntil(prepare()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function prepare() {
  const cache = await caches.open(KEPT);
  await cache.addAll(FILES);
  await keepHome(cache, await fetch("/"));
  await self.skipWaiting();
}

/** Keeps the resident's page; whoever is logged out, revoked or no resident is sent elsewhere, and keeps none. */
async function keepHome(cache, answer) {
  if (answer.ok && !answer.redirected) await cache.put("/", answer.clone());
  else if (answer.status < 500) await cache.delete("/");
}

async function patiently(request, kept) {
  if (!kept) return fetch(request);
  const late = new Promise((_, refuse) => { setTimeout(refuse, PATIENCE_MS); });
  return Promise.race([fetch(request), late]);
}

async function page(request) {
  const isHome = new URL(request.url).pathname === "/";
  const kept = isHome ? await caches.match("/") : undefined;
  try {
    const answer = await patiently(request, kept);
    if (isHome) await keepHome(await caches.open(KEPT), answer);
    return answer;
  } catch {
    return kept ?? caches.match("/static/luring.html");
  }
}

async function file(request) {
  const kept = await caches.match(request);
  try {
    const answer = await patiently(request, kept);
    if (answer.ok) await (await caches.open(KEPT)).put(request, answer.clone());
    return answer;
  } catch {
    return kept ?? Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});
