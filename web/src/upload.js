// Shows how far files have been sent: form[data-upload="Sending…"]. Without a
// script the browser sends the form as ever.
import { watchChecks } from './check.js'
import { watchCopies } from './comfort.js'
import { enhance } from './govuk.js'
import { make, say } from './say.js'

export function watchUploads () {
  document.addEventListener('submit', event => {
    const form = event.target
    if (!form.matches('form[data-upload]') || event.defaultPrevented || !hasFiles(form)) return
    event.preventDefault()
    if (!form.dataset.sending) send(form, event.submitter)
  })
}

function hasFiles (form) {
  return [...form.querySelectorAll('input[type=file]')].some(input => input.files.length > 0)
}

function send (form, submitter) {
  form.dataset.sending = 'yes'
  const data = new FormData(form)
  if (submitter?.name) data.append(submitter.name, submitter.value)
  const bar = make('progress', { max: '1', value: '0', 'aria-label': form.dataset.upload })
  const box = make('div', { class: 'okno-progress' }, form.dataset.upload)
  box.append(bar)
  submitter ? submitter.before(box) : form.append(box)
  say(form.dataset.upload)
  const request = new XMLHttpRequest()
  request.open('POST', submitter?.getAttribute('formaction') || form.action)
  request.upload.addEventListener('progress', event => { if (event.lengthComputable) bar.value = event.loaded / event.total })
  request.addEventListener('load', () => arrive(request, form.action))
  request.addEventListener('error', () => { // the plain way says what is wrong
    box.remove()
    delete form.dataset.sending
    form.submit()
  })
  request.send(data)
}

/** Goes where the server led, or shows the faults that it answered. */
function arrive (request, asked) {
  if (request.responseURL && request.responseURL !== asked) {
    location.assign(request.responseURL)
    return
  }
  const answer = new DOMParser().parseFromString(request.responseText, 'text/html')
  const main = answer.querySelector('main')
  if (!main) return location.reload()
  document.title = answer.title
  document.querySelector('main').replaceWith(main)
  enhance(main)
  watchChecks()
  watchCopies()
  window.scrollTo(0, 0)
}
