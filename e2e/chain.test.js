// The way of an application to an agency whose own system is down: the operator
// is told first, then the citizen; it comes up, and all arrives. The demo's
// watchdog is brisk: what takes half an hour elsewhere takes half a minute.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { answers } from './form.js'
import { act, Staff } from './office.js'
import { Album, browser, demoPhone, signIn, Window } from './people.js'
import { Portal } from './portal.js'
import { until } from './sandbox.js'

const within = 180_000
let portal, engine, staff, anna
const album = new Album(process.env.OKNO_PICTURES || '')

before(async () => {
  portal = await Portal.start()
  engine = await browser()
  staff = new Staff(portal, engine, album)
  await staff.arrive('officer', 'admin')
  const w = await Window.open(portal, engine, album)
  await signIn(w, 'anna', demoPhone(1))
  anna = await w.context.storageState()
  await w.close()
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

/** The pages of the form are looked at by others. */
const blind = { first: () => false, blame () {} }

async function applies () {
  const w = await Window.open(portal, engine, blind, { lang: 'ru', js: false }, anna)
  await w.go('/cabinet/drafts/new?service=criminal-record-certificate')
  await w.press(w.page.locator('main form[action="/cabinet/drafts"] button').first())
  for (const step of [{ for_whom: 'self' }, { birth_place: 'г. Казань' }, { changed_name: 'no' }, { moved: 'no' },
    { purpose: 'work', way: answers.purpose.way, truth: true }]) {
    await w.fill(step)
    await w.submit()
  }
  await w.press('main form[action$="/send"] button.govuk-button:not(.govuk-button--secondary)')
  const number = (await w.page.locator('.govuk-panel strong').innerText()).trim()
  await w.close()
  return number
}

/** Breaks or mends the system of the agency without a desk. */
async function system (deed) {
  const answer = await fetch(`${portal.sandbox.url}/agency`, { method: 'POST', body: new URLSearchParams({ do: deed }), redirect: 'manual' })
  assert.ok(answer.status < 400, `the sandbox answered ${answer.status}`)
}

/** Citizens are not written to at night, by the agency's clock. */
function awake () {
  const hour = Number(new Date().toLocaleString('en-GB', { timeZone: 'Europe/Moscow', hour: '2-digit', hour12: false }))
  return hour >= 9 && hour < 21
}

test('an agency whose system is down', { timeout: 600_000 }, async t => {
  const look = { lang: 'ru', size: 'phone', js: false }
  const w = await Window.open(portal, engine, album, look, anna)
  const admin = await staff.open('admin', { lang: 'ru', size: 'desktop', js: false })
  let number
  await t.test('nothing is late', async () => {
    await admin.go('/desk/chain')
    assert.match(await admin.text(), /Задержек нет/)
  })
  await t.test('an application goes to the agency whose system is down', async () => {
    await system('break')
    number = await applies()
    const officer = await staff.open('officer', { lang: 'ru', size: 'desktop', js: false })
    await officer.go(`/desk/applications/${number}`)
    await act(officer, 'forward', { agency: 'fns', forward_words: 'Это решает налоговая служба' })
    await officer.close()
    await w.go(`/cabinet/applications/${number}`)
    await w.waits(/Отправлено в ведомство|Доставляем в ведомство/)
    assert.match(await w.text(), /Передано в очередь ведомства[\s\S]*Получено системой ведомства[\s\S]*ждём с/)
    assert.doesNotMatch(await w.text(), /Заявление задержалось/)
  })
  await t.test('the operator sees the incident, and no data', async () => {
    await admin.waits(/не подтверждает получение/, { within, reload: true })
    await admin.page.locator('main details summary').first().click()
    assert.ok((await admin.text()).includes(number))
    assert.equal(await admin.page.locator(`main a[href$="${number}"]`).count(), 0)
    await admin.go('/desk/notices')
    assert.match(await admin.text(), /система не подтверждает заявления/)
  })
  await t.test('the citizen is told what is done', async () => {
    if (!awake()) return
    await until('the message of the delay', async () =>
      (await portal.sandbox.messages(demoPhone(1))).some(m => m.text.includes(number) && /ещё не дошло/.test(m.text)), within)
    await w.waits(/Заявление задержалось/, { within, reload: true })
  })
  await t.test('it comes up, and all arrives', async () => {
    await system('mend')
    await admin.go('/desk/chain')
    await admin.press('main form[action="/desk/chain/resend"] button')
    assert.match(await admin.text(), /Передаём снова/)
    await w.waits(/Система ведомства получила заявление/, { within, reload: true })
    assert.doesNotMatch(await w.text(), /Заявление задержалось/)
    await admin.go('/desk/chain')
    await admin.waits(/Задержек нет/, { within, reload: true })
    if (awake()) {
      await until('the message of the arrival', async () =>
        (await portal.sandbox.messages(demoPhone(1))).some(m => m.text.includes(number) && /дошло до ведомства, задержка/.test(m.text)), within)
    }
  })
  await w.close()
  await admin.close()
})

test('the pages are clean', () => album.clean())
