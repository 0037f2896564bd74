// Questions that depend on an answer appear at once: when a control marked with
// data-reveal changes, the form is posted to data-check with _fields=1, and what
// comes back is merged into [data-fields]. A question that stays keeps its
// element, so typed values, chosen files and the focus stay too. Without a
// script the next page view asks them.
import { enhance } from './govuk.js'
import { say } from './say.js'
import { still } from './still.js'

export function watchReveals () {
  document.addEventListener('change', event => {
    const fields = event.target.closest?.('[data-reveal]') && event.target.closest('form[data-check] [data-fields]')
    if (fields) reveal(fields)
  })
}

const running = new WeakMap()

async function reveal (fields) {
  running.get(fields)?.abort()
  const stop = new AbortController()
  running.set(fields, stop)
  const form = fields.closest('form')
  try {
    const answer = await fetch(form.dataset.check, {
      method: 'POST', body: bodyOf(form), signal: stop.signal, credentials: 'same-origin', headers: { 'X-Fragment': '1' }
    })
    if (answer.status !== 200 || answer.redirected) return
    const fresh = document.createElement('template')
    fresh.innerHTML = await answer.text()
    await still()
    if (!stop.signal.aborted && merge(fields, fresh.content)) {
      enhance(fields)
      say(fields.dataset.said)
    }
  } catch {
    // no network: the questions come when the page is sent
  }
}

function bodyOf (form) {
  const data = new FormData(form)
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name)
  data.append('_fields', '1')
  return new URLSearchParams(data)
}

/** Makes the questions of old those of fresh; true if any came or went. */
function merge (old, fresh) {
  const wanted = questions(fresh)
  let changed = false
  for (const [key, element] of questions(old)) {
    if (wanted.has(key)) continue
    element.remove()
    changed = true
  }
  let before = null
  for (const [key, element] of wanted) {
    const mine = old.querySelector(`[data-field="${CSS.escape(key)}"]`)
    if (mine && same(mine, element)) {
      before = mine
      continue
    }
    if (mine) mine.replaceWith(element)
    else put(old, before, element)
    changed ||= !mine
    before = element
  }
  return changed
}

/** The questions in their order; those inside a group follow the group. */
function questions (scope) {
  return new Map([...scope.querySelectorAll('[data-field]')].map(element => [element.dataset.field, element]))
}

/** A new question stands after the one before it, in a group after its sibling. */
function put (old, before, element) {
  if (!before) return old.prepend(element)
  const [group, item] = element.dataset.field.split('.')
  if (item === undefined) return (before.parentElement.closest('[data-field]') ?? before).after(element)
  const first = before.dataset.field.startsWith(`${group}.${item}.`)
  if (first) before.after(element)
  else items(old, group)[Number(item)]?.querySelector('h3').after(element)
}

function items (old, group) {
  return old.querySelectorAll(`[data-field="${CSS.escape(group)}"] .okno-card`)
}

/** Choices are the same when their options are; what is only read, when its text is. */
function same (mine, element) {
  if (mine.querySelector('[data-field]') || element.querySelector('[data-field]')) return true
  const options = scope => [...scope.querySelectorAll('[type=radio], [type=checkbox], option')].map(x => x.value).join('\n')
  if (mine.querySelector('input:not([type=hidden]), select, textarea')) return options(mine) === options(element)
  return mine.textContent.trim() === element.textContent.trim()
}
