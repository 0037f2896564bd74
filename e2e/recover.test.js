// Ways back in: a forgotten password; a lost phone and mailbox, by a document that
// two of support look at; in person at a service centre.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { file } from './form.js'
import { Staff } from './office.js'
import { Album, browser, chooseWay, demoPhone, newContacts, newPassword, signIn, signInByMail, typeCode, Window } from './people.js'
import { password, Portal } from './portal.js'

const album = new Album(process.env.OKNO_PICTURES || '')
let portal, engine, staff

before(async () => {
  portal = await Portal.start()
  engine = await browser()
  staff = new Staff(portal, engine, album)
  await staff.arrive('support', 'support2', 'mfc')
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

const words = {
  ru: {
    second: /Одного кода мало/, done: /Новый пароль сохранён/, check: /Проверьте контакты/, factor: /Ещё один способ входа/, other: 'Подтвердить другим способом', alone: /Нужно ещё одно подтверждение/,
    frozen: /закрыты на сутки/, over: /Ссылка не действует/, stopped: /Смена остановлена/, sent: /Заявка отправлена/
  },
  en: {
    second: /One code is not enough/i, done: /new password is saved/i, check: /Check your contacts/i, factor: /One more way to sign in/i, other: 'Confirm in another way', alone: /One more confirmation/i,
    frozen: /closed for a day/i, over: /link (does not|no longer) works?/i, stopped: /stopped/i, sent: /Request sent/i
  }
}

const open = (look, state) => Window.open(portal, engine, album, look, state)
const path = w => new URL(w.page.url()).pathname

/** Gives the codes of the two steps of a recovery. */
async function recovers (w, name, phone, email) {
  const say = words[w.look.lang]
  let since = await portal.sandbox.now(phone)
  await w.go('/login')
  await w.press('main a[href="/recover"]')
  await w.submit() // nothing said
  assert.equal(await w.page.locator('.govuk-error-summary a').count(), 2)
  await w.fill({ name, channel: 'sms' })
  await w.submit()
  await w.fill({ code: '000000' })
  await w.submit()
  assert.equal(await w.page.locator('.govuk-error-summary').count(), 1)
  const first = await portal.sandbox.code(phone, since)
  since = await portal.sandbox.now(email)
  await w.fill({ code: first })
  await w.submit()
  assert.match(await w.text(), say.second)
  await typeCode(w, 'code', email, since)
  await w.submit()
  assert.equal(path(w), '/recover/password')
}

async function setsPassword (w, secret) {
  await w.fill({ password: 'qwerty123' })
  await w.submit()
  assert.equal(await w.page.locator('.govuk-error-summary').count(), 1)
  await w.fill({ password: secret })
  await w.submit()
  assert.match(await w.text(), words[w.look.lang].done)
}

describe('ways back in', { concurrency: 2 }, () => {
  for (const [look, login, n] of [[{ lang: 'ru', size: 'phone', js: false }, 'galina', 3], [{ lang: 'en' }, 'anna', 1]]) {
    test(`a forgotten password, ${JSON.stringify(look)}`, async () => {
      const say = words[look.lang]
      const [phone, email] = [demoPhone(n), `${login}@okno.example`]
      const [elsewhere, w] = [await open(look), await open(look)]
      await signIn(elsewhere, login, phone)
      await recovers(w, email, phone, email)
      await setsPassword(w, newPassword)
      await elsewhere.page.goto('/cabinet')
      assert.equal(path(elsewhere), '/login', 'all sessions have ended')
      for (const contact of [phone, email]) await portal.sandbox.message(contact, /Парол|assword/)
      await w.fill({ name: login, password })
      await w.submit()
      assert.equal(await w.page.locator('.govuk-error-summary').count(), 1, 'the old password is over')
      const since = await portal.sandbox.now(email)
      await w.fill({ name: login, password: newPassword })
      await w.submit()
      await chooseWay(w, look.lang === 'ru' ? /Код по почте/ : /Code by email/)
      await typeCode(w, 'code', email, since)
      await w.submit()
      assert.match(await w.text(), say.check)
      assert.match(await w.text(), say.factor)
      await Promise.all([elsewhere, w].map(one => one.close()))
    })
  }

  test('a name that nobody has goes the same way, and leads nowhere', async () => {
    const w = await open({ lang: 'ru', size: 'phone' })
    await w.go('/recover')
    await w.fill({ name: 'nobody@example.ru', channel: 'email' })
    await w.submit()
    assert.equal(path(w), '/recover/code')
    await w.fill({ code: '123456' })
    await w.submit()
    assert.equal(await w.page.locator('.govuk-error-summary').count(), 1)
    assert.equal(await w.page.locator('main a[href="/recover/help"]').count(), 1)
    await w.close()
  })

  test('phone and mailbox are lost: two of support open, the old phone can stop it', async () => {
    const look = { lang: 'ru', size: 'phone', js: false }
    const timur = (await portal.sandbox.people(p => p.number === 2))[0]
    const [phone, email, fresh] = [demoPhone(2), 'timur@okno.example', newContacts().phone]
    const [thief, w] = [await open(look), await open(look)]
    await signIn(thief, 'timur', phone)

    await w.go('/recover')
    await w.press('main a[href="/recover/help"]')
    await w.submit() // nothing said
    assert.ok(await w.page.locator('.govuk-error-summary a').count() >= 6)
    const [year, month, day] = timur.birth_date.split('-')
    await w.fill({ name: 'timur', last_name: timur.last_name.toUpperCase(), first_name: timur.first_name, birth_date: `${day}.${month}.${year}`, phone: fresh, scan: file('паспорт.pdf') })
    await w.submit()
    assert.match(await w.text(), words.ru.sent)
    const number = (await w.text()).match(/\d[\d-]{6,}\d/)[0]

    const [first, other] = [await staff.open('support', { size: 'phone' }), await staff.open('support2', { lang: 'en' })]
    await first.go('/desk/tickets')
    await first.go('/desk/recoveries')
    await first.press(first.page.locator('main a', { hasText: number }))
    assert.equal((await first.text()).match(/ совпадает с профилем/g).length, 3)
    const [scan] = await Promise.all([first.page.waitForEvent('download'), first.page.locator('main a[download]').click()])
    assert.equal(scan.suggestedFilename(), 'паспорт.pdf')
    await first.press('form[action$="/yes"] button')
    assert.equal(await first.page.locator('form[action$="/yes"]').count(), 0, 'nobody decides twice')
    await thief.go('/cabinet/settings') // one yes changes nothing
    await other.go('/desk/recoveries')
    await other.press(other.page.locator('main a', { hasText: number }))
    await other.press('form[action$="/yes"] button')
    assert.equal(await other.page.locator('main form button').count(), 0)

    await thief.page.goto('/cabinet')
    assert.equal(path(thief), '/login', 'all sessions have ended')
    for (const contact of [phone, email]) await portal.sandbox.message(contact, /[Дд]оступ/)
    const link = await portal.sandbox.link(fresh, '/access')
    await w.go(link) // scanners of messages follow links, and change nothing
    await w.go(link)
    await setsPassword(w, newPassword)
    await w.go(link, 404)
    assert.match(await w.text(), words.ru.over)
    await signIn(w, fresh, fresh, newPassword)
    await w.go('/cabinet/security/contacts/email', 403)
    assert.match(await w.text(), words.ru.frozen)
    await w.go('/cabinet/security')
    assert.match(await w.text(), /важные действия закрыты до \d+\s\S+ 20\d\d/)
    await w.go('/cabinet/security/factors/add', 403)

    const stop = await portal.sandbox.link(phone, '/stop')
    await thief.go(stop)
    await thief.submit()
    assert.match(await thief.text(), words.ru.stopped)
    await thief.go(stop, 404)
    await w.page.goto('/cabinet')
    assert.equal(path(w), '/login', 'whoever came in by it is out')
    await Promise.all([thief, w, first, other].map(one => one.close()))
  })

  test('a request of nobody is refused', async () => {
    const w = await open({ lang: 'en' })
    await w.go('/recover/help')
    await w.submit()
    await w.fill({ name: 'nobody', last_name: 'Nobody', first_name: 'Ann', birth_date: '01.02.1990', phone: '+7 912 000-00-01', scan: file('scan.pdf') })
    await w.submit()
    const number = (await w.text()).match(/\d[\d-]{6,}\d/)[0]
    const desk = await staff.open('support2', { size: 'phone' })
    await desk.go(`/desk/recoveries/${number}`)
    assert.match(await desk.text(), /не найдена/)
    assert.equal(await desk.page.locator('form[action$="/yes"]').count(), 0)
    await desk.press('form[action$="/no"] button')
    assert.match(await desk.text(), /отказано/)
    const told = await portal.sandbox.message('+79120000001', /access was not given/)
    assert.ok(told.text.includes(number))
    await w.go(new URL(told.text.match(/https?:\/\/\S+/)[0]).pathname)
    assert.equal(path(w), '/recover/help')
    await Promise.all([w, desk].map(one => one.close()))
  })
})

test('in person at a service centre', async () => {
  const anna = (await portal.sandbox.people(p => p.number === 0))[0]
  const { phone } = newContacts()
  const desk = await staff.open('mfc', { lang: 'en', size: 'phone' })
  await desk.go('/desk/mfc')
  await desk.fill({ find: anna.snils })
  await desk.submit()
  const access = desk.page.locator('form[action$="/access"]')
  await desk.press(access.locator('button'))
  assert.equal(await desk.page.locator('.govuk-error-summary a').count(), 1, 'the passport was not seen')
  await access.locator('[name=passport]').check()
  await desk.press(access.locator('button'))
  assert.ok(await desk.page.locator('.govuk-error-summary a').count(), 'no phone')
  await access.locator('[name=passport]').check()
  await access.locator('[name=phone]').fill(phone)
  await access.locator('[name=keep_email]').check()
  await desk.press(access.locator('button'))
  assert.match(await desk.text(), /works for 30 minutes|30 minutes/)
  const w = await open({ lang: 'en', size: 'phone' })
  await w.go(await portal.sandbox.link(phone, '/access'))
  await setsPassword(w, 'Sinij-Kit-plyvet-9')
  await signInByMail(w, 'anna', 'anna@okno.example', 'Sinij-Kit-plyvet-9')
  assert.match(path(w), /\/cabinet/)
  await Promise.all([w, desk].map(one => one.close()))
})

test('every page that was seen is clean', () => album.clean())
