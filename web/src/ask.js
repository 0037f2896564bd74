// A page that waits for an answer given elsewhere: [data-ask=STREAM] is the
// stream that tells of changes, data-ask-src the part that is fetched then and
// every ten seconds (a QR code changes). 205 says that there is an answer: the
// page is loaded anew and goes on, or the form around it ([data-ask-form]) is sent.
import { say } from './say.js'

const every = 10000

export function watchAsks () {
  const root = document.querySelector('[data-ask]')
  if (!root) return
  const stream = new EventSource(root.dataset.ask)
  const look = () => part(root).catch(() => {}) // the next round asks again
  stream.addEventListener('change', look)
  stream.addEventListener('open', look) // what changed before the stream was open
  const timer = setInterval(look, every)
  window.addEventListener('pagehide', () => { stream.close(); clearInterval(timer) }, { once: true })
}

/** On to what the answer opens: a form of the page, or the page itself. */
function go (root) {
  const form = root.closest('form[data-ask-form]')
  if (form) form.requestSubmit()
  else location.reload()
}

async function part (root) {
  const answer = await fetch(root.dataset.askSrc, { credentials: 'same-origin', headers: { 'X-Fragment': '1' } })
  if (answer.status === 205) return go(root)
  if (answer.status === 204) return
  if (!answer.ok || answer.redirected) return
  const text = await answer.text()
  if (text.trim() === root.innerHTML.trim()) return
  const before = root.firstElementChild?.textContent
  root.innerHTML = text
  const now = root.firstElementChild?.textContent
  if (before !== now) say(now)
}
