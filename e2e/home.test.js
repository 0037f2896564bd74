// The cabinet's home: what is newly available, what is recommended and why, hiding
// and switching off, what is new; and an application on behalf of a child.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { photo } from './form.js'
import { act, Staff } from './office.js'
import { Album, browser, demoPhone, signIn, Window } from './people.js'
import { Portal } from './portal.js'
import { Program } from './program.js'
import { until } from './sandbox.js'

let portal, engine, staff, anna, program, picture
const pictures = process.env.OKNO_PICTURES || ''
const album = new Album(pictures)

before(async () => {
  portal = await Portal.start()
  engine = await browser()
  staff = new Staff(portal, engine, album)
  await staff.arrive('officer')
  const w = await Window.open(portal, engine, album)
  await signIn(w, 'anna', demoPhone(1))
  anna = await w.context.storageState()
  picture = { file: await photo(w.page), name: 'photo.jpg', type: 'image/jpeg' }
  await w.close()
  program = await Program.of(portal, 'anna', 1)
  await program.post('/profile/holdings/find/family')
  await until('the children', async () => (await children()).length === 2)
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

const children = async () => (await program.get('/profile/holdings')).holdings.filter(h => h.kind === 'child' && h.state === 'confirmed')

const words = {
  ru: {
    available: 'Вам стало доступно', recommended: 'Рекомендуем', confirmed: /Почему:\s*ваша учётная запись подтверждена/,
    moved: /Почему:\s*Вы зарегистрировались по новому адресу/, again: /Снова показать/, off: 'Не показывать рекомендации', news: 'Есть новое', unread: 'Новое',
    service: 'criminal-record-certificate', child: 'Варвара', behalf: /Вы подаёте заявление за ребёнка: Соколова Варвара/
  },
  en: {
    available: 'Now available to you', recommended: 'We recommend', confirmed: /Why:\s*your account is confirmed/,
    moved: /Why:\s*You have registered at a new address/, again: /again$/, off: 'Show no recommendations', news: 'New', unread: 'New',
    service: 'residence-registration', child: 'Михаил', behalf: /You apply on behalf of a child: Соколов Михаил/
  }
}

/** What is answered for a child, beside what the profile knows. */
const answered = {
  'foreign-passport': { kind: 'five', abroad: false, relation: 'parent', changed_name: false, had_passport: false, at_home: true },
  'criminal-record-certificate': { relation: 'parent', changed_name: false, moved: false, purpose: 'other', purpose_other: 'Кружок', way: 'electronic' },
  'residence-registration': {
    sort: 'permanent', child_other_parent: true, address: { region: 'Москва', city: 'Москва', house: '2' },
    since: new Date(Date.now() - 86_400_000 * 20).toISOString().slice(0, 10), ground: 'own', child_registered: false, office: 'centre'
  }
}

/** The pages that are other for a child. */
const steps = { 'foreign-passport': [], 'criminal-record-certificate': ['places'], 'residence-registration': ['sort', 'home', 'before', 'visit'] }

const looks = [{ lang: 'ru', size: 'desktop', js: true }, { lang: 'en', size: 'phone', js: false }]

/** Whether the home offers a service under a heading, and in what words. */
async function offer (w, heading, service) {
  const card = w.page.locator('#offers section', { has: w.page.locator('h2', { hasText: heading }) }).locator('article', { has: w.page.locator(`a[href="/services/${service}"]`) })
  return await card.count() ? card.innerText() : ''
}

const hide = (w, service) => w.press(w.page.locator(`#offers form:has(input[value="${service}"]) button`))

/** The officer takes an application and grants it. */
async function grants (number, look) {
  const officer = await staff.open('officer', { lang: look.lang })
  await officer.page.goto(`/desk/applications/${number}`)
  await act(officer, 'take')
  await act(officer, 'approve', { comment: 'Проверено' })
  await officer.close()
}

for (const look of looks) {
  const say = words[look.lang]
  const name = `${look.lang}, ${look.size}, ${look.js ? 'with' : 'without'} scripts`

  test(`newly available, recommended, hidden, switched off, new: ${name}`, async () => {
    const w = await Window.open(portal, engine, album, look, anna)
    await w.go('/cabinet')
    assert.match(await offer(w, say.available, 'child-benefit'), say.confirmed)
    assert.equal(await offer(w, say.recommended, 'child-benefit'), '', 'nothing is offered twice')
    await hide(w, 'child-benefit')
    assert.equal(await offer(w, say.available, 'child-benefit'), '', 'hidden')

    const id = await program.draft('residence-registration', {
      sort: 'permanent', address: { region: 'Москва', city: 'Москва', house: '2' }, since: new Date(Date.now() - 86_400_000 * 20).toISOString().slice(0, 10),
      birth_place: 'Москва', ground: 'own', registered: true, deregister: true, with_children: false, office: 'centre', truth: true
    })
    const { number } = await program.post(`/drafts/${id}/submit`)
    await grants(number, look)
    await w.go('/cabinet')
    const card = w.page.locator('main article', { has: w.page.locator(`h3 a[href="/cabinet/applications/${number}"]`) })
    assert.ok((await card.first().innerText()).includes(say.news), 'the card is marked')
    assert.match(await offer(w, say.recommended, 'housing-subsidy'), say.moved)
    await until('the notice', async () => {
      await w.page.goto('/cabinet/notices')
      return (await w.page.locator('main article', { hasText: number }).filter({ hasText: say.unread }).count()) > 0
    })
    await w.go(`/cabinet/applications/${number}`)
    await w.go('/cabinet')
    assert.ok(!(await card.first().innerText()).includes(say.news), 'until it is opened')

    await hide(w, 'housing-subsidy')
    assert.equal(await offer(w, say.recommended, 'housing-subsidy'), '')
    await w.go('/cabinet/settings')
    await w.page.getByLabel(say.again).check()
    await w.submit()
    await w.go('/cabinet')
    assert.ok(await offer(w, say.available, 'child-benefit') && await offer(w, say.recommended, 'housing-subsidy'), 'shown again')
    await w.press(w.page.locator('#offers a[href="/cabinet/settings#recommend"]'))
    await w.page.getByLabel(say.off).check()
    await w.submit()
    await w.go('/cabinet')
    assert.equal(await w.page.locator('h2', { hasText: say.recommended }).count(), 0, 'switched off')
    await w.go('/cabinet/settings')
    await w.page.getByLabel(say.off).uncheck()
    await w.submit()
    await w.close()
  })

  for (const service of ['foreign-passport', say.service]) {
    test(`on behalf of a child: ${service}, ${name}`, async () => {
      const w = await Window.open(portal, engine, album, look, anna)
      await w.go(`/cabinet/drafts/new?service=${service}`)
      await w.page.getByLabel(new RegExp(say.child)).check()
      await w.press('main form[action="/cabinet/drafts"] button')
      assert.match(await w.text(), say.behalf)
      const draft = new URL(w.page.url()).pathname.split('/').slice(0, 4).join('/')
      await program.fills(draft.split('/').pop(), { birth_place: 'Москва', truth: true, ...answered[service], ...(service === 'foreign-passport' && { photo: picture }) })
      for (const step of steps[service]) await w.go(`${draft}/${step}`)
      await w.go(`${draft}/child`)
      assert.equal(await w.page.locator('[name="child.first_name"]').inputValue(), say.child, 'filled in from the child')
      await w.go(`${draft}/check`)
      assert.match(await w.text(), say.behalf)
      await w.press('main form[action$="/send"] button.govuk-button:not(.govuk-button--secondary)')
      const number = (await w.page.locator('.govuk-panel strong').innerText()).trim()
      await w.go(`/cabinet/applications/${number}`)
      assert.ok((await w.text()).includes(say.child), 'the card says for whom')
      const officer = await staff.open('officer', look)
      await officer.go(`/desk/applications/${number}`)
      assert.ok((await officer.text()).includes(say.child))
      await Promise.all([w.close(), officer.close()])
    })
  }
}

test('the pages are clean', () => { if (!pictures) album.clean() })
