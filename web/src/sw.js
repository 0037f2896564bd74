// The service worker of the installed web app. It keeps the page that says that
// there is no network, and nothing of anybody: pages are always asked of the
// portal. It also shows push messages.
const name = 'okno-offline-1'
const offline = '/offline'

self.addEventListener('install', event => {
  event.waitUntil(keep().then(() => self.skipWaiting()))
})

self.addEventListener('activate', event => {
  event.waitUntil(forget().then(() => self.clients.claim()))
})

/** The offline page with the assets that it names. */
async function keep () {
  const cache = await caches.open(name)
  const answer = await fetch(offline, { credentials: 'omit', cache: 'reload' })
  if (!answer.ok) throw new Error('no offline page')
  const text = await answer.clone().text()
  await cache.put(offline, answer)
  const assets = new Set([...text.matchAll(/"(\/assets\/[\w.-]+\.(?:css|js|svg|woff2))"/g)].map(m => m[1]))
  await cache.addAll([...assets])
}

async function forget () {
  for (const other of await caches.keys()) {
    if (other.startsWith('okno-') && other !== name) await caches.delete(other)
  }
}

self.addEventListener('fetch', event => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate') return event.respondWith(page(request))
  if (url.pathname.startsWith('/assets/')) event.respondWith(asset(request))
})

async function page (request) {
  try {
    return await fetch(request)
  } catch {
    return await caches.match(offline) ?? Response.error()
  }
}

async function asset (request) {
  return await caches.match(request) ?? fetch(request)
}

self.addEventListener('push', event => {
  let message = {}
  try {
    message = event.data?.json() ?? {}
  } catch {
    // a message that is not ours is not shown
  }
  if (!message.title) return
  event.waitUntil(self.registration.showNotification(message.title, {
    body: message.body, tag: message.tag, data: { path: message.path }, icon: message.icon, badge: message.icon,
    requireInteraction: true
  }))
})

self.addEventListener('notificationclick', event => {
  event.notification.close()
  event.waitUntil(open(event.notification.data?.path))
})

/** Opens a path of the portal, never another site's. */
async function open (path) {
  const url = new URL(path ?? '/', self.location.origin)
  if (url.origin !== self.location.origin) return
  for (const client of await self.clients.matchAll({ type: 'window' })) {
    if ('navigate' in client) return client.navigate(url.href).then(c => c?.focus())
  }
  return self.clients.openWindow(url.href)
}
