// The forms of all shipped services: their start, their first page, and what it
// says when nothing is answered, in both languages and widths; and that browser
// and server say the same of a wrong answer.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Album, browser, demoPhone, signIn, Window } from './people.js'
import { Portal } from './portal.js'

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
