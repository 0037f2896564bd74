// An account seen by its owner and by support: where somebody is signed in, the
// history of sign-ins and its files, known browsers, «It wasn't me», restrictions.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { Staff } from './office.js'
import { Album, browser, demoPhone, newPassword, register, signIn, signInByMail, typeCode, Window } from './people.js'
import { Portal, password } from './portal.js'

const album = new Album(process.env.OKNO_PICTURES || '')
let portal, engine, staff

before(async () => {
  portal = await Portal.start()
  engine = await browser()
  staff = new Staff(portal, engine, album)
  await staff.arrive('support2', 'support3')
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

const security = '/cabinet/security'
const another = 'Sinij-Kit-plyvet-9'
const words = {
  ru: {
    mine: /Этот сеанс/, ended: /Сеанс завершён/, others: /Все сеансы, кроме этого, завершены/, forgotten: /Устройство забыто/, refused: /Отказано/,
    nobody: /Записей нет/, denied: /Вы сообщили: не вы/, shut: /Остальные сеансы завершены/, due: /больше не действует/, closed: /закрыта от чужих/,
    fresh: /Вход с нового устройства/, saved: /Пароль изменён/, csv: 'Время по Москве;', security: 'Безопасность', notMe: '«Это не я»',
    onlyLook: /можно смотреть, но нельзя/, object: 'Возразить', got: /Сообщение принято/, blocked: /заблокирована/,
    waits: /Решение придёт/, kept: /ограничение осталось/, heard: /ограничение остаётся/
  },
  en: {
    mine: /This session/, ended: /The session has ended/, others: /All sessions but this one have ended/, forgotten: /The device is forgotten/, refused: /Refused/,
    nobody: /No entries/, denied: /You reported: not you/, shut: /The other sessions have ended/, due: /no longer works/, closed: /Your account is secured/,
    fresh: /Sign-in from a new device/, saved: /Your password is changed/, csv: 'Time (Moscow);', security: 'Security', notMe: '“It wasn’t me”',
    onlyLook: /you can look, but not send/, object: 'Object', got: /[Mm]essage/, blocked: /blocked/,
    waits: /You will get the decision/, kept: /the restriction stays/, heard: /ограничение остаётся/
  }
}

const open = (look, state) => Window.open(portal, engine, album, look, state)
const path = w => new URL(w.page.url()).pathname
const close = (...windows) => Promise.all(windows.map(w => w.close()))
const faults = w => w.page.locator('.govuk-error-summary').count()

/** Whether the browser is still somebody: what its next request finds. */
async function isIn (w) {
  await w.page.goto('/cabinet')
  return path(w) !== '/login'
}

/** Support opens the account of a name. */
async function finds (desk, name) {
  await desk.go('/desk/tickets')
  await desk.press('main a[href="/desk/accounts"]')
  await desk.fill({ name })
  await desk.submit()
}

/** Support puts a restriction on the account that is open, "" for none, with a reason. */
async function restricts (desk, restriction, reason) {
  await desk.fill({ reason })
  await desk.press(`main form button[name=restriction]${restriction ? `[value="${restriction}"]` : ':not([value])'}`)
}

/** The account whose owner has written to support. */
async function accountOf (desk, number) {
  await desk.go(`/desk/tickets/${number}`)
  return (await desk.page.locator('main a[href^="/desk/accounts/"]').getAttribute('href')).split('/').pop()
}

/** A file that a link of the page gives. */
async function fileOf (w, format) {
  const [got] = await Promise.all([w.page.waitForEvent('download'), w.page.locator(`main a[href*="format=${format}"]`).click()])
  assert.equal(got.suggestedFilename(), `sign-ins.${format}`)
  return readFileSync(await got.path())
}

/** Comes in by a code to the phone, after one that is wrong. */
async function stumblesIn (w, phone) {
  const since = await portal.sandbox.now(phone)
  await w.go('/login')
  await w.fill({ name: phone, password: newPassword })
  await w.submit()
  const code = await portal.sandbox.code(phone, since)
  await w.fill({ code: code === '000000' ? '000001' : '000000' })
  await w.submit()
  assert.equal(await faults(w), 1)
  await w.fill({ code })
  await w.submit()
}

/** A new password by a code to a browser that is known, or by both contacts. */
async function recovers (w, phone, email, secret) {
  let since = await portal.sandbox.now(phone)
  await w.go('/recover')
  await w.fill({ name: phone, channel: 'sms' })
  await w.submit()
  const code = await portal.sandbox.code(phone, since)
  since = await portal.sandbox.now(email)
  await w.fill({ code })
  await w.submit()
  if (path(w) !== '/recover/password') {
    await typeCode(w, 'code', email, since)
    await w.submit()
  }
  await w.fill({ password: secret })
  await w.submit()
}

/** Support opens the message that «It wasn't me» has opened. */
async function alarmAtSupport (desk) {
  await desk.go('/desk/tickets?tab=new')
  const rows = desk.page.locator('main tbody tr', { hasText: words[desk.look.lang].security }).locator('a')
  const all = await rows.evaluateAll(links => links.map(a => a.pathname))
  for (const one of all.reverse()) {
    await desk.go(one)
    const card = await desk.text()
    if (card.includes(words[desk.look.lang].notMe)) return
  }
  assert.fail(`no alarm among ${all}`)
}

describe('an account', { concurrency: 2 }, () => {
  for (const look of [{ lang: 'ru', size: 'phone', js: false }, { lang: 'en' }]) {
    test(`sessions, history, known browsers, ${JSON.stringify(look)}`, async () => {
      const say = words[look.lang]
      const [w, second, third] = [await open(look), await open(look), await open(look)]
      const { phone, email } = await register(w, await portal.sandbox.adult())
      await stumblesIn(second, phone)
      await signInByMail(third, phone, email, newPassword)
      await portal.sandbox.message(email, say.fresh)

      await w.go(security)
      const ends = w.page.locator('main form[action*="/sessions/"][action$="/end"] button')
      assert.equal(await ends.count(), 2)
      assert.match(await w.text(), say.mine)
      await w.press(ends.first()) // the last used one
      assert.match(await w.text(), say.ended)
      assert.ok(!await isIn(third), 'it is out at its next request')
      assert.ok(await isIn(second), 'the other is not')
      await w.press('main form[action$="/end-others"] button')
      assert.match(await w.text(), say.others)
      assert.ok(!await isIn(second))
      assert.ok(await isIn(w))
      await w.go(security)
      assert.equal(await w.page.locator('main form[action$="/end-others"]').count(), 0)

      await w.press(`main a[href="${security}/history"]`)
      const all = await w.page.locator('main tbody tr').count()
      const show = 'main form[method=get] button'
      await w.fill({ outcome: 'refused', kind: 'computer' })
      await w.press(show)
      assert.match(await w.text(), say.refused)
      const refused = await w.page.locator('main tbody tr').count()
      assert.ok(refused > 0 && refused < all, `${refused} of ${all}`)
      const csv = (await fileOf(w, 'csv')).toString()
      assert.ok(csv.startsWith('\uFEFF' + say.csv), csv)
      assert.equal(csv.trim().split('\n').length, 1 + refused, 'the file has what is shown')
      assert.equal((await fileOf(w, 'pdf')).subarray(0, 5).toString(), '%PDF-')
      await w.fill({ to: '2020-01-01' })
      await w.press(show)
      assert.match(await w.text(), say.nobody)

      await w.go(security)
      await w.press(`main a[href="${security}/browsers"]`)
      const forget = w.page.locator('main form[action$="/forget"] button')
      assert.equal(await forget.count(), 3)
      await w.press(forget.first())
      assert.match(await w.text(), say.forgotten)
      assert.equal(await forget.count(), 2)

      await close(w, second, third)
    })

    test(`«It wasn't me» at a line of the history and behind a link, ${JSON.stringify(look)}`, async () => {
      const say = words[look.lang]
      const [w, second, stranger] = [await open(look), await open(look), await open(look)]
      const { phone, email } = await register(w, await portal.sandbox.adult())
      await signInByMail(second, email, email, newPassword)
      await portal.sandbox.message(email, say.fresh)
      await w.go(`${security}/history`)
      await w.press(w.page.locator('main a[href$="/not-me"]').first())
      assert.ok(await isIn(second), 'reading the page does nothing')
      await w.press('main form button.govuk-button--warning')
      assert.equal(path(w), `${security}/password`)
      assert.match(await w.text(), say.shut)
      assert.ok(!await isIn(second))
      await second.fill({ name: email, password: newPassword })
      await second.submit()
      assert.match(await second.text(), say.due)
      await w.fill({ current: newPassword, password: another })
      await w.submit()
      assert.match(await w.text(), say.saved)
      await w.go(`${security}/history`)
      assert.match(await w.text(), say.denied)

      const link = await portal.sandbox.link(email, '/not-me')
      await stranger.go(link)
      assert.ok(await isIn(w), 'following the link does nothing')
      await stranger.go(link)
      await stranger.press('main form button.govuk-button--warning')
      assert.match(await stranger.text(), say.closed)
      assert.ok(!await isIn(w))
      await stranger.press('main a[href="/recover"]')
      await recovers(stranger, phone, email, newPassword)

      const desk = await staff.open('support2', look)
      await alarmAtSupport(desk)
      await desk.press('main a[href^="/desk/accounts/"]')
      assert.equal(await desk.page.locator('main form button[name=restriction]').count(), 2)
      await close(w, second, stranger, desk)
    })
  }

  for (const [look, login, n] of [[{ lang: 'ru', size: 'phone', js: false }, 'galina', 3], [{ lang: 'en' }, 'timur', 2]]) {
    test(`an account is restricted, its owner objects, ${JSON.stringify(look)}`, async () => {
      const say = words[look.lang]
      const [phone, email, why] = [demoPhone(n), `${login}@okno.example`, 'Жалобы на рассылку от вашего имени']
      const [w, desk] = [await open(look), await staff.open('support2', look)]
      await signIn(w, login, phone)
      await finds(desk, 'nobody@example.ru')
      assert.equal(await faults(desk), 1)
      await finds(desk, phone)
      await restricts(desk, 'restricted', 'мало')
      assert.equal(await faults(desk), 1)
      await restricts(desk, 'restricted', why)
      assert.equal(await faults(desk), 0)
      assert.ok(!await isIn(w), 'the sessions have ended')
      assert.ok((await portal.sandbox.message(email, /Учётная запись ограничена/)).text.includes(why))

      await signInByMail(w, login, email)
      await w.go(security)
      assert.match(await w.text(), say.onlyLook)
      assert.ok((await w.text()).includes(why))
      await w.go(`${security}/factors/add`, 403)
      await w.go(security)
      await w.press(w.page.getByRole('button', { name: say.object }))
      assert.ok((await w.text()).includes(why), 'the form says what it is about')
      await w.submit()
      assert.equal(await faults(w), 1)
      await w.fill({ text: 'Рассылку делал не я, прошу снять ограничение' })
      await w.submit()
      assert.match(await w.text(), say.got)
      const number = (await w.text()).match(/\d{4}-\d{4}-\d{4}/)[0]
      await w.go(security)
      assert.match(await w.text(), say.waits)

      await desk.go(`/desk/accounts/${await accountOf(desk, number)}`)
      assert.ok((await desk.text()).includes(number), 'the account shows the objection')
      await desk.go(`/desk/tickets/${number}`)
      assert.match(await desk.text(), /прошу снять ограничение/)
      assert.ok((await desk.text()).includes(why), 'the message shows the restriction')
      await desk.press(`main form[action$="/take"] button`)
      assert.equal(await desk.page.locator('main button[value=keep]').count(), 0, 'nobody upholds what they did themselves')

      const senior = await staff.open('support3', look)
      await senior.go(`/desk/tickets/${number}`)
      await senior.press(`main form[action$="/take"] button`)
      await senior.press('main button[value=keep]')
      assert.equal(await faults(senior), 1)
      await senior.fill({ reply: 'Проверили: рассылка шла из вашего сеанса' })
      await senior.press('main button[value=keep]')
      await portal.sandbox.message(email, say.heard)
      await w.go(security)
      assert.match(await w.text(), say.kept)

      await desk.go(`/desk/accounts/${await accountOf(desk, number)}`)
      await restricts(desk, '', 'Возражение принято, спасибо')
      await portal.sandbox.message(email, /Ограничение снято/)
      assert.ok(!await isIn(w), 'a restricted session ends, too')

      await restricts(desk, 'blocked', why)
      await w.go('/login')
      await w.fill({ name: login, password })
      await w.submit()
      assert.match(await w.text(), say.blocked)
      await w.press('main a[href^="/objection/"]')
      assert.ok((await w.text()).includes(why))
      await w.fill({ text: 'Учётная запись моя, прошу разблокировать' })
      await w.submit()
      assert.match(await w.text(), say.got)
      const second = (await w.text()).match(/\d{4}-\d{4}-\d{4}/)[0]
      await senior.go(`/desk/tickets/${second}`)
      await senior.press(`main form[action$="/take"] button`)
      await senior.fill({ reply: 'Проверка окончена, всё в порядке' })
      await senior.press('main button[value=lift]')
      await portal.sandbox.message(email, /Ограничение снято/)
      await signInByMail(w, login, email)
      assert.ok(await isIn(w))
      await close(w, desk, senior)
    })
  }
})

test('every page that was seen is clean', () => album.clean())
