// «Безопасность»: change of contacts and who can stop it, a second phone, locks that
// shut no owner out, the warning before a session ends.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { faultsOf } from './axe.js'
import { Album, browser, demoPhone, newContacts, proveByCode, register, signIn, signInByMail, typeCode, Window } from './people.js'
import { Portal } from './portal.js'

const album = new Album(process.env.OKNO_PICTURES || '')
let portal, engine

before(async () => {
  portal = await Portal.start()
  engine = await browser()
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

const security = '/cabinet/security'
const open = (look, state) => Window.open(portal, engine, album, look, state)
const path = w => new URL(w.page.url()).pathname
const close = (...windows) => Promise.all(windows.map(w => w.close()))
const faults = w => w.page.locator('.govuk-error-summary').count()

/** A text without what phones are set apart by. */
const digits = text => text.replace(/[ +-]/g, '')

/** Whether the browser is still somebody. */
async function isIn (w) {
  await w.page.goto('/cabinet')
  return path(w) !== '/login'
}

/** Registers a person of the population in a window of their own. */
async function person (look) {
  const w = await open(look)
  return { w, ...await register(w, await portal.sandbox.adult()) }
}

/** A wrong password; the answer is on the page. */
async function mistypes (w, name) {
  if (path(w) !== '/login') await w.go('/login')
  await w.fill({ name, password: 'Ne-tot-parol-77' })
  await w.submit()
}

/** Gives the account another contact, by the code that it gets. */
async function changes (w, kind, value, phone) {
  await w.go(`${security}/contacts/${kind}`)
  if (path(w) === '/reauth') await proveByCode(w, phone)
  const since = await portal.sandbox.now(value)
  await w.fill({ value })
  await w.submit()
  await w.fill({ code: '000000' })
  await w.submit()
  assert.equal(await faults(w), 1)
  await typeCode(w, 'code', value, since)
  await w.submit()
  assert.equal(path(w), security)
  assert.ok(digits(await w.text()).includes(digits(value)))
}

/** Recovers up to the new password, by codes to both phones. */
async function comesBackBy (w, phone, reserve) {
  const [since, spare] = [await portal.sandbox.now(phone), await portal.sandbox.now(reserve)]
  await w.go('/recover')
  await w.fill({ name: phone, channel: 'sms' })
  await w.submit()
  await typeCode(w, 'code', phone, since)
  await w.submit()
  const hint = w.look.lang === 'ru' ? /второй телефон/ : /second phone/
  for (let n = 0; n < 3 && !hint.test(await w.text()); n++) {
    const more = w.page.locator('main details:not([open]) summary')
    if (await more.count()) await more.first().click()
    await w.press('form[action="/recover/code/other"] button')
  }
  await typeCode(w, 'code', reserve, spare)
  await w.submit()
  assert.equal(path(w), '/recover/password')
}

describe('security', { concurrency: 2 }, () => {
  for (const look of [{ lang: 'ru', size: 'phone', js: false }, { lang: 'en' }]) {
    test(`another phone, mailbox, a second phone, and the old one stops it, ${JSON.stringify(look)}`, async () => {
      const { w, phone, email } = await person(look)
      await w.go(`${security}/contacts/phone`)
      await w.fill({ value: phone })
      await w.submit()
      assert.equal(await faults(w), 1, 'it is the same')
      const reserve = newContacts().phone
      await changes(w, 'reserve', reserve, phone)
      const lost = await open(look)
      await comesBackBy(lost, phone, reserve)
      await w.go(security)
      await w.press('form[action$="/reserve/delete"] button')
      if (path(w) === '/reauth') {
        await proveByCode(w, phone)
        await w.press('form[action$="/reserve/delete"] button')
      }
      assert.ok(!digits(await w.text()).includes(digits(reserve)))

      const fresh = newContacts()
      await changes(w, 'phone', fresh.phone, phone)
      await changes(w, 'email', fresh.email, fresh.phone)
      for (const told of [phone, fresh.phone, email, fresh.email]) await portal.sandbox.message(told, look.lang === 'ru' ? /измен[её]н|отвязан/ : /changed|taken off/)
      const stop = await portal.sandbox.link(phone, '/stop')
      await lost.go(stop)
      assert.ok(await isIn(w), 'following the link does nothing')
      await lost.press('main form button.govuk-button--warning')
      assert.ok(!await isIn(w))
      await lost.go(stop, 404)
      await close(w, lost)
    })
  }

  test('whoever tries passwords locks themselves out, not the owner', async () => {
    const [owner, stranger, elsewhere] = [await open({ size: 'phone' }), await open(), await open({ size: 'phone', js: false })]
    const [phone, email] = [demoPhone(3), 'galina@okno.example']
    await signIn(owner, 'galina', phone)
    await owner.context.clearCookies({ name: /session/ })
    for (let n = 0; n < 4; n++) await mistypes(stranger, 'galina')
    assert.match(await stranger.text(), /вход закрыт/)
    await portal.sandbox.message(email, /неверн/)
    await signInByMail(owner, 'galina', email) // a browser that the owner has used
    assert.ok(await isIn(owner))

    await mistypes(elsewhere, 'galina')
    assert.match(await elsewhere.text(), /вход закрыт/)
    await elsewhere.go('/login')
    await elsewhere.press('main a[href="/unlock"]')
    const since = await portal.sandbox.now(email)
    await elsewhere.fill({ name: 'galina', channel: 'email' })
    await elsewhere.submit()
    await typeCode(elsewhere, 'code', email, since)
    await elsewhere.submit()
    assert.equal(path(elsewhere), '/login')
    assert.match(await elsewhere.text(), /Вход снова открыт/)
    await close(owner, stranger, elsewhere)
  })

  test('a warning two minutes before the session ends', async () => {
    const w = await open({ size: 'phone' })
    await signIn(w, 'anna', demoPhone(1))
    const wide = await open({ lang: 'en' }, await w.context.storageState())
    for (const one of [w, wide]) {
      await one.page.clock.install()
      await one.go('/cabinet')
      const dialog = one.page.locator('dialog#idle')
      await one.page.clock.fastForward('15:00')
      assert.ok(!await dialog.isVisible())
      await one.page.clock.fastForward('03:05')
      assert.ok(await dialog.isVisible())
      assert.ok(await one.page.evaluate(() => document.activeElement.closest('dialog#idle')), 'the focus is in it')
      album.faults.push(...await faultsOf(one.page, one.look.lang))
      const [answer] = await Promise.all([one.page.waitForResponse(r => r.request().method() === 'POST'), dialog.locator('button').click()])
      assert.ok(answer.ok())
      await dialog.waitFor({ state: 'hidden' })
    }
    await close(w, wide)
  })
})

test('every page that was seen is clean', () => album.clean())
