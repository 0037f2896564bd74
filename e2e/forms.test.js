// The forms of all shipped services: their start, their first page, and what it
// says when nothing is answered, in both languages and widths; and that browser
// and server say the same of a wrong answer.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { photo } from './form.js'
import { Album, browser, demoPhone, signIn, Window } from './people.js'
import { password, Portal } from './portal.js'

const services = ['child-benefit', 'criminal-record-certificate', 'driver-licence-replacement', 'egrn-extract', 'foreign-passport',
  'housing-subsidy', 'residence-registration', 'tax-deduction']
const anna = 'anna'

let portal, engine, state
const album = new Album()

before(async () => {
  portal = await Portal.start()
  engine = await browser()
  const w = await Window.open(portal, engine, album)
  await signIn(w, anna, demoPhone(1))
  state = await w.context.storageState()
  await w.close()
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

async function firstPages (look) {
  const w = await Window.open(portal, engine, album, look, state)
  for (const service of services) {
    await w.go(`/cabinet/drafts/new?service=${service}`)
    await w.press(w.page.locator('main form[action="/cabinet/drafts"] button'))
    assert.match(w.page.url(), /\/cabinet\/drafts\/[\w-]+\/\w+/, service)
    await w.submit()
  }
  await w.close()
}

test('first pages, in Russian and wide', () => firstPages({ lang: 'ru', size: 'desktop', js: true }))
test('first pages, in English and narrow, without scripts', () => firstPages({ lang: 'en', size: 'phone', js: false }))

/** A program of the citizen's: it signs in and speaks to the API. */
async function program () {
  const call = async (method, path, body, headers = { 'Content-Type': 'application/json' }) => {
    const answer = await fetch(portal.url + path, { method, headers: { ...headers, ...(call.token && { Authorization: `Bearer ${call.token}` }) }, body: body instanceof Uint8Array ? body : JSON.stringify(body) })
    const out = await answer.json()
    assert.ok(answer.ok, `${method} ${path}: ${JSON.stringify(out)}`)
    return out
  }
  const since = await portal.sandbox.now(demoPhone(1))
  const { pending } = await call('POST', '/api/v1/sessions', { identifier: anna, password })
  const code = await portal.sandbox.code(demoPhone(1), since)
  call.token = (await call('POST', `/api/v1/sessions/${pending}/factor`, { code })).token
  return call
}

/** What the first golden case of a service answers, and what the demo's profile lacks. */
function answersOf (service) {
  const [, first] = readFileSync(new URL(`../services/${service}/cases.yaml`, import.meta.url), 'utf8').match(/^ {4}answers:\n((?: {6}.*\n)+)/m)
  const answers = Object.fromEntries(first.trimEnd().split('\n').map(line => line.trim().match(/^(\w+): (.*)$/).slice(1)).map(([key, value]) => [key, JSON.parse(value)]))
  return { birth_place: 'Москва', account: { bic: '044525601', account: '40817810300000000012' }, ...answers }
}

/** Puts files of the person in place of those that a case names. */
async function withFiles (call, draft, name, value, picture) {
  if (Array.isArray(value)) {
    if (value[0]?.type && value[0]?.id) {
      const [body, type, file] = value[0].type === 'jpg' ? [picture, 'image/jpeg', 'a.jpg'] : [new TextEncoder().encode(pdf), 'application/pdf', 'a.pdf']
      return [(await call('POST', `/api/v1/drafts/${draft}/files?field=${name}&name=${file}`, body, { 'Content-Type': type })).id]
    }
    return Promise.all(value.map((one, n) => withFiles(call, draft, `${name}.${n}`, one, picture)))
  }
  if (value && typeof value === 'object') {
    return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([key, one]) => [key, await withFiles(call, draft, `${name}.${key}`, one, picture)])))
  }
  return value
}

const pdf = '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n'

// Every later page of every service, filled in like its first golden case: the
// answers go in by the API, the pages are looked at in the browser.
test('later pages of all services, in both languages and widths', async () => {
  const call = await program()
  const wide = await Window.open(portal, engine, album, { lang: 'ru', size: 'desktop', js: true }, state)
  const narrow = await Window.open(portal, engine, album, { lang: 'en', size: 'phone', js: false }, state)
  await wide.go('/cabinet')
  const picture = await photo(wide.page)
  for (const service of services) {
    const { id } = await call('POST', '/api/v1/drafts', { service })
    const answers = answersOf(service)
    let draft = await call('GET', `/api/v1/drafts/${id}`)
    for (let i = 0; i < draft.steps.length;) {
      const mine = {}
      const step = draft.steps[i]
      for (const { id: name, value } of [...step.fields, ...step.groups]) {
        if (name in answers && value === undefined) mine[name] = await withFiles(call, id, name, answers[name], picture)
        if (value === undefined) delete answers[name]
      }
      if (Object.keys(mine).length) draft = await call('PATCH', `/api/v1/drafts/${id}`, { step: step.id, answers: mine })
      else i++ // an answer may have shown another question of its page: the page is left when nothing is new
    }
    assert.deepEqual([draft.faults, draft.stop], [[], undefined], service)
    for (const w of [wide, narrow]) {
      for (const step of draft.steps) await w.go(`/cabinet/drafts/${id}/${step.id}`)
      await w.go(`/cabinet/drafts/${id}/check`)
      assert.match(w.page.url(), /\/check$/, service)
    }
  }
  await wide.close()
  await narrow.close()
})

test('browser and server say the same of a wrong answer', async () => {
  const w = await Window.open(portal, engine, album, { lang: 'ru', size: 'desktop', js: true }, state)
  await w.go('/cabinet/drafts/new?service=child-benefit')
  await w.press(w.page.locator('main form[action="/cabinet/drafts"] button'))
  const box = w.page.locator('main input[inputmode=numeric]:not(.govuk-date-input__input)').first()
  const name = await box.getAttribute('name')
  await box.fill('12')
  await box.press('Tab')
  const shown = w.page.locator(`[id="${name}-error"]`)
  await shown.waitFor({ state: 'visible' })
  const said = (await shown.innerText()).split(':').slice(1).join(':').trim()
  await w.submit()
  const sent = (await w.page.locator(`[id="${name}-error"]`).innerText()).split(':').slice(1).join(':').trim()
  assert.equal(said, sent)
  await w.close()
})

test('every page that was seen is clean', () => {
  console.log(`${album.size} different pages looked at`)
  album.clean()
})
