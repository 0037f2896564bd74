// A complaint about a refusal: written from the application, decided by another than
// who refused, taken to the superior body, upheld; and one that is withdrawn.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { file } from './form.js'
import { act, Staff } from './office.js'
import { Album, browser, demoPhone, signIn, Window } from './people.js'
import { Portal } from './portal.js'
import { Program } from './program.js'

let portal, engine, staff, anna, program
const pictures = process.env.OKNO_PICTURES || ''
const album = new Album(pictures)

before(async () => {
  portal = await Portal.start()
  engine = await browser()
  staff = new Staff(portal, engine, album)
  await staff.arrive('officer', 'officer2', 'higher')
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
    write: 'Написать жалобу', send: 'Отправить жалобу', above: 'Пожаловаться в вышестоящий орган', refused: /В удовлетворении отказано/,
    first: /Нарушений не найдено/, upheld: /Удовлетворена/, anew: /отмен/i, withdraw: 'Отозвать жалобу', withdrawn: /Отозвана/, none: /нет/i
  },
  en: {
    write: 'Write a complaint', send: 'Send the complaint', above: 'Complain to the superior body', refused: /Not upheld/,
    first: /Нарушений не найдено/, upheld: /Upheld/, anew: /cancelled/i, withdraw: 'Withdraw the complaint', withdrawn: /Withdrawn/, none: /no /i
  }
}

/** The draft is sent; gives the complaint's number. */
async function sends (w, say) {
  await w.submit()
  assert.match(w.page.url(), /\/check$/)
  await w.press(w.page.getByRole('button', { name: say.send }))
  return new URL(w.page.url()).pathname.split('/').pop()
}

/** Somebody of the body that decides does a deed of a complaint. */
const press = (w, deed) => w.press(w.page.locator(`main form[action$="/${deed}"] button.govuk-button`))

/** A verdict, after a try without one. */
async function decides (w, number, values) {
  await w.go('/desk/complaints')
  assert.ok((await w.text()).includes(number), 'the complaint stands in the queue')
  await w.go(`/desk/complaints/${number}`)
  await press(w, 'register')
  await press(w, 'take')
  await press(w, 'decide')
  assert.ok(await w.page.locator('.govuk-error-summary').count(), 'a verdict needs words')
  await w.fill(values)
  await press(w, 'decide')
}

for (const look of [{ lang: 'ru', size: 'phone', js: true }, { lang: 'en', size: 'phone', js: false }]) {
  const say = words[look.lang]
  test(`a complaint from both sides, ${look.lang}, ${look.js ? 'with' : 'without'} scripts`, async t => {
    const w = await Window.open(portal, engine, album, look, anna)
    const [officer, officer2, higher] = await Promise.all(['officer', 'officer2', 'higher'].map(name => staff.open(name, { lang: look.lang, js: look.js })))
    const number = await program.applies()
    const card = `/cabinet/applications/${number}`
    let first, second

    await t.test('it is written from the refused application', async () => {
      await w.go('/cabinet/complaints')
      await officer.go(`/desk/applications/${number}`)
      await act(officer, 'take')
      await act(officer, 'refuse', { ground: 'names', comment: 'В архиве есть другая фамилия' })
      await w.go(card)
      await w.press(w.page.locator(`main a[href="${card}/complain"]`).first())
      await w.press(w.page.getByRole('button', { name: say.write }))
      assert.match(await w.text(), new RegExp(`${number}[\\s\\S]*другая фамилия`), 'nothing of it has to be typed')
      await w.submit()
      assert.equal(await w.page.locator('.govuk-error-summary').count(), 1)
      await w.fill({ ground: 'refusal', text: 'Фамилию я никогда не меняла', wants: 'Отменить отказ', files: file('свидетельство.pdf') })
      first = await sends(w, say)
      assert.match(await w.text(), /никогда не меняла[\s\S]*свидетельство\.pdf/)
    })

    await t.test('another than who refused decides', async () => {
      await officer.go('/desk/complaints')
      assert.ok(!(await officer.text()).includes(first), 'who refused does not see it')
      await officer.go(`/desk/complaints/${first}`, 403)
      await decides(officer2, first, { verdict: 'refuse', words: 'Нарушений не найдено' })
      await w.waits(say.refused)
      assert.match(await w.text(), say.first)
    })

    await t.test('the superior body upholds the appeal, and the case is decided anew', async () => {
      await w.press(w.page.getByRole('button', { name: say.above }))
      assert.match(await w.text(), new RegExp(`${first}[\\s\\S]*Нарушений не найдено`))
      await w.fill({ text: 'Архив ошибся' })
      second = await sends(w, say)
      await decides(higher, second, { verdict: 'satisfy', measure: 'cancel', words: 'Отказ не обоснован' })
      await w.waits(say.upheld)
      await w.go('/cabinet/complaints')
      assert.ok((await w.text()).includes(second))
      await w.go(card)
      assert.match(await w.text(), say.anew)
      await officer.go(`/desk/applications/${number}`)
      assert.equal(await officer.page.locator('main form[action*="/applications/"][action$="/take"]').count(), 0, 'who refused has no second say')
      await officer2.go(`/desk/applications/${number}`)
      await act(officer2, 'take')
      await act(officer2, 'approve', { comment: 'Судимости нет' })
      await w.waits(/Судимости нет/)
    })

    await t.test('another is withdrawn', async () => {
      const open = await program.applies()
      await w.go(`/cabinet/applications/${open}/complain`)
      await w.press(w.page.getByRole('button', { name: say.write }))
      await w.fill({ ground: 'late', text: 'Срок прошёл' })
      await sends(w, say)
      await w.press(w.page.getByRole('link', { name: say.withdraw }))
      await w.press(w.page.locator('main form[action$="/withdraw"] button'))
      assert.match(await w.text(), say.withdrawn)
    })

    await Promise.all([w, officer, officer2, higher].map(x => x.close()))
  })
}

test('the pages are clean', () => { if (!pictures) album.clean() })
