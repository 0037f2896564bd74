// Says how strong a password is while it is typed: input[data-strength=URL]
// posts it and gets {score 0…4, text}. Its room is there from the start: what
// came in later would push the button away from under the pointer.
import { later, make } from './say.js'

export function watchStrength () {
  for (const input of document.querySelectorAll('input[data-strength]')) watchInput(input)
}

function watchInput (input) {
  const meter = make('div', { class: 'okno-strength' })
  const text = make('span', { class: 'okno-strength__text', role: 'status' })
  meter.append(make('span', { class: 'okno-strength__bar', 'aria-hidden': 'true' }), text)
  ;(input.closest('.govuk-input__wrapper') ?? input).after(meter)
  let turn = 0
  input.addEventListener('input', later(async () => {
    const mine = ++turn
    const answer = input.value ? await ask(input) : null
    if (mine !== turn) return // a newer one is under way
    if (answer) meter.dataset.score = answer.score
    else delete meter.dataset.score
    text.textContent = answer?.text ?? ''
  }, 300))
}

async function ask (input) {
  try {
    const body = new URLSearchParams(new FormData(input.form))
    body.set('_field', input.name)
    const answer = await fetch(input.dataset.strength, { method: 'POST', body, credentials: 'same-origin', headers: { Accept: 'application/json' } })
    return answer.ok ? await answer.json() : null
  } catch {
    return null
  }
}
