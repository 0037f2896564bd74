// What officers owe each other and the people: two pairs of eyes, a colleague on
// leave, a relative's case, words that are ready. And a visit at a service centre.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { photo } from './form.js'
import { act, Staff } from './office.js'
import { Album, browser, demoPhone, signInByMail, Window } from './people.js'
import { Portal } from './portal.js'
import { Program } from './program.js'

let portal, engine, staff, anna, timur
const pictures = process.env.OKNO_PICTURES || ''
const album = new Album(pictures)
const cases = {}

before(async () => {
  portal = await Portal.start()
  engine = await browser()
  staff = new Staff(portal, engine, album)
  await staff.arrive('officer', 'officer2', 'head', 'mfc')
  ;[anna, timur] = await Promise.all([Program.of(portal, 'anna', 1), Program.of(portal, 'timur', 2)])
  for (const name of ['leave', 'template', 'interest']) cases[name] = await anna.applies()
  const w = await Window.open(portal, engine, album)
  await w.page.goto('/')
  const picture = { file: await photo(w.page), name: 'photo.jpg', type: 'image/jpeg' }
  await w.close()
  const id = await anna.draft('foreign-passport', {
    kind: 'five', abroad: false, birth_place: 'Москва', changed_name: false, photo: picture, had_passport: false, at_home: true, truth: true
  })
  cases.passport = (await anna.post(`/drafts/${id}/submit`)).number
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

const desk = name => `/desk/applications/${cases[name]}`
const form = (w, deed) => w.page.locator(`main form[action*="/applications/"][action$="/${deed}"]`)
const person = async (last, first) => (await portal.sandbox.people(p => p.last_name === last && p.first_name === first))[0]
const day = n => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10)

/** Opens the block of the page of the agency that has the form, and fills it in. */
async function rule (w, action, values) {
  const details = w.page.locator('main details', { has: w.page.locator(`form[action="${action}"]`) })
  if (!await details.evaluate(e => e.open)) await details.locator('summary').click()
  for (const [name, value] of Object.entries(values)) {
    const field = w.page.locator(`form[action="${action}"] [name="${name}"]:not([type=hidden])`)
    const kind = await field.first().evaluate(e => e.tagName === 'SELECT' ? 'select' : e.type)
    if (kind === 'select') await field.selectOption(value)
    else if (kind === 'radio') await field.and(w.page.locator(`[value="${value}"]`)).check()
    else await field.fill(value)
  }
  await w.press(w.page.locator(`form[action="${action}"] button`).last())
}

test('four eyes: one prepares, another sends it back, then confirms', async () => {
  const [one, two] = await Promise.all([staff.open('officer'), staff.open('officer2', { lang: 'en', js: false })])
  await one.go(desk('passport'))
  await act(one, 'take')
  assert.match(await one.page.locator('main').textContent(), /его подтвердит другой сотрудник/, 'the officer is told beforehand')
  await act(one, 'approve', { comment: 'Всё в порядке' })
  assert.equal(await form(one, 'confirm').count(), 0, 'nobody confirms what they have prepared')
  assert.notEqual((await anna.get(`/applications/${cases.passport}`)).status, 'approved')

  await two.go('/desk?tab=confirm')
  assert.ok((await two.text()).includes(cases.passport), 'it waits for the colleague')
  await two.go(desk('passport'))
  await act(two, 'decline', { words: '' })
  assert.equal(await two.page.locator('.govuk-error-summary').count(), 1, 'sent back with words only')
  await act(two, 'decline', { words: 'Проверьте прежний паспорт' })
  await one.go(desk('passport'))
  assert.match(await one.text(), /Проверьте прежний паспорт/)
  await act(one, 'approve', { comment: 'Прежнего не было' })
  await two.go(desk('passport'))
  assert.match(await two.text(), /Прежнего не было/)
  await act(two, 'confirm')
  assert.equal((await anna.get(`/applications/${cases.passport}`)).status, 'approved')

  await one.go(desk('passport'))
  await act(one, 'revoke', { reason: 'Снимок чужой' })
  assert.equal(await form(one, 'confirm').count(), 0, 'nor does one revoke what was issued alone')
  assert.equal((await anna.get(`/applications/${cases.passport}`)).documents[0].revoked, undefined)
  await two.go('/desk?tab=confirm')
  assert.ok((await two.text()).includes(cases.passport), 'the revocation waits for the colleague')
  await two.go(desk('passport'))
  assert.match(await two.text(), /Revocation of the document was prepared[^]*Снимок чужой/)
  await act(two, 'confirm')
  const [document] = (await anna.get(`/applications/${cases.passport}`)).documents
  assert.deepEqual([document.revoked, document.reason], [true, 'Снимок чужой'])
  await Promise.all([one.close(), two.close()])
})

test('on leave: the substitute works on the case, nobody else does', async () => {
  const [one, two, head] = await Promise.all([staff.open('officer'), staff.open('officer2', { size: 'phone' }), staff.open('head')])
  await one.go(desk('leave'))
  await act(one, 'take')
  await two.go(desk('leave'))
  assert.equal(await form(two, 'approve').count(), 0, 'a colleague’s case')
  await head.go('/desk/agency?agency=mvd')
  await rule(head, '/desk/agency/leaves', { account: { label: 'officer' }, substitute: { label: 'officer' }, from: day(-1), to: day(7) })
  assert.equal(await head.page.locator('.govuk-error-summary').count(), 1, 'nobody stands in for themselves')
  await rule(head, '/desk/agency/leaves', { account: { label: 'officer' }, substitute: { label: 'officer2' }, from: day(-1), to: day(7) })
  await two.go('/desk?tab=mine')
  assert.ok((await two.text()).includes(cases.leave), 'the substitute finds it among their own')
  await two.go(desk('leave'))
  await act(two, 'approve', { comment: 'За коллегу' })
  assert.equal((await anna.get(`/applications/${cases.leave}`)).status, 'approved')
  await head.press(head.page.locator('form[action*="/desk/agency/leaves/"] button').first())
  await Promise.all([one, two, head].map(w => w.close()))
})

test('words that are ready: the head writes them, an officer takes them', async () => {
  const [two, head] = await Promise.all([staff.open('officer2'), staff.open('head', { lang: 'en', size: 'phone' })])
  await head.go('/desk/agency?agency=mvd')
  await rule(head, '/desk/agency/templates', { title: 'Чисто', outcome: 'approve', body: 'По делу {nothing} сведений нет' })
  assert.equal(await head.page.locator('.govuk-error-summary').count(), 1, 'a place that nobody fills')
  await rule(head, '/desk/agency/templates', { title: 'Чисто', outcome: 'approve', body: 'По делу {number} сведений нет' })
  await two.go(desk('template'))
  await act(two, 'take')
  await form(two, 'approve').locator('[name=template]').evaluate(e => { e.closest('details').open = true })
  await form(two, 'approve').locator('[name=template]').selectOption({ label: 'Чисто' })
  await two.press(form(two, 'approve').locator('button[value=template]'))
  assert.equal(await form(two, 'approve').locator('[name=comment]').inputValue(), `По делу ${cases.template} сведений нет`)
  await act(two, 'approve')
  assert.equal((await anna.get(`/applications/${cases.template}`)).decision, `По делу ${cases.template} сведений нет`)
  await Promise.all([two.close(), head.close()])
})

test('a relative’s case is a colleague’s', async () => {
  const [one, head] = await Promise.all([staff.open('officer'), staff.open('head')])
  await one.go(desk('interest'))
  await one.go('/desk/interests')
  const { snils } = await person('Соколова', 'Анна')
  await one.fill({ snils: '112-233-445 96', relation: 'relative' })
  await one.submit()
  assert.equal(await one.page.locator('.govuk-error-summary').count(), 1)
  await one.fill({ snils })
  await one.submit()
  await one.go('/desk')
  assert.ok(!(await one.text()).includes(cases.interest), 'it is not in the queue any more')
  await one.go(desk('interest'), 403)
  await head.go(desk('interest'))
  const to = form(head, 'assign').locator('[name=to]')
  await to.evaluate(e => { const block = e.closest('details'); if (block) block.open = true })
  await to.selectOption({ label: 'officer' })
  await head.press(form(head, 'assign').locator('button.govuk-button'))
  assert.match(await head.page.locator('.govuk-error-summary').innerText(), /личной заинтересованности/, 'nor can it be given to them')
  await Promise.all([one.close(), head.close()])
})

test('a visit at a service centre: the operator helps for this visit, and no longer', async () => {
  const w = await staff.open('mfc', { size: 'phone' })
  const { snils } = await person('Сафонов', 'Тимур')
  await w.go('/desk/mfc')
  await w.fill({ find: snils })
  await w.submit()
  await w.press(w.page.locator('main a[href^="/desk/mfc/visits/new"]'))
  await w.submit() // nothing was looked at, nobody has agreed
  assert.ok(await w.page.locator('.govuk-error-summary').count())
  await w.fill({ document: true, consent: 'code' })
  const since = await portal.sandbox.now(demoPhone(2))
  await w.press('button[name=_do][value=code]')
  await w.fill({ code: await portal.sandbox.code(demoPhone(2), since) })
  await w.press(w.page.locator('main form[action="/desk/mfc/visits"] button:not([name=_do])'))
  assert.match(await w.text(), /Вы действуете за/)
  await w.press(w.page.locator('a[href*="service=egrn-extract"]'))
  await w.press('form[action="/cabinet/drafts"] button')
  assert.match(await w.text(), /Вы действуете за/, 'each page says for whom')
  const draft = new URL(w.page.url()).pathname.split('/').slice(0, 4).join('/')
  await timur.fills(draft.split('/').pop(), {
    sort: 'object', objects: [{ kind: 'flat', by: 'number', cadastral: '77:01:0001001:1001' }], purpose: 'self', form: 'electronic', truth: true
  })
  await w.go(`${draft}/check`)
  await w.press('main form[action$="/send"] button.govuk-button:not(.govuk-button--secondary)')
  const { applications } = await timur.get('/applications')
  assert.equal(applications.length, 1)
  for (const closed of ['/cabinet/profile', `/cabinet/applications/${applications[0].number}`]) {
    assert.ok([403, 404].includes((await w.page.goto(closed)).status()), `${closed} is closed to the operator`)
  }
  await w.go('/cabinet/acting')
  await w.press('form[action$="/end"] button')
  assert.match(await w.text(), /Расписка/)
  assert.ok([403, 404].includes((await w.page.goto(`${draft}/check`)).status()), 'after the visit nothing is open')
  await w.close()

  const citizen = await Window.open(portal, engine, album, { lang: 'en', size: 'phone', js: false })
  await signInByMail(citizen, 'timur', 'timur@okno.example')
  await citizen.go('/cabinet/mandates')
  await citizen.press(citizen.page.locator('main a[href^="/cabinet/mandates/"]').filter({ hasNot: citizen.page.locator('[href$="/new"]') }).last())
  assert.match(await citizen.text(), /Sent an application/, 'the visitor sees what was done')
  await citizen.close()
})

test('the pages are clean', () => { if (!pictures) album.clean() })
