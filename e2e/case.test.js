// A running case from both sides: returned for correction, written about,
// refused with remarks, mended and sent again.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { answers, file } from './form.js'
import { act, Staff } from './office.js'
import { Album, browser, demoPhone, signIn, Window } from './people.js'
import { Portal } from './portal.js'

let portal, engine, staff, anna
const album = new Album()

before(async () => {
  portal = await Portal.start()
  engine = await browser()
  staff = new Staff(portal, engine, album)
  await staff.arrive('officer')
  const w = await Window.open(portal, engine, album)
  await signIn(w, 'anna', demoPhone(1))
  anna = await w.context.storageState()
  await w.close()
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

const words = {
  ru: {
    correct: /Исправьте заявление/, remark: /Замечание ведомства: Не тот город/, before: /Было[\s\S]*Стало/, fresh: /Новое/, same: /не изменились/i,
    mend: 'Исправить и подать снова', refused: /Вы исправляете заявление/, instead: /Подано вместо заявления/, closed: /уже взяли в работу/
  },
  en: {
    correct: /Correct your application/, remark: /The agency says: Не тот город/, before: /Before[\s\S]*After/, fresh: /New/, same: /has not changed|have not changed|are the same/i,
    mend: 'Correct and apply again', refused: /You are correcting/, instead: /in place of the refused/, closed: /has been taken up/
  }
}

/** The pages of the form are looked at by others. */
const blind = { first: () => false, blame () {} }

/** Sends the certificate's application; gives its number. */
async function applies (look) {
  const w = await Window.open(portal, engine, blind, { lang: look.lang, js: false }, anna)
  await w.go('/cabinet/drafts/new?service=criminal-record-certificate')
  await w.press(w.page.locator('main form[action="/cabinet/drafts"] button').first())
  await w.fill({ for_whom: 'self' })
  await w.submit()
  await w.fill({ birth_place: 'г. Казань' })
  await w.submit()
  await w.fill({ changed_name: 'no' })
  await w.submit()
  await w.fill({ moved: 'no' })
  await w.submit()
  await w.fill({ purpose: 'work', way: answers.purpose.way, truth: true })
  await w.submit()
  const number = await sends(w)
  await w.close()
  return number
}

async function sends (w) {
  await w.press('main form[action$="/send"] button.govuk-button:not(.govuk-button--secondary)')
  return (await w.page.locator('.govuk-panel strong').innerText()).trim()
}

/** Ticks a field in the form of a deed and says what is wrong with it. */
async function remarks (w, deed, field, text) {
  const details = w.page.locator('main details', { has: w.page.locator(`form[action$="/${deed}"]`) })
  if (!await details.evaluate(e => e.open)) await details.locator('summary').first().click()
  const form = w.page.locator(`main form[action$="/${deed}"]`)
  await form.locator(`[name=fields][value=${field}]`).check()
  await form.locator(`[name="remark.${field}"]`).fill(text)
}

for (const look of [{ lang: 'ru', size: 'phone', js: true }, { lang: 'en', size: 'phone', js: false }]) {
  const say = words[look.lang]
  test(`a case from both sides, ${look.lang}, ${look.js ? 'with' : 'without'} scripts`, async t => {
    const w = await Window.open(portal, engine, album, look, anna)
    const officer = await staff.open('officer', { lang: look.lang, js: look.js })
    const number = await applies(look)
    const card = `/cabinet/applications/${number}`; const desk = `/desk/applications/${number}`

    await t.test('a return opens only what it names', async () => {
      await officer.go(desk)
      await act(officer, 'take')
      await w.go(`${card}/change`)
      assert.match(await w.text(), say.closed)
      await w.go(`${card}/cancel`)
      await w.go(card)
      await act(officer, 'correct') // nothing is named
      assert.equal(await officer.page.locator('.govuk-error-summary').count(), 1)
      await remarks(officer, 'correct', 'birth_place', 'Не тот город')
      await officer.press('main form[action$="/correct"] button.govuk-button')
      await w.waits(say.correct)
      assert.match(await w.text(), say.remark)
      assert.equal(await w.page.locator('main form[action$="/answer"] [name=birth_place]').count(), 1)
      assert.equal(await w.page.locator('main form[action$="/answer"] input[type=radio]').count(), 0)
      await w.fill({ birth_place: 'г. Пермь' })
      await w.press('main form[action$="/answer"] button.govuk-button')
      await officer.go(desk)
      assert.match(await officer.text(), say.before)
      assert.match(await officer.text(), /Казань[\s\S]*Пермь/)
      assert.match(await officer.text(), say.same)
    })

    await t.test('both write to each other', async () => {
      await w.go(card)
      const open = page => page.locator('#messages details summary').click()
      await open(w.page)
      await w.fill({ message: 'Когда будет готово?', message_files: file('вопрос.pdf') })
      await w.press('#messages form button.govuk-button')
      await officer.go('/desk?tab=mail')
      assert.ok((await officer.text()).includes(number), 'the queue shows the message')
      await officer.go(desk)
      assert.match(await officer.text(), /Когда будет готово\?[\s\S]*вопрос\.pdf/)
      await open(officer.page)
      await officer.fill({ message: 'Завтра' })
      await officer.press('#messages form button.govuk-button')
      await w.waits(/Завтра/)
      await officer.go('/desk?tab=mail')
      assert.ok(!(await officer.text()).includes(number), 'it is read')
    })

    await t.test('a refused application is mended and sent again', async () => {
      await officer.go(desk)
      await remarks(officer, 'refuse', 'birth_place', 'Не тот город')
      await act(officer, 'refuse', { ground: 'names', comment: 'Проверьте место рождения' })
      await w.go(card)
      await w.press(w.page.getByRole('button', { name: say.mend }))
      if (/\/begun$/.test(w.page.url())) await w.submit()
      assert.match(await w.text(), say.refused)
      await w.press(w.page.locator('main .govuk-notification-banner a').first())
      assert.match(await w.text(), say.remark)
      await w.fill({ birth_place: 'г. Самара' })
      await w.submit()
      if (/\/purpose/.test(w.page.url())) {
        await w.fill({ truth: true })
        await w.submit()
      }
      const second = await sends(w)
      assert.notEqual(second, number)
      await officer.go(`/desk/applications/${second}`)
      assert.match(await officer.text(), say.instead)
      assert.match(await officer.text(), /Пермь[\s\S]*Самара/)
      await w.go(`/cabinet/applications/${second}`)
      assert.match(await w.text(), say.instead)
    })
    await officer.close()
    await w.close()
  })
}

test('the pages are clean', () => album.clean())
