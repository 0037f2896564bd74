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
