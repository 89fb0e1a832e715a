// The service worker: the resident's page opens without a network, too. Nothing of /api is ever kept.

const SHELL = "kentongan-1";
const FILES = ["/static/luring.html", "/static/page.css", "/static/ikon.svg", "/static/warga.js", "/static/common.js", "/static/hold.js",
  "/static/outbox.js", "/static/where.js", "/static/logo.svg"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

async function page(request) {
  try {
    const answer = await fetch(request);
    const cache = await caches.open(SHELL);
    if (new URL(request.url).pathname === "/") {
      if (answer.ok && !answer.redirected) await cache.put("/", answer.clone());
      else await cache.delete("/"); // logged out, or revoked
    }
    return answer;
  } catch {
    return (new URL(request.url).pathname === "/" && await caches.match("/")) || caches.match("/static/luring.html");
  }
}

async function file(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) (await caches.open(SHELL)).put(request, answer.clone());
    return answer;
  } catch {
    return (await caches.match(request)) ?? Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});
