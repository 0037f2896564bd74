// Speaks to screen readers through the page's live region.

/** Announces text; the same text twice is heard twice. */
export function say (text) {
  const region = document.getElementById('said')
  if (!region || !text) return
  region.textContent = ''
  setTimeout(() => { region.textContent = text }, 50)
}

/** Calls run once after wait ms in which it wasn't called again. */
export function later (run, wait) {
  let timer
  return (...args) => {
    clearTimeout(timer)
    timer = setTimeout(() => run(...args), wait)
  }
}

/** Makes an element with attributes and text. */
export function make (tag, attributes = {}, text = '') {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  if (text) element.textContent = text
  return element
}

const numbers = /(\b\d{4}-\d{4}-\d{4}\b|\b\d{3}-\d{3}-\d{3} \d{2}\b|(?:\+7|\b8) \d{3} \d{3}-\d{2}-\d{2}\b)/

/** A text as nodes, with its numbers on one line each, as the server shows them. */
export function whole (text) {
  return text.split(numbers).map((piece, n) => n % 2 ? make('span', { class: 'okno-nowrap' }, piece) : piece)
}
