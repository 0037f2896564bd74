// Second factors in a real browser: passkeys and security keys by Chromium's
// virtual authenticators, apps and recovery codes by hand, without scripts too.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Album, browser, demoPhone, newPassword, proveByApp, proveByCode, register, signIn, signInStaff, Window } from './people.js'
import { password, Portal } from './portal.js'

const list = '/cabinet/security/factors'
const album = new Album(process.env.OKNO_PICTURES || '')
let portal, engine

before(async () => {
  [portal, engine] = await Promise.all([Portal.start(), browser()])
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

/** A virtual authenticator of the page (CDP, domain WebAuthn). */
async function authenticator (w, options) {
  const cdp = await w.context.newCDPSession(w.page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'usb', hasResidentKey: false, hasUserVerification: false, automaticPresenceSimulation: true, ...options }
  })
  return {
    credentials: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    put: credential => cdp.send('WebAuthn.addCredential', { authenticatorId, credential }),
    clear: () => cdp.send('WebAuthn.clearCredentials', { authenticatorId }),
    remove: () => cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
  }
}

const platform = { transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, defaultBackupEligibility: true, defaultBackupState: true }

/** Begins to add a factor; prove gives the proof. */
async function begin (w, kind, prove) {
  await w.go(`${list}/add`)
  if (/\/reauth/.test(w.page.url())) await prove()
  await w.fill({ kind })
  await w.submit()
}

async function presses (w, selector, url) {
  await w.page.locator(selector).filter({ visible: true }).click()
  await w.page.waitForURL(url)
  await w.see()
}

async function signOut (w) {
  await w.page.context().clearCookies()
}

/** The code of a count (RFC 4226). */
function hotp (key, count, digits = 6) {
  const moving = Buffer.alloc(8)
  moving.writeBigUInt64BE(BigInt(count))
  const sum = createHmac('sha1', key).update(moving).digest()
  return String((sum.readUInt32BE(sum[19] & 15) & 0x7fffffff) % 10 ** digits).padStart(digits, '0')
}

/** The code of an authenticator app (RFC 6238). */
function totp (secret, at = Date.now()) {
  const bits = [...secret.replace(/\s/g, '')].map(c => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  return hotp(Buffer.from(bits.match(/.{8}/g).map(b => parseInt(b, 2))), Math.floor(at / 30_000))
}

/** Looks at the page as it is printed: what is on it, and that it is one sheet. */
async function printed (w) {
  await w.page.emulateMedia({ media: 'print' })
  const text = await w.page.evaluate(() => document.body.innerText)
  await w.page.emulateMedia({ media: null })
  const sheets = (await w.page.pdf({ format: 'A4' })).toString('latin1').match(/\/Type\s*\/Page\b/g)
  assert.equal(sheets.length, 1)
  return text
}

test('a passkey of the device signs in without a name', async () => {
  const w = await Window.open(portal, engine, album, { lang: 'ru', size: 'phone', js: true })
  const device = await authenticator(w, platform)
  const phone = demoPhone(1)
  await signIn(w, phone, phone)
  await begin(w, 'passkey', () => proveByCode(w, phone))
  await w.fill({ name: 'Мой телефон' })
  await presses(w, 'form[data-passkey] button', /said=added/)
  assert.match(await w.text(), /Мой телефон/)
  const [credential] = await device.credentials()
  assert.ok(credential.isResidentCredential && credential.backupEligibility, 'it is found without a name and may be backed up')

  await signOut(w)
  await w.go('/login')
  await presses(w, 'form[data-passkey] button', /\/cabinet/)

  await device.clear() // the same key, but it has counted less: a copy
  await device.put({ ...credential, signCount: 0 })
  await signOut(w)
  await w.go('/login')
  await presses(w, 'form[data-passkey] button', /\/login\/passkey/)
  assert.match(await w.text(), /копия/)
  await w.close()
})

test('a security key is the second factor, and another way is one press away', async () => {
  const w = await Window.open(portal, engine, album, { lang: 'en', size: 'desktop', js: true })
  await authenticator(w, {})
  const phone = demoPhone(2)
  await signIn(w, phone, phone)
  await begin(w, 'key', () => proveByCode(w, phone))
  await presses(w, 'form[data-passkey] button', /said=added/)

  await signOut(w)
  await w.go('/login')
  await w.fill({ name: phone, password })
  await w.submit()
  await w.press('main a[href^="/login/ways"]')
  await w.page.locator('main input[name=way]:not([value=sms], [value=email])').check()
  await w.submit()
  await presses(w, 'form[data-passkey] button', /\/cabinet/)
  await w.close()
})

test('an app and recovery codes work without scripts', async () => {
  const w = await Window.open(portal, engine, album, { lang: 'ru', size: 'phone', js: false })
  const phone = demoPhone(3)
  await signIn(w, phone, phone)
  await begin(w, 'totp', () => proveByCode(w, phone))
  await w.page.locator('main summary').first().click()
  const secret = (await w.text()).match(/[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}/)[0]
  await w.fill({ code: '000000' })
  await w.submit()
  assert.equal(await w.page.locator('.govuk-error-summary').count(), 1)
  await w.fill({ code: totp(secret), name: 'Телефон' })
  await w.submit()
  assert.match(w.page.url(), /said=added/)

  await begin(w, 'recovery', async () => { // by what is held, now
    await w.fill({ code: totp(secret, Date.now() + 30_000) }) // the next one: a code is taken once
    await w.submit()
  })
  const codes = (await w.text()).match(/[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/g)
  assert.equal(new Set(codes).size, 10)
  const sheet = await printed(w)
  for (const code of codes) assert.ok(sheet.includes(code), `${code} is on paper`)
  for (const fact of [portal.url, 'g…a', 'Пробный портал', 'Созданы']) assert.ok(sheet.includes(fact), `${fact} is on paper`)
  assert.deepEqual(sheet.match(/Услуги|Выйти|Кабинет|Уведомления|Обратная связь|Версия|К способам входа|один раз\. Распечатайте|Ctrl/g), null, 'nothing else is')

  await signOut(w)
  await w.go('/login')
  await w.fill({ name: phone, password })
  await w.submit()
  await w.press('main a[href^="/login/ways"]')
  await w.fill({ way: 'recovery' })
  await w.submit()
  await w.fill({ code: codes[0].toLowerCase() })
  await w.submit()
  assert.match(w.page.url(), /\/cabinet/)
  await w.close()
})

test('tokens that show codes, by count and by time', async () => {
  const w = await Window.open(portal, engine, album, { lang: 'en', size: 'phone', js: false })
  const { phone } = await register(w, await portal.sandbox.adult())
  const key = Buffer.from('3132333435363738393031323334353637383930', 'hex')
  await begin(w, 'oath', () => proveByCode(w, phone))
  await w.submit() // nothing said
  assert.equal(await w.page.locator('.govuk-error-summary a').count(), 2)
  const papers = { secret: '3132 3334 3536 3738 3930 3132 3334 3536 3738 3930', mode: 'hotp', digits: '8', name: 'At work' }
  await w.fill({ ...papers, code: hotp(key, 40, 8) })
  await w.submit()
  assert.equal(await w.page.locator('.govuk-error-summary').count(), 1, 'pressed too often: one code is not enough')
  await w.fill({ ...papers, code: hotp(key, 40, 8) + hotp(key, 41, 8) })
  await w.submit()
  assert.match(w.page.url(), /said=added/)
  assert.match(await w.text(), /At work/)

  let n = 42
  const press = async () => {
    await w.fill({ code: hotp(key, n++, 8) })
    await w.submit()
  }
  await begin(w, 'oath', press) // by what is held, now
  const other = Buffer.from('Okno-demo-token-2026')
  await w.fill({ secret: other.toString('hex'), mode: 'totp', period: '60', name: 'On the keys', code: hotp(other, Math.floor(Date.now() / 60_000)) })
  await w.submit()
  assert.match(w.page.url(), /said=added/)

  const comesIn = async () => {
    await signOut(w)
    await w.go('/login')
    await w.fill({ name: phone, password: newPassword })
    await w.submit()
    assert.match(await w.text(), /Enter the code from the token/)
  }
  await comesIn()
  await w.fill({ code: hotp(key, n - 1, 8) })
  await w.submit()
  assert.equal(await w.page.locator('.govuk-error-summary').count(), 1, 'a code is taken once')
  n += 4 // pressed in vain
  await press()
  assert.match(w.page.url(), /\/cabinet/)
  await comesIn()
  await w.fill({ code: hotp(other, Math.floor(Date.now() / 60_000) + 1) }) // its clock is fast
  await w.submit()
  assert.match(w.page.url(), /\/cabinet/)

  await w.go(list)
  await w.press(w.page.getByRole('link', { name: /Rename.*On the keys/ }))
  await w.fill({ name: 'In the drawer' })
  await w.submit()
  assert.match(await w.text(), /In the drawer/)
  await w.press(w.page.getByRole('link', { name: /Remove.*In the drawer/ }))
  if (/\/reauth/.test(w.page.url())) await press()
  await w.submit()
  assert.match(w.page.url(), /said=removed/)
  assert.ok(!(await w.text()).includes('In the drawer'))
  await w.close()
})

test('under high security staff come to the desk by a passkey that stays on its device', async () => {
  const strict = await Portal.start({ factors: 'high' })
  const w = await Window.open(strict, engine, album, { lang: 'ru', size: 'phone', js: true })
  await signInStaff(w, 'officer')
  assert.ok(w.page.url().endsWith(list), 'a member of staff without a key adds one')
  assert.match(await w.text(), /хранится только на одном устройстве/)

  const copied = await authenticator(w, platform)
  await begin(w, 'passkey', () => proveByApp(w, 'officer'))
  await presses(w, 'form[data-passkey] button', /said=added/)
  assert.match(await w.text(), /Переносится на другие ваши устройства/)
  assert.match(await w.text(), /добавьте ключ безопасности/, 'a copied passkey does not do')
  await signOut(w)
  await w.go('/login')
  await presses(w, 'form[data-passkey] button', /\/security\/factors/)
  await w.go('/desk', 403)

  await w.go(`${list}/add`)
  await presses(w, 'form[data-passkey] button', /\/add/) // the proof, by the copied one: there is no other key yet
  await copied.remove()
  await authenticator(w, { ...platform, defaultBackupEligibility: false, defaultBackupState: false })
  await w.fill({ kind: 'passkey' })
  await w.submit()
  await presses(w, 'form[data-passkey] button', /said=added/)
  await w.press(w.page.getByRole('button', { name: 'Подтвердить ключом' }))
  await presses(w, 'form[data-passkey] button', /\/desk/)
  await signOut(w)
  await w.go('/login')
  await presses(w, 'form[data-passkey] button', /\/desk/)
  await w.close()
  await strict.stop()
})

test('the pages have no faults', () => album.clean())
