// The desk, by those who work at it: the queue and its filters, keys, a decision,
// two officers, reports as files, webhooks. And a part of another agency's case.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { Staff } from './office.js'
import { Album, browser, demoPhone } from './people.js'
import { Portal, password } from './portal.js'
import { until } from './sandbox.js'

const pictures = process.env.OKNO_PICTURES || ''
const album = new Album(pictures)
let portal, engine, staff
const numbers = []

const certificate = {
  service: 'criminal-record-certificate',
  answers: { for_whom: 'self', birth_place: 'Москва', changed_name: false, moved: false, purpose: 'work', way: 'electronic', truth: true }
}

before(async () => {
  portal = await Portal.start()
  engine = await browser()
  staff = new Staff(portal, engine, album)
  const [token] = await Promise.all([signIn('anna', 1), staff.arrive('officer', 'officer2', 'head', 'machine')])
  for (let i = 0; i < 7; i++) numbers.push((await call('/applications', token, certificate)).number)
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

async function call (path, token, body) {
  const answer = await fetch(`${portal.url}/api/v1${path}`, {
    method: 'POST', body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID(), ...(token && { Authorization: `Bearer ${token}` }) }
  })
  const out = await answer.json()
  assert.ok(answer.ok, `${path}: ${answer.status} ${JSON.stringify(out)}`)
  return out
}

/** A citizen's token, by password and SMS. */
async function signIn (identifier, n) {
  const since = await portal.sandbox.now(demoPhone(n))
  const { pending } = await call('/sessions', '', { identifier, password })
  const { token } = await call(`/sessions/${pending}/factor`, '', { code: await portal.sandbox.code(demoPhone(n), since) })
  return token
}

/** Waits until the focus is on what fits the selector. */
const focused = (w, selector) => until(`the focus on ${selector}`, () => w.page.evaluate(s => document.activeElement.matches(s), selector), 5000)

const act = (w, deed) => w.page.locator(`main form[action*="/applications/"][action$="/${deed}"]`)

test('the queue: search by person, a named filter, many at once', async () => {
  const w = await staff.open('officer')
  await w.go('/desk')
  await w.page.locator('#search').fill('112-233-445 95')
  await w.press(w.page.locator('form[action="/desk/search"] button'))
  assert.equal(await w.page.locator('main h1').count(), 1)
  await w.page.locator('#search').fill('Ёлк')
  await w.press(w.page.locator('form[action="/desk/search"] button'))
  assert.equal(await w.page.locator('.govuk-error-summary').count(), 1, 'the beginning of a name is nothing to look for')
  await w.go('/desk?service=criminal-record-certificate&order=newest')
  assert.ok((await w.text()).includes(numbers[6]))
  const name = w.page.locator('form[action="/desk/filters"] [name=title]')
  if (!await name.isVisible()) await w.page.locator('details', { has: name }).locator('summary').click()
  await name.fill('Справки, новые')
  await w.press(w.page.locator('form[action="/desk/filters"] button'))
  assert.match(await w.text(), /Справки, новые/)
  for (const number of numbers.slice(0, 2)) await w.page.locator(`tr:has-text("${number}") input[name=pick]`).check()
  await w.press(w.page.locator('button[name=do][value=take]'))
  const said = await w.text()
  for (const number of numbers.slice(0, 2)) assert.ok(said.includes(number), said)
  await w.close()
})

test('the head gives many cases and sees the load', async () => {
  const w = await staff.open('head')
  await w.go('/desk')
  await w.page.locator(`tr:has-text("${numbers[2]}") input[name=pick]`).check()
  const to = w.page.locator('form[action="/desk/queue/bulk"] select[name=to], select[form][name=to]').first()
  await to.selectOption({ label: 'officer2' })
  await w.press(w.page.locator('button[name=do][value=assign]'))
  assert.ok((await w.text()).includes(numbers[2]))
  await w.go('/desk/head')
  assert.match(await w.text(), /officer2/)
  await w.close()
})

test('by keyboard: the list of keys, rows, a case, a decision; never while typing', async () => {
  const w = await staff.open('officer')
  await w.go('/desk?tab=free')
  await w.page.locator('#search').focus()
  await w.page.keyboard.type('njxt?')
  assert.equal(await w.page.locator('#search').inputValue(), 'njxt?', 'letters are letters in a box')
  assert.equal(await w.page.locator('dialog[open]').count(), 0)
  await w.page.locator('#search').fill('')
  await w.page.evaluate(() => document.activeElement.blur())
  await w.page.keyboard.press('?')
  await w.page.locator('dialog[open]').waitFor()
  assert.ok(await w.page.locator('dialog[open]').getAttribute('aria-labelledby'), 'the list has a name')
  await w.see()
  await w.page.keyboard.press('Escape')
  assert.equal(await w.page.locator('dialog[open]').count(), 0)
  await w.page.keyboard.press('j')
  await focused(w, '[data-keys-rows] tbody tr a')
  await w.page.keyboard.press('x')
  assert.equal(await w.page.locator('input[name=pick]:checked').count(), 1)
  await w.page.keyboard.press('j')
  await w.page.keyboard.press('k')
  await Promise.all([w.page.waitForURL('**/desk/applications/*'), w.page.keyboard.press('Enter')])
  await w.see()
  await Promise.all([w.page.waitForEvent('domcontentloaded'), w.page.keyboard.press('t')])
  await act(w, 'approve').waitFor({ state: 'attached' })
  await w.page.keyboard.press('m')
  await focused(w, 'textarea[name=note]')
  await w.page.keyboard.type('Проверено по учёту')
  await w.press(act(w, 'note').locator('button.govuk-button'))
  assert.match(await w.text(), /Проверено по учёту/)
  await w.page.keyboard.press('e')
  await focused(w, 'form[action$="/approve"] :is(select, textarea)')
  await w.press(act(w, 'approve').locator('button.govuk-button:not(.okno-button--quiet)'))
  assert.match(await w.text(), /Одобрено/)
  const started = Date.now()
  await Promise.all([w.page.waitForURL('**/desk/applications/*'), w.page.keyboard.press('n')])
  await w.page.locator('main h1').waitFor()
  assert.ok(Date.now() - started < 5000, 'the next case')
  await w.close()
})

test('two officers: one wins, the other keeps the words and is told', async () => {
  const [a, b] = await Promise.all([staff.open('officer2'), staff.open('head')])
  const address = `/desk/applications/${numbers[2]}`
  await a.go(address)
  await a.press(act(a, 'take').locator('button'))
  await b.go(address)
  await act(a, 'note').locator('textarea').evaluate(e => { e.closest('details').open = true; e.value = 'Я первый' })
  await a.press(act(a, 'note').locator('button.govuk-button'))
  const refuse = act(b, 'refuse')
  await refuse.evaluate(e => { e.closest('details').open = true })
  await refuse.locator('[name=ground]').selectOption({ index: 1 })
  await refuse.locator('[name=comment]').fill('Долго написанное объяснение')
  await b.press(refuse.locator('button.govuk-button--warning'))
  assert.match(await b.text(), /уже изменили/)
  assert.equal(await act(b, 'refuse').locator('[name=comment]').inputValue(), 'Долго написанное объяснение')
  await b.press(act(b, 'refuse').locator('button.govuk-button--warning'))
  assert.match(await b.text(), /Отказано/)
  await Promise.all([a.close(), b.close()])
})

test('reports: small numbers are hidden; files of each kind; by schedule', async () => {
  const w = await staff.open('head', { lang: 'en' })
  for (const by of ['service', 'agency', 'stage', 'outcome', 'month', 'ground', 'channel', 'region', 'age']) {
    await w.go(`/desk/reports?by=${by}`)
    assert.equal(await w.page.locator('main table').count() > 0 || /nothing|no applications/i.test(await w.text()), true, by)
  }
  for (const [kind, begins] of [['csv', ''], ['xlsx', 'PK'], ['pdf', '%PDF-']]) {
    const link = w.page.locator(`main a[href*="/desk/reports/export"][href*="${kind}"]`).first()
    const [got] = await Promise.all([w.page.waitForEvent('download'), link.click()])
    assert.ok(readFileSync(await got.path()).subarray(0, begins.length).toString() === begins, kind)
  }
  await w.close()
})

test('webhooks: an endpoint, a test, its log, once more', async () => {
  const w = await staff.open('machine')
  await w.go('/desk/webhooks')
  await w.press(w.page.locator('main a[href^="/desk/webhooks/"]').first())
  await w.press(w.page.locator('form[action$="/test"] button').first())
  const replay = w.page.locator('form[action$="/replay"] button')
  await until('the delivery', async () => await replay.count() || (await w.page.reload(), 0))
  await w.press(replay.first())
  await w.close()
})

test('on a phone', async () => {
  const w = await staff.open('officer', { size: 'phone' })
  for (const path of ['/desk', '/desk?tab=mine', `/desk/applications/${numbers[0]}`, '/desk/keys']) await w.go(path)
  await w.close()
  const m = await staff.open('machine', { size: 'phone' })
  await m.go('/desk/webhooks')
  await m.close()
  const h = await staff.open('head', { size: 'phone', lang: 'en' })
  for (const path of ['/desk/head', '/desk/reports', '/desk/agency?agency=mvd']) await h.go(path)
  await h.close()
})

test('nothing was wrong with any page', () => { if (!pictures) album.clean() })
