// Live pages: [data-live=URL] opens one stream for all tabs of the browser. The
// tab that holds the lock keeps the EventSource and tells the others. On event
// "change" with {topic, ref} every [data-live-ref=ref] fetches its data-live-src
// anew. Without a stream it asks every 15 seconds. What changed between the
// making of the page and the opening of the stream was told to nobody, so the
// page's own parts are fetched once when the stream is open.
import { enhance } from './govuk.js'
import { later, say } from './say.js'
import { still } from './still.js'

const pollEvery = 15000
const otherTabLeads = 1500
const refreshers = new WeakMap()

export function watchLive () {
  const root = document.querySelector('[data-live]')
  if (!root) return
  start(root.dataset.live)
}

function start (url) {
  const tabs = 'BroadcastChannel' in window ? new BroadcastChannel('okno-live') : null
  if (tabs) tabs.onmessage = event => apply(event.data)
  const tell = message => { apply(message); tabs?.postMessage(message) }
  const stop = new AbortController()
  const look = once(() => apply({ page: true }))
  const lead = () => new Promise(resolve => hold(url, tell, look, stop.signal, resolve))
  setTimeout(look, otherTabLeads)
  if (navigator.locks) navigator.locks.request('okno-live', { signal: stop.signal }, lead).catch(() => {})
  else lead()
  // A page in the back-forward cache may hold neither lock nor stream.
  window.addEventListener('pagehide', () => { stop.abort(); tabs?.close() }, { once: true })
  window.addEventListener('pageshow', event => {
    if (!event.persisted) return
    start(url)
    apply({ all: true })
  }, { once: true })
}

function once (f) {
  let done = false
  return () => { if (!done) { done = true; f() } }
}

/** Keeps the stream until the page is left. */
function hold (url, tell, look, signal, done) {
  let poll = null
  let lapsed = false
  const source = new EventSource(url)
  source.addEventListener('change', event => tell(JSON.parse(event.data)))
  source.addEventListener('open', () => {
    clearInterval(poll)
    poll = null
    look()
    if (lapsed) tell({ all: true }) // something may have changed meanwhile
    lapsed = false
  })
  source.addEventListener('error', () => {
    lapsed = true
    poll ??= setInterval(() => tell({ all: true }), pollEvery)
  })
  signal.addEventListener('abort', () => { clearInterval(poll); source.close(); done() })
}

function apply (message) {
  for (const element of document.querySelectorAll('[data-live-ref]')) {
    const { liveRef, liveTopic } = element.dataset
    if (message.all || (message.page && element.closest('main')) || (liveRef === message.ref && (!liveTopic || liveTopic === message.topic))) refresh(element)
  }
}

/** Fetches an element's content; several changes at once fetch it once. */
function refresh (element) {
  if (!refreshers.has(element)) refreshers.set(element, later(() => swap(element), 150))
  refreshers.get(element)()
}

async function swap (element) {
  if (!element.isConnected || !element.dataset.liveSrc || document.hidden) return wait(element)
  if (changed(element)) return // what was typed or chosen is worth more than news
  if (typing(element)) return element.addEventListener('focusout', () => refresh(element), { once: true })
  try {
    const answer = await fetch(element.dataset.liveSrc, { credentials: 'same-origin', headers: { 'X-Fragment': '1' } })
    if (!answer.ok || answer.redirected) return
    const text = await answer.text()
    await still()
    if (changed(element)) return
    if (text.trim() === element.innerHTML.trim()) return
    element.innerHTML = text
    enhance(element)
    say(element.dataset.liveSaid)
  } catch {
    // the next change or poll tries again
  }
}

/** A hidden tab fetches when it is seen again. */
function wait (element) {
  if (document.hidden) document.addEventListener('visibilitychange', () => refresh(element), { once: true })
}

/** Reports whether a form inside holds what has not been sent. */
function changed (element) {
  return [...element.querySelectorAll('input, textarea, select')].some(control => {
    if (control.type === 'file') return control.files.length > 0
    if (control.type === 'checkbox' || control.type === 'radio') return control.checked !== control.defaultChecked
    if (control.matches('select')) return control.selectedIndex !== Math.max(0, [...control.options].findIndex(o => o.defaultSelected))
    return control.value !== control.defaultValue
  })
}

/** Whoever is writing inside isn't disturbed. */
function typing (element) {
  return element.contains(document.activeElement) && document.activeElement.matches('input, textarea, select')
}
