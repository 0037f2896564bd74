// What may become of an application on its way: changed, suspended, forwarded, done in
// parts by several agencies, handed over on paper, corrected after a mistake in it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pdf } from './form.js'
import { act, Staff } from './office.js'
import { Album, browser, demoPhone, signIn, Window } from './people.js'
import { Portal } from './portal.js'
import { Program } from './program.js'
import { until } from './sandbox.js'

let portal, engine, staff, anna, program
const pictures = process.env.OKNO_PICTURES || ''
const album = new Album(pictures)

before(async () => {
  portal = await Portal.start()
  engine = await browser()
  staff = new Staff(portal, engine, album)
  await staff.arrive('officer', 'social', 'tax')
  const w = await Window.open(portal, engine, album)
  await signIn(w, 'anna', demoPhone(1))
  anna = await w.context.storageState()
  await w.close()
  program = await Program.of(portal, 'anna', 1)
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

const words = {
  ru: {
    halted: /Приостановлен/i, track: /80\d{12}/, done: /Завершено/, typo: 'Нашли опечатку', fixed: /исправлен/i, taken: /взяли в работу/,
    forwarded: /передан/i, ready: /Отдел|готов/i, asks: /Ответить/, all: /2 из 2/
  },
  en: {
    halted: /suspended/i, track: /80\d{12}/, done: /Completed/, typo: 'mistake', fixed: /corrected/i, taken: /taken up/,
    forwarded: /forwarded|passed/i, ready: /ready|waits/i, asks: /Answer/, all: /2 of 2/
  }
}

const certificate = { for_whom: 'self', birth_place: 'Москва', changed_name: false, moved: false, purpose: 'work', way: 'electronic', truth: true }

/** Sends a draft from its page of answers, with the way of the result; gives the number. */
async function sends (w, id, way) {
  await w.go(`/cabinet/drafts/${id}/check`)
  await w.fill(way)
  await w.press('main form[action$="/send"] button.govuk-button:not(.govuk-button--secondary)')
  return (await w.page.locator('.govuk-panel strong').innerText()).trim()
}

const looks = [{ lang: 'ru', size: 'phone', js: true }, { lang: 'en', size: 'phone', js: false }]

for (const look of looks) {
  const say = words[look.lang]
  const name = `${look.lang}, ${look.js ? 'with' : 'without'} scripts`

  test(`changed, suspended, sent by post, corrected: ${name}`, async () => {
    const w = await Window.open(portal, engine, album, look, anna)
    const officer = await staff.open('officer', { lang: look.lang, js: look.js })
    const number = await sends(w, await program.draft('criminal-record-certificate', certificate), { way: 'post' })
    const card = `/cabinet/applications/${number}`; const desk = `/desk/applications/${number}`

    await w.go(`${card}/change`)
    await w.submit()
    await w.go(new URL(w.page.url()).pathname.replace(/\/[^/]*$/, '/applicant'))
    await w.fill({ birth_place: 'г. Тула' })
    await w.submit()
    while (!/\/check$/.test(w.page.url())) await w.submit()
    await w.press('main form[action$="/send"] button.govuk-button:not(.govuk-button--secondary)')
    await officer.go(desk)
    assert.match(await officer.text(), /Москва[\s\S]*Тула/, 'the officer sees what was changed')

    await act(officer, 'take')
    await act(officer, 'suspend')
    assert.equal(await officer.page.locator('.govuk-error-summary').count(), 1, 'a suspension has a ground')
    await act(officer, 'suspend', { pause_ground: 'registry', pause_words: 'Ждём ответа архива' })
    await w.go(card)
    await w.waits(/Ждём ответа архива/)
    assert.match(await w.text(), say.halted)
    await act(officer, 'resume')

    await act(officer, 'approve', { comment: 'Сведений нет' })
    await act(officer, 'ship', { track: '' })
    assert.equal(await officer.page.locator('.govuk-error-summary').count(), 1, 'a parcel has a number')
    await act(officer, 'ship', { track: '80085612345674' })
    await w.go(card)
    await w.waits(say.track)
    await w.press('main form[action$="/received"] button')
    assert.match(await w.text(), say.done)

    await w.press(w.page.locator(`main a[href^="${card}/typo/"]`))
    await w.submit()
    assert.equal(await w.page.locator('.govuk-error-summary').count(), 1)
    await w.fill({ typo: 'Город написан с ошибкой' })
    await w.submit()
    await officer.go(desk)
    assert.match(await officer.text(), /Город написан с ошибкой/)
    await act(officer, 'fix', { title: 'Справка об отсутствии судимости (исправлена)' })
    await w.go(card)
    await w.waits(say.fixed)
    await Promise.all([w.close(), officer.close()])
  })

  test(`forwarded, fetched at an office: ${name}`, async () => {
    const w = await Window.open(portal, engine, album, look, anna)
    const officer = await staff.open('officer', { lang: look.lang, js: look.js })
    const id = await program.draft('criminal-record-certificate', certificate)
    await w.go(`/cabinet/drafts/${id}/check`)
    await w.fill({ way: 'office' })
    await w.press('main form[action$="/send"] button.govuk-button:not(.govuk-button--secondary)')
    assert.equal(await w.page.locator('.govuk-error-summary').count(), 1, 'an office has to be chosen')
    await w.page.locator('main select[name=office]').selectOption({ index: 1 })
    await w.press('main form[action$="/send"] button.govuk-button:not(.govuk-button--secondary)')
    const number = (await w.page.locator('.govuk-panel strong').innerText()).trim()
    await officer.go(`/desk/applications/${number}`)
    await act(officer, 'take')
    await act(officer, 'approve', { comment: 'Сведений нет' })
    await act(officer, 'ready')
    await w.go(`/cabinet/applications/${number}`)
    await w.waits(say.ready)
    await officer.press('main form[action$="/hand"] button.govuk-button')
    assert.equal(await officer.page.locator('.govuk-error-summary').count(), 1, 'the identity document is looked at')
    await act(officer, 'hand', { seen: true })
    await w.waits(say.done)

    const other = await program.applies()
    const social = await staff.open('social', { lang: look.lang, js: look.js })
    await officer.go(`/desk/applications/${other}`)
    await act(officer, 'forward', { agency: 'social', forward_words: 'Решает соцзащита' })
    await w.go(`/cabinet/applications/${other}`)
    await w.waits(/Решает соцзащита/)
    await officer.go(`/desk/applications/${other}`, 404)
    await social.go(`/desk/applications/${other}`)
    await act(social, 'take')
    await Promise.all([w, officer, social].map(x => x.close()))
  })

  test(`parts of several agencies: ${name}`, async () => {
    const w = await Window.open(portal, engine, album, look, anna)
    const [social, tax, police] = await Promise.all(['social', 'tax', 'officer'].map(who => staff.open(who, { lang: look.lang, js: look.js })))
    const id = await program.draft('housing-subsidy', {
      registered: true, right: 'own', area: 54.5, income: 18000000, alone: true, bill: 900000, bills: { file: pdf() }, debt: false, truth: true,
      account: { bic: '044525601', account: '40817810300000000012' }
    })
    const { number } = await program.post(`/drafts/${id}/submit`)
    await until('the parts', async () => (await program.get(`/applications/${number}`)).parts?.every(p => p.state !== 'planned'))
    await social.go(`/desk/applications/${number}`)
    await act(social, 'take')
    await act(social, 'approve')
    assert.ok(await social.page.locator('main form[action$="/approve"]').count(), 'not before the parts')

    const part = await opens(tax)
    await act(tax, 'ask', { text: 'За какой год доход?' })
    await w.go(`/cabinet/applications/${number}`)
    await w.press(w.page.locator(`main a[href="/cabinet/applications/${part}"]`))
    assert.match(await w.text(), /За какой год доход/)
    await w.fill({ text: 'За этот' })
    await w.press('main form[action$="/answer"] button.govuk-button')
    await tax.go(`/desk/applications/${part}`)
    assert.match(await tax.text(), /За этот/)
    await act(tax, 'approve', { comment: 'Доход подтверждён' })

    const residents = await opens(police)
    await act(police, 'hand-back', { back: 'Нет адреса' })
    await social.go(`/desk/applications/${number}`)
    await social.waits(/Ведомство вернуло часть|handed its part back/, { reload: true })
    assert.match(await social.text(), /Доход подтверждён[\s\S]*Нет адреса/)
    await social.press('main form[action$="/part-again"]:has([value=residents]) button')
    await opens(police, residents)
    await act(police, 'approve', { comment: 'Никого больше нет' })
    await w.go(`/cabinet/applications/${number}`)
    await w.waits(say.all)
    await social.go(`/desk/applications/${number}`)
    await social.waits(/(Часть готова|Part is ready)[\s\S]*(Часть готова|Part is ready)/, { reload: true })
    await act(social, 'approve', { comment: 'Субсидия назначена' })
    await w.waits(/Субсидия назначена/)
    await Promise.all([w, social, tax, police].map(x => x.close()))
  })
}

/** Takes the part that waits in the queue, other than one that was there before; gives its number. */
async function opens (w, before = '') {
  for (let number; ;) {
    await w.page.goto('/desk?tab=free')
    const hrefs = await w.page.locator('main tbody a[href*="/desk/applications/"]').evaluateAll(all => all.map(a => a.getAttribute('href')))
    for (const href of hrefs) {
      number = href.split('/').pop().split('?')[0]
      if (number === before) continue
      await w.go(`/desk/applications/${number}`)
      if (await w.page.locator('main form[action$="/approve"], main form[action$="/take"]').count() && /Это часть заявления|a part of application/.test(await w.text())) {
        await act(w, 'take')
        return number
      }
    }
  }
}

test('the pages are clean', () => { if (!pictures) album.clean() })
