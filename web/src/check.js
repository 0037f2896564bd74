// Checks a field when it is left: form[data-check=URL] posts the form with
// _field=<name> and gets JSON {field: message}, an empty message meaning none;
// _fill={box: text} fills boxes that stand empty, _said={field: text} is what a
// registry says of the answer.
// A message that is shown goes away as soon as its field is mended. Nothing moves
// under a pointer that is pressed, else the click on a button would be lost.
import { later, make, say, whole } from './say.js'
import { still } from './still.js'

export function watchChecks () {
  for (const form of document.querySelectorAll('form[data-check]')) watchForm(form)
}

function watchForm (form) {
  const running = new Map()
  const was = new Map()
  for (const field of form.elements) was.set(field, field.value)

  form.addEventListener('focusout', event => {
    const field = event.target
    const group = groupOf(field)
    if (!checkable(field) || group?.contains(event.relatedTarget) || acts(form, event.relatedTarget)) return
    if (faulty(group) || (field.value !== '' && field.value !== was.get(field))) check(form, field, running, false)
  })
  const recheck = later(field => check(form, field, running, true), 400)
  form.addEventListener('input', event => {
    if (checkable(event.target) && faulty(groupOf(event.target))) recheck(event.target)
  })
}

/** A button or link of the form: it sends, and sending checks. */
function acts (form, target) {
  return form.contains(target) && target.matches('button, a, input[type=submit]')
}

function checkable (field) {
  return field.name && !field.disabled && field.matches('input, select, textarea') &&
    !['hidden', 'submit', 'button', 'file'].includes(field.type)
}

function faulty (group) {
  return group?.classList.contains('govuk-form-group--error')
}

/** The box of a field; a date's three fields share the outer one. */
function groupOf (field) {
  const start = field.closest?.('.govuk-date-input') ?? field
  return start.closest?.('.govuk-form-group')
}

async function check (form, field, running, onlyMend) {
  running.get(field)?.abort()
  const stop = new AbortController()
  running.set(field, stop)
  try {
    const answer = await fetch(form.dataset.check, {
      method: 'POST', body: bodyOf(form, field), signal: stop.signal, credentials: 'same-origin',
      headers: { Accept: 'application/json' }
    })
    if (!answer.ok) return
    const { _fill: fill, _said: said, ...faults } = await answer.json()
    await still()
    if (stop.signal.aborted) return
    for (const [name, message] of Object.entries(faults)) apply(form, field, name, message, onlyMend)
    for (const [name, text] of Object.entries(fill ?? {})) fillEmpty(form, name, text)
    for (const [name, text] of Object.entries(said ?? {})) tell(name, text)
  } catch {
    // no network: the check on sending stays
  }
}

function fillEmpty (form, name, text) {
  const box = form.elements[name]
  if (box && box.value === '') box.value = text
}

function tell (name, text) {
  const place = document.getElementById(`${name}-said`)
  if (place && place.textContent !== text) place.textContent = text
}

function bodyOf (form, field) {
  const data = new FormData(form)
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name)
  data.append('_field', field.name)
  return new URLSearchParams(data)
}

function apply (form, field, name, message, onlyMend) {
  const target = name === field.name ? field : form.querySelector(`[id="${CSS.escape(name)}"], [name="${CSS.escape(name)}"]`)
  const group = target && groupOf(target)
  if (!group) return
  if (message === '') mend(group)
  else if (!onlyMend) blame(group, message)
}

function blame (group, message) {
  const id = baseID(group)
  let shown = document.getElementById(`${id}-error`)
  if (shown?.dataset.message === message) return
  if (!shown) {
    shown = make('p', { id: `${id}-error`, class: 'govuk-error-message' })
    anchor(group).after(shown)
  }
  const word = document.body.dataset.errorWord
  shown.replaceChildren(...(word ? [make('span', { class: 'govuk-visually-hidden' }, `${word}:`), ' '] : []), ...whole(message))
  shown.dataset.message = message
  group.classList.add('govuk-form-group--error')
  for (const control of controls(group)) mark(control, `${id}-error`)
  say(message)
}

function mend (group) {
  const id = `${baseID(group)}-error`
  document.getElementById(id)?.remove()
  group.classList.remove('govuk-form-group--error')
  for (const control of controls(group)) unmark(control, id)
  for (const control of group.querySelectorAll('[id]')) unlist(control.id)
}

/** Takes a mended field off the summary at the top. */
function unlist (id) {
  const summary = document.querySelector('.govuk-error-summary')
  summary?.querySelector(`a[href="#${CSS.escape(id)}"]`)?.closest('li')?.remove()
  if (summary && !summary.querySelector('li')) summary.remove()
}

function baseID (group) {
  const date = group.querySelector('.govuk-date-input')
  if (date) return date.id
  const hint = group.querySelector('.govuk-hint[id$="-hint"]:not([id$="-item-hint"])')
  if (hint) return hint.id.slice(0, -5)
  return controls(group)[0]?.id ?? ''
}

/** What the message stands behind: the hint, else the legend or label. */
function anchor (group) {
  return group.querySelector('.govuk-hint[id$="-hint"]:not([id$="-item-hint"])') ??
    group.querySelector('legend') ?? group.querySelector('.govuk-label-wrapper, label')
}

function controls (group) {
  return [...group.querySelectorAll('input:not([type=hidden]), select, textarea')]
}

function errorClass (control) {
  const known = ['govuk-input', 'govuk-textarea', 'govuk-select', 'govuk-file-upload']
  return known.filter(c => control.classList.contains(c)).map(c => `${c}--error`)
}

function mark (control, id) {
  control.classList.add(...errorClass(control))
  control.setAttribute('aria-invalid', 'true')
  const ids = new Set((control.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean))
  control.setAttribute('aria-describedby', [...ids.add(id)].join(' '))
}

function unmark (control, id) {
  control.classList.remove(...errorClass(control))
  control.removeAttribute('aria-invalid')
  const ids = (control.getAttribute('aria-describedby') ?? '').split(' ').filter(i => i && i !== id)
  if (ids.length) control.setAttribute('aria-describedby', ids.join(' '))
  else control.removeAttribute('aria-describedby')
}
