// With the keyboard alone: the skip link, signing in, a step of a form.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Album, browser, demoPhone, Window } from './people.js'
import { Portal, password } from './portal.js'
import { until } from './sandbox.js'

let portal, engine, w
const album = new Album()

before(async () => {
  portal = await Portal.start()
  engine = await browser()
  w = await Window.open(portal, engine, album)
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

/** Presses Tab until the focus is on what is looked for; the focus is always seen. */
async function tabTo (selector, most = 60) {
  for (let i = 0; i < most; i++) {
    await w.page.keyboard.press('Tab')
    const at = await w.page.evaluate(wanted => {
      const e = document.activeElement
      const style = [e, e.closest('.govuk-radios__item, .govuk-checkboxes__item')?.querySelector('label')].filter(Boolean)
        .flatMap(x => [getComputedStyle(x), getComputedStyle(x, '::before'), getComputedStyle(x, '::after')])
      return {
        here: e.matches(wanted),
        seen: e === document.body || style.some(s => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== 'none'),
        what: e.outerHTML.slice(0, 120)
      }
    }, selector)
    assert.ok(at.seen, `the focus is seen on ${at.what}`)
    if (at.here) return
  }
  assert.fail(`Tab does not reach ${selector}`)
}

async function enter (url) {
  await Promise.all([w.page.waitForURL(url), w.page.keyboard.press('Enter')])
  await w.see()
}

test('the skip link is first and leads to the content', async () => {
  await w.go('/services')
  await w.page.keyboard.press('Tab')
  assert.ok(await w.page.evaluate(() => document.activeElement.matches('.govuk-skip-link')))
  await w.page.keyboard.press('Enter')
  await w.page.keyboard.press('Tab')
  assert.ok(await w.page.evaluate(() => document.activeElement.closest('main')), 'the next stop is in the content')
})

test('signs in', async () => {
  const since = await portal.sandbox.now(demoPhone(1))
  await w.go('/login')
  await tabTo('main [name=name]')
  await w.page.keyboard.type('anna')
  await tabTo('main [name=password]')
  await w.page.keyboard.type('wrong password')
  await w.page.keyboard.press('Enter')
  await w.page.waitForSelector('.govuk-error-summary')
  assert.ok(await w.page.evaluate(() => document.activeElement.matches('.govuk-error-summary')), 'the error summary has the focus')
  await tabTo('.govuk-error-summary a')
  await w.page.keyboard.press('Enter')
  assert.ok(await w.page.evaluate(() => document.activeElement.matches('main input')), 'its link leads to the field')
  await w.see()
  await w.go('/login')
  await tabTo('main [name=name]')
  await w.page.keyboard.type('anna')
  await tabTo('main [name=password]')
  await w.page.keyboard.type(password)
  await enter(/\/login\/code/)
  await tabTo('main [name=code]')
  await w.page.keyboard.type(await portal.sandbox.code(demoPhone(1), since))
  await enter(/\/cabinet/)
})

test('answers a step of a form', async () => {
  await w.go('/cabinet/drafts/new?service=criminal-record-certificate')
  await tabTo('main form[action="/cabinet/drafts"] button')
  await enter(/\/who/)
  await tabTo('main [name=for_whom]')
  await w.page.keyboard.press('Space')
  assert.ok(await w.page.locator('[name=for_whom][value=self]').isChecked())
  await tabTo('main .govuk-button-group button')
  await enter(/\/applicant/)
  await tabTo('main [name="person.last_name"]')
})

test('opens and closes the menu on a phone', async () => {
  const phone = await Window.open(portal, engine, album, { size: 'phone' }, await w.context.storageState())
  await phone.go('/cabinet')
  const link = phone.page.locator('.okno-menu a[href="/services"]').first()
  await phone.page.locator('.okno-menu summary').focus()
  await phone.page.keyboard.press('Enter')
  await until('the menu', () => link.isVisible())
  await phone.page.keyboard.press('Enter')
  await until('no menu', async () => !await link.isVisible())
  await phone.close()
})

test('the pages are clean', () => album.clean())
