// Bad days in the browser: parties that are down, files that are wrong, two
// windows, other people's addresses.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { file, pdf } from './form.js'
import { Album, browser, demoPhone, newContacts, register, signIn, Window } from './people.js'
import { Portal } from './portal.js'
import { Citizen } from './journey.js'
import { until } from './sandbox.js'

let portal, engine
const album = new Album()
const open = (look, state) => Window.open(portal, engine, album, look, state)
const summary = '.govuk-error-summary'

before(async () => {
  portal = await Portal.start()
  engine = await browser()
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

/** Anna's session, which the tests of this file share. */
let anna
async function asAnna (look) {
  if (!anna) {
    const w = await open()
    await signIn(w, 'anna', demoPhone(1))
    anna = await w.context.storageState()
    await w.close()
  }
  return open(look, anna)
}

/** Begins the certificate for a ward; gives the address of the page with the file. */
async function atFile (w) {
  await w.go('/cabinet/drafts/new?service=criminal-record-certificate')
  await w.press(w.page.locator('main form[action="/cabinet/drafts"] button').first())
  const child = new URL(w.page.url()).pathname.replace(/who$/, 'child')
  await w.fill({ for_whom: 'child' })
  await w.submit()
  if (await w.page.locator('[name=birth_place]').inputValue() === '') await w.fill({ birth_place: 'г. Казань' })
  await w.submit()
  await w.fill({ relation: 'guardian' })
  await w.press('main button[value=save]')
  return child
}

describe('when a party is down', () => {
  test('codes by SMS and e-mail arrive later, once', async () => {
    const w = await open()
    const person = await portal.sandbox.adult()
    const contact = newContacts()
    await portal.sandbox.party('mail', { down: true })
    await portal.sandbox.party('sms', { down: true })
    await w.go('/register')
    await w.fill({ last_name: person.last_name, first_name: person.first_name, ...contact })
    await w.submit()
    assert.match(w.page.url(), /\/register\/codes/, 'the work goes on')
    assert.deepEqual(await portal.sandbox.messages(contact.phone), [])
    await portal.sandbox.party('mail', {})
    await portal.sandbox.party('sms', {})
    await w.fill({ sms_code: await portal.sandbox.code(contact.phone), email_code: await portal.sandbox.code(contact.email) })
    await w.submit()
    assert.match(w.page.url(), /\/register\/password/)
    for (const to of Object.values(contact)) assert.equal((await portal.sandbox.messages(to)).length, 1, `once to ${to}`)
    await w.close()
  })

  test('personal data wait for the registries, and the page says so', async () => {
    const w = await open()
    const citizen = new Citizen(w)
    await citizen.registers()
    await portal.sandbox.party('registry', { down: true })
    await citizen.entersPersonalData()
    await w.go('/cabinet/profile')
    assert.match(await w.text(), /Ждём ответа реестров/)
    await portal.sandbox.party('registry', {})
    await w.waits(/отличается/, { within: 60_000 })
    await w.close()
  })
})

describe('files that can\'t be taken', () => {
  const bad = {
    'too large': ['большой.pdf', () => Buffer.concat([pdf(), Buffer.alloc(11 << 20)]), /больш/i],
    'of a wrong type': ['программа.exe', () => Buffer.from('MZ\x90\x00program'), /не подходит|формат/i],
    'renamed': ['картинка.png', () => pdf(), /внутри/i],
    'truncated': ['обрывок.pdf', () => pdf().subarray(0, 200), /повреждён|не до конца/i],
    'empty': ['пустой.pdf', () => Buffer.alloc(0), /пуст/i]
  }
  for (const js of [true, false]) {
    test(`are named, and nothing else is lost, ${js ? 'with' : 'without'} scripts`, async t => {
      const w = await asAnna({ js })
      await w.go(await atFile(w))
      for (const [what, [name, content, said]] of Object.entries(bad)) {
        await t.test(what, async () => {
          await w.fill({ 'child.last_name': 'Иванова', guardianship: file(name, content()) })
          await w.page.locator('main .govuk-button-group button').first().click() // with scripts the page is not left
          await until(`«${said}»`, async () => said.test((await w.page.locator(summary).allInnerTexts()).join()))
          await w.see()
          assert.equal(await w.page.locator('[name="child.last_name"]').inputValue(), 'Иванова')
        })
      }
      await w.close()
    })
  }
})

describe('two windows', () => {
  test('the second is told what the first has changed', async () => {
    const w = await asAnna()
    const address = (await atFile(w)).replace(/child$/, 'who')
    await w.go(address)
    const second = await w.newPage()
    await second.goto(address)
    await w.fill({ for_whom: 'self' })
    await w.submit()
    await second.locator('main [name=for_whom][value=other]').check()
    await w.press(second.locator('main form button.govuk-button:not(.govuk-button--secondary)').filter({ visible: true }).first(), second)
    assert.match(await second.locator('main').innerText(), /в другом окне/)
    await w.close()
  })

  test('signing out in one leads the other to sign in, and back', async () => {
    const w = await open()
    const contact = await register(w, await portal.sandbox.adult())
    const second = await w.newPage()
    await second.goto('/cabinet')
    await w.page.locator('form[action="/logout"] button').first().evaluate(b => b.form.requestSubmit(b))
    await w.page.waitForURL(/\/$/)
    await second.goto('/cabinet/notices')
    assert.match(second.url(), /\/login\?to=%2Fcabinet%2Fnotices/)
    assert.ok(contact.phone)
    await w.close()
  })
})

describe('other people\'s addresses', () => {
  test('are not found', async () => {
    const owner = await asAnna()
    const draft = await atFile(owner)
    await owner.go(draft)
    await owner.fill({ guardianship: file('решение.pdf') })
    await owner.page.locator('main button[value^=upload]').click() // with scripts the page is not left
    const attached = await owner.page.locator('main a[download]').first().getAttribute('href')
    const got = await owner.page.request.get(attached)
    assert.match(got.headers()['content-disposition'], /^attachment/)
    assert.equal(got.headers()['x-content-type-options'], 'nosniff')
    const stranger = await open()
    await signIn(stranger, 'timur', demoPhone(2))
    for (const path of [draft, draft.replace(/child$/, 'check'), attached, '/cabinet/applications/1000-0000-0000']) {
      const answer = await stranger.page.request.get(path, { maxRedirects: 0 })
      assert.equal(answer.status(), 404, path)
    }
    for (const path of ['/desk', '/desk/journal', '/desk/system']) {
      const answer = await stranger.page.request.get(path, { maxRedirects: 0 })
      assert.ok([403, 404].includes(answer.status()), `${path}: ${answer.status()}`)
    }
    const nobody = await open()
    for (const path of [draft, attached, '/cabinet', '/desk']) {
      const answer = await nobody.page.request.get(path, { maxRedirects: 0 })
      assert.ok(answer.status() === 303 && /\/login/.test(answer.headers().location), `${path}: ${answer.status()}`)
    }
    for (const w of [owner, stranger, nobody]) await w.close()
  })
})

test('the pages of bad days are clean', () => {
  console.log(`${album.size} different pages looked at`)
  album.clean()
})
