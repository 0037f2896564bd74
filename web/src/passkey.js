// Passkeys (WebAuthn): form[data-passkey="create" or "get"][data-options=URL].
// The form is hidden until the browser is known to have passkeys; another way
// stands beside it.
import { make } from './say.js'

export function watchPasskeys () {
  if (!window.PublicKeyCredential) return
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.hidden = false
    form.addEventListener('submit', event => {
      if (form.elements.credential?.value) return
      event.preventDefault()
      ask(form).catch(() => fail(form))
    })
  }
}

async function ask (form) {
  const answer = await fetch(form.dataset.options, {
    method: 'POST', credentials: 'same-origin', headers: { Accept: 'application/json' }, body: new URLSearchParams(new FormData(form))
  })
  if (!answer.ok) return fail(form)
  const { publicKey } = await answer.json()
  const credential = form.dataset.passkey === 'create'
    ? await navigator.credentials.create({ publicKey: decode(publicKey) })
    : await navigator.credentials.get({ publicKey: decode(publicKey) })
  let field = form.elements.credential
  if (!field) {
    field = make('input', { type: 'hidden', name: 'credential' })
    form.append(field)
  }
  field.value = JSON.stringify(encode(credential))
  form.requestSubmit()
}

function fail (form) {
  let shown = form.querySelector('[role=alert]')
  if (!shown) {
    shown = make('p', { class: 'govuk-error-message', role: 'alert' })
    form.prepend(shown)
  }
  shown.textContent = form.dataset.passkeyFailed ?? ''
}

/** base64url texts of the options to bytes, where WebAuthn wants bytes. */
function decode (options) {
  const known = list => list?.map(c => ({ ...c, id: bytes(c.id) }))
  const out = { ...options, challenge: bytes(options.challenge) }
  if (options.user) out.user = { ...options.user, id: bytes(options.user.id) }
  if (options.excludeCredentials) out.excludeCredentials = known(options.excludeCredentials)
  if (options.allowCredentials) out.allowCredentials = known(options.allowCredentials)
  return out
}

function encode (credential) {
  const { response } = credential
  const fields = {}
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) fields[name] = text(response[name])
  }
  if (response.getTransports) fields.transports = response.getTransports()
  return {
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response: fields,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults()
  }
}

function bytes (base64url) {
  const plain = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(plain, c => c.charCodeAt(0))
}

function text (buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer))
  return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}
