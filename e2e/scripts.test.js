// Scripts alone on made-up pages: the merge of questions that come and go, by
// many random pages, and pasting from a spreadsheet into a table's row.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { browser } from './people.js'

let engine, page

before(async () => {
  engine = await browser()
  page = await engine.newPage()
})
after(() => engine?.close())

/** The script as it is written, with what the test needs of it at hand. */
function script (name, door) {
  const text = readFileSync(new URL(`../web/src/${name}.js`, import.meta.url), 'utf8').replace(/^import .*$/gm, '').replace(/^export /gm, '')
  return `${text}\nObject.assign(window, { ${door} })`
}

test('what comes and goes leaves the questions as the server shows them', async () => {
  await page.setContent('<main></main>')
  await page.addScriptTag({ content: script('reveal', 'merge') })
  const faults = await page.evaluate(() => {
    let state = 7
    const dice = n => (state = (state * 1103515245 + 12345) % 2147483648) % n
    const box = (key, kind) => `<div data-field="${key}">${[
      `<label>${key}<input name="${key}"></label>`,
      `<fieldset><input type=radio name="${key}" value=a><input type=radio name="${key}" value=b></fieldset>`,
      `<fieldset><input type=radio name="${key}" value=a><input type=radio name="${key}" value=c></fieldset>`,
      `<p>Read me</p>`, `<p>Read me too</p>`, `<select name="${key}"><option value=a><option value=b></select>`
    ][kind]}</div>`
    const group = (key, items) => `<section data-field="${key}"><h2>${key}</h2><div class="okno-stack">${items.map((inner, n) => `<div class="okno-card"><h3>${n}</h3>${inner}</div>`).join('')}<div><button>+</button></div></div></section>`
    // A form is fixed; a view of it leaves questions out and shows some with other choices.
    const form = () => Array.from({ length: 1 + dice(7) }, (_, i) => dice(3) ? { key: `f${i}`, kind: dice(6) } : { key: `g${i}`, items: 1 + dice(3), fields: Array.from({ length: 1 + dice(4) }, (_, j) => ({ key: `h${j}`, kind: dice(6) })) })
    const kindNow = kind => kind === 1 && !dice(3) ? 2 : kind === 3 && !dice(3) ? 4 : kind
    const view = f => f.map(q => !dice(3) ? '' : q.fields
      ? group(q.key, Array.from({ length: q.items }, (_, n) => q.fields.map(h => dice(3) ? box(`${q.key}.${n}.${h.key}`, kindNow(h.kind)) : '').join('')))
      : box(q.key, kindNow(q.kind))).join('')
    const shape = e => [...e.querySelectorAll('[data-field]')].map(x => x.dataset.field + ' in ' + (x.parentElement?.closest('[data-field]')?.dataset.field ?? '') + ' ' + (x.closest('.okno-card')?.querySelector('h3').textContent ?? '')).join('\n')
    const choices = x => x.querySelector('[data-field]') ? '' : x.innerHTML
    const faults = []
    for (let trial = 0; trial < 1500; trial++) {
      const f = form()
      const page = document.createElement('div')
      page.innerHTML = view(f)
      for (let step = 0; step < 3; step++) {
        const stood = new Map([...page.querySelectorAll('[data-field]')].map(x => [x.dataset.field, [x, choices(x)]]))
        const typed = new Map()
        for (const input of page.querySelectorAll('input:not([type=radio])')) { input.value = `typed ${input.name}`; typed.set(input.name, input.value) }
        const fresh = document.createElement('template')
        fresh.innerHTML = view(f)
        const want = shape(fresh.content)
        const now = new Map([...fresh.content.querySelectorAll('[data-field]')].map(x => [x.dataset.field, choices(x)]))
        const came = [...now.keys()].some(key => !stood.has(key)) || [...stood.keys()].some(key => !now.has(key))
        const said = window.merge(page, fresh.content)
        const where = `trial ${trial}.${step}`
        if (shape(page) !== want) faults.push(`${where}: shows\n${shape(page)}\ninstead of\n${want}`)
        if (said !== came) faults.push(`${where}: says ${said}, not ${came}`)
        for (const x of page.querySelectorAll('[data-field]')) {
          const [before, looked] = stood.get(x.dataset.field) ?? []
          if (before && looked === now.get(x.dataset.field) && before !== x) faults.push(`${where}: ${x.dataset.field} was made anew`)
          if (choices(x) !== now.get(x.dataset.field)) faults.push(`${where}: ${x.dataset.field} is not as the server has it`)
        }
        for (const input of page.querySelectorAll('input:not([type=radio])')) {
          if (stood.has(input.name) && typed.get(input.name) !== input.value) faults.push(`${where}: ${input.name} lost what was typed`)
        }
        if (faults.length) return faults
      }
    }
    return faults
  })
  assert.deepEqual(faults, [])
})

const row = `<form><section data-paste>
  <div class="okno-card"><h3>1</h3>
    <input type="hidden" name="staff.0.id" value="x">
    <label>ФИО<input name="staff.0.who"></label>
    <input name="staff.0.since.day"><input name="staff.0.since.month"><input name="staff.0.since.year">
    <select name="staff.0.place"><option value=""></option><option value="main">Основное</option><option value="side">По совместительству</option></select>
    <label><input type="radio" name="staff.0.remote" value="true">Да</label><label><input type="radio" name="staff.0.remote" value="false">Нет</label>
    <input name="staff.0.pay">
  </div>
  <textarea name="_paste.staff"></textarea><button name="_do" value="paste:staff">Вставить</button>
</section></form>`

/** Pastes a text into the box of a name, and gives what the page then holds. */
function pasted (into, text) {
  return page.evaluate(([into, text]) => {
    const box = document.querySelector(`[name="${into}"]`)
    const data = new DataTransfer()
    data.setData('text/plain', text)
    const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
    box.dispatchEvent(event)
    return {
      taken: event.defaultPrevented, sent: window.sent,
      row: [...new FormData(document.querySelector('form'))].filter(([name]) => name.startsWith('staff.') && !name.endsWith('.id')).map(pair => pair.join('=')).join(' '),
      more: document.querySelector('textarea').value
    }
  }, [into, text])
}

async function blank () {
  await page.setContent(row)
  await page.addScriptTag({ content: script('paste', 'watchPaste') })
  await page.evaluate(() => {
    window.sent = ''
    document.querySelector('form').addEventListener('submit', event => { event.preventDefault(); window.sent = event.submitter?.value ?? 'form' })
    window.watchPaste()
  })
}

test('cells of a spreadsheet go into the boxes of the row', async () => {
  await blank()
  assert.deepEqual(await pasted('staff.0.who', 'Иванов Иван\t01.02.2020\tпо совместительству\tДа\t 1000 \r\n'), {
    taken: true, sent: '', more: '',
    row: 'staff.0.who=Иванов Иван staff.0.since.day=01 staff.0.since.month=02 staff.0.since.year=2020 staff.0.place=side staff.0.remote=true staff.0.pay=1000'
  })
  await blank()
  assert.equal((await pasted('staff.0.since.month', '2020-02-01\tmain\tfalse')).row,
    'staff.0.who= staff.0.since.day=01 staff.0.since.month=02 staff.0.since.year=2020 staff.0.place=main staff.0.remote=false staff.0.pay=')
})

test('lines after the first are sent under the same columns', async () => {
  await blank()
  const now = await pasted('staff.0.since.day', '01.02.2020\tmain\n03.04.2021\tside\n\n')
  assert.equal(now.sent, 'paste:staff')
  assert.equal(now.more, '\t03.04.2021\tside')
})

test('a plain word, and cells beyond the last column, do no harm', async () => {
  await blank()
  assert.equal((await pasted('staff.0.who', 'Иванов')).taken, false)
  const over = await pasted('staff.0.pay', '5\t6\t7')
  assert.match(over.row, /staff\.0\.pay=5$/)
  assert.equal((await pasted('_paste.staff', 'a\tb\nc\td')).taken, false)
})
