// The desk by keyboard. Letters go by their place on the keyboard, so they work
// in every layout; none of them does anything while something is typed.
const go = selector => {
  const e = document.querySelector(selector)
  if (!e) return false
  e.click()
  return true
}

const rows = () => [...document.querySelectorAll('[data-keys-rows] tbody tr')]

const step = by => {
  const all = rows()
  if (!all.length) return false
  const at = all.findIndex(r => r.contains(document.activeElement))
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)]
  next.querySelector('a')?.focus()
  next.scrollIntoView({ block: 'nearest' })
  return true
}

// Opens an action of a case and goes to its first field.
const open = deed => {
  const form = document.querySelector(`main form[action$="/${deed}"]`)
  if (!form) return false
  const details = form.closest('details')
  if (details) details.open = true
  const field = form.querySelector('select, textarea, input:not([type=hidden]), button')
  field?.focus()
  field?.scrollIntoView({ block: 'center' })
  return true
}

const tick = () => {
  const row = rows().find(r => r.contains(document.activeElement))
  const box = row?.querySelector('input[type=checkbox]')
  if (box) box.click()
  return !!box
}

const search = () => {
  const box = document.querySelector('#search')
  box?.focus()
  return !!box
}

const deeds = {
  KeyJ: () => step(1),
  KeyK: () => step(-1),
  KeyX: tick,
  KeyN: () => go('[data-key-next] button') || (location.href = '/desk'),
  KeyT: () => go('main form[action$="/take"] button'),
  KeyS: search,
  KeyQ: () => { location.href = '/desk'; return true },
  KeyA: () => open('ask'),
  KeyE: () => open('approve'),
  KeyR: () => open('refuse'),
  KeyM: () => open('note'),
  KeyC: () => open('confirm')
}

// The list of keys, over the page; Escape closes it and the focus goes back.
const help = async () => {
  let dialog = document.querySelector('dialog[data-keys]')
  if (!dialog) {
    const answer = await fetch('/desk/keys', { headers: { 'X-Fragment': '1' } })
    if (!answer.ok) return
    dialog = document.createElement('dialog')
    dialog.dataset.keys = ''
    dialog.className = 'okno-card'
    dialog.setAttribute('aria-labelledby', 'keys-title')
    dialog.innerHTML = await answer.text()
    document.body.append(dialog)
    dialog.querySelector('button')?.addEventListener('click', () => dialog.close())
  }
  if (!dialog.open) dialog.showModal()
}

const typing = e => e.closest('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]')

document.addEventListener('keydown', e => {
  if (!letters || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.repeat && !/^Key[JK]$/.test(e.code)) return
  if (typing(e.target) || document.querySelector('dialog[open]')) return
  if (e.key === '?') {
    e.preventDefault()
    help()
    return
  }
  if (e.shiftKey) return
  const deed = deeds[e.code]
  if (deed && deed()) e.preventDefault()
})

// What is ticked stays ticked when the queue changes by itself.
const ticked = new Set()
document.addEventListener('change', e => {
  if (e.target.name !== 'pick') return
  const number = e.target.value.split(':')[0]
  if (e.target.checked) ticked.add(number)
  else ticked.delete(number)
})
new MutationObserver(() => {
  for (const box of document.querySelectorAll('input[name=pick]')) {
    if (ticked.has(box.value.split(':')[0])) box.checked = true
  }
}).observe(document.querySelector('main') ?? document.body, { childList: true, subtree: true })
