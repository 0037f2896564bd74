// The installed web app: its service worker, the button that installs it, and
// the subscription to push messages.
import { make } from './say.js'

export function watchApp () {
  const wanted = document.querySelector('[data-worker]') || window.matchMedia('(display-mode: standalone)').matches
  if (!wanted || !('serviceWorker' in navigator)) return
  navigator.serviceWorker.register('/sw.js').catch(() => {}) // the portal works without
  watchInstall()
  watchPush()
}

/** [data-install=WORDS] gets a button where the browser can install. */
function watchInstall () {
  const place = document.querySelector('[data-install]')
  if (!place) return
  window.addEventListener('beforeinstallprompt', event => {
    event.preventDefault()
    const button = make('button', { type: 'button', class: 'govuk-button govuk-button--secondary' }, place.dataset.install)
    button.addEventListener('click', () => { event.prompt(); button.remove() })
    place.replaceChildren(button)
  })
}

/** form[data-push=KEY]: asks the browser for a subscription and sends it. */
function watchPush () {
  const form = document.querySelector('form[data-push]')
  if (!form || !('PushManager' in window) || !('Notification' in window)) return
  form.hidden = false
  form.addEventListener('submit', event => {
    if (form.elements.subscription) return
    event.preventDefault()
    subscribe(form).catch(() => fail(form))
  })
}

async function subscribe (form) {
  const worker = await navigator.serviceWorker.ready
  const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(form.dataset.push) })
  form.append(make('input', { type: 'hidden', name: 'subscription', value: JSON.stringify(subscription) }))
  form.requestSubmit()
}

function fail (form) {
  let shown = form.querySelector('[role=alert]')
  if (!shown) {
    shown = make('p', { class: 'govuk-error-message', role: 'alert' })
    form.prepend(shown)
  }
  shown.textContent = form.dataset.pushFailed
}

function bytes (base64url) {
  const plain = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(plain, c => c.charCodeAt(0))
}
