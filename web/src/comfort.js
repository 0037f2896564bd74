// Small comforts of forms: codes, copying, sending once, lists that act.
import { make, say } from './say.js'

/** input[data-code]: a pasted "123-456" becomes 123456. */
export function watchCodes () {
  for (const input of document.querySelectorAll('input[data-code]')) {
    input.addEventListener('input', () => {
      const digits = input.value.replace(/\D/g, '')
      if (digits !== input.value) input.value = digits
    })
  }
}

/** [data-copy]: a button that copies, where the browser can. */
export function watchCopies () {
  if (!navigator.clipboard) return
  for (const holder of document.querySelectorAll('[data-copy][data-copy-text]')) {
    const button = make('button', { type: 'button', class: 'okno-number__copy' }, holder.dataset.copyText)
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(holder.dataset.copy)
      button.textContent = holder.dataset.copiedText || holder.dataset.copyText
      say(holder.dataset.copiedText)
    })
    holder.append(button)
  }
}

/** form[data-once] can't be sent twice, until one comes back to the page. */
export function watchOnce () {
  document.addEventListener('submit', event => {
    const form = event.target
    if (!form.matches('form[data-once]') || event.defaultPrevented) return
    if (form.dataset.sent) return event.preventDefault()
    form.dataset.sent = 'yes'
    for (const button of form.querySelectorAll('button:not([type=button])')) button.setAttribute('aria-disabled', 'true')
  })
  window.addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sent]')) {
      delete form.dataset.sent
      for (const button of form.querySelectorAll('button[aria-disabled]')) button.removeAttribute('aria-disabled')
    }
  })
}

/** select[data-autosubmit], input[data-autosubmit]: a change sends the form. */
export function watchAutosubmit () {
  document.addEventListener('change', event => {
    if (event.target.matches('[data-autosubmit]')) event.target.form?.requestSubmit()
  })
}
