// Suggestions below a search field (ARIA combobox with a listbox):
// input[data-suggest=URL] asks GET URL?q= and gets [{text, href, note, fill}].
// One with href is opened; one without fills the field. One with fill puts its
// texts into the boxes NAME.part of data-suggest-into=NAME; when one of these is
// typed over, the number of the register in NAME.gar goes.
import { later, make } from './say.js'

const most = 8

export function watchSuggest () {
  for (const input of document.querySelectorAll('input[data-suggest]:not([role=combobox])')) watchInput(input)
  for (const button of document.querySelectorAll('[data-without-script]')) button.remove()
}

function watchInput (input) {
  const list = make('ul', { class: 'okno-suggest', role: 'listbox', id: `${input.id}-suggest`, hidden: '' })
  const label = input.labels?.[0]?.textContent.trim()
  if (label) list.setAttribute('aria-label', label)
  const holder = make('div', { class: 'okno-suggest__holder' })
  input.replaceWith(holder)
  holder.append(input, list)
  for (const [name, value] of [['role', 'combobox'], ['aria-autocomplete', 'list'], ['aria-expanded', 'false'],
    ['aria-controls', list.id], ['autocomplete', 'off']]) input.setAttribute(name, value)
  const box = { input, list, turn: 0 }
  input.addEventListener('input', later(() => ask(box), 200))
  input.addEventListener('keydown', event => press(box, event))
  input.addEventListener('blur', () => close(box))
  list.addEventListener('mousedown', event => event.preventDefault()) // keeps the focus in the field
  list.addEventListener('click', event => choose(box, event.target.closest('[role=option]')))
  const into = input.dataset.suggestInto
  if (into) input.form.addEventListener('input', event => typedOver(input.form, into, event))
}

/** What is typed by hand is not what the register's number stands for. */
function typedOver (form, into, event) {
  const own = ['region', 'city', 'street', 'house'].some(part => event.target.name === `${into}.${part}`)
  const number = form.elements[`${into}.gar`]
  if (own && number) number.value = ''
}

async function ask (box) {
  const mine = ++box.turn
  const q = box.input.value.trim()
  if (q.length < 2) return close(box)
  try {
    const address = new URL(box.input.dataset.suggest, location.href)
    address.searchParams.set('q', q)
    const answer = await fetch(address, { credentials: 'same-origin', headers: { Accept: 'application/json' } })
    const found = answer.ok ? await answer.json() : []
    if (mine === box.turn && document.activeElement === box.input) show(box, found.slice(0, most))
  } catch {
    close(box)
  }
}

function show (box, found) {
  box.list.replaceChildren(...found.map((one, n) => option(box, one, n)))
  box.list.hidden = found.length === 0
  box.input.setAttribute('aria-expanded', String(found.length > 0))
  box.input.removeAttribute('aria-activedescendant')
}

function option (box, one, n) {
  const item = make('li', { class: 'okno-suggest__option', role: 'option', id: `${box.list.id}-${n}`, 'aria-selected': 'false' }, one.text)
  if (one.note) item.append(make('span', { class: 'okno-suggest__note' }, one.note))
  item.dataset.text = one.value ?? one.text
  if (one.href) item.dataset.href = one.href
  if (one.fill) item.dataset.fill = JSON.stringify(one.fill)
  return item
}

function press (box, event) {
  const options = [...box.list.children]
  const at = options.findIndex(o => o.getAttribute('aria-selected') === 'true')
  if (event.key === 'Escape' && !box.list.hidden) {
    event.preventDefault()
    return close(box)
  }
  if (event.key === 'Enter' && at >= 0 && !box.list.hidden) {
    event.preventDefault()
    return choose(box, options[at])
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step || !options.length || box.list.hidden) return
  event.preventDefault()
  select(box, options, (at + step + options.length + (at < 0 && step < 0 ? 1 : 0)) % options.length)
}

function select (box, options, to) {
  options.forEach((o, n) => o.setAttribute('aria-selected', String(n === to)))
  options[to].scrollIntoView({ block: 'nearest' })
  box.input.setAttribute('aria-activedescendant', options[to].id)
}

function choose (box, item) {
  if (!item) return
  if (item.dataset.href) {
    location.assign(item.dataset.href)
    return
  }
  box.input.value = item.dataset.text
  if (item.dataset.fill) fill(box.input, JSON.parse(item.dataset.fill))
  box.input.dispatchEvent(new Event('change', { bubbles: true }))
  close(box)
}

function fill (input, parts) {
  for (const [part, value] of Object.entries({ flat: '', ...parts })) {
    const target = input.form.elements[`${input.dataset.suggestInto}.${part}`]
    if (target) target.value = value
  }
  const house = input.form.elements[`${input.dataset.suggestInto}.${parts.house ? 'flat' : 'house'}`]
  house?.focus()
}

function close (box) {
  box.turn++
  box.list.hidden = true
  box.input.setAttribute('aria-expanded', 'false')
  box.input.removeAttribute('aria-activedescendant')
}
