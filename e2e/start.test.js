// Ways to begin an application: templates, many at once with a row in error, a
// person who is helped by another.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Album, browser, demoPhone, signIn, Window } from './people.js'
import { Portal } from './portal.js'

let portal, engine
const album = new Album(process.env.OKNO_PICTURES || '')

before(async () => {
  portal = await Portal.start()
  engine = await browser()
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

const words = {
  ru: { check: 'Проверить таблицу', send: /Отправить 2 заявления/, done: /Готово/, bad: /Кадастровый номер/, offer: 'Отправить приглашение', accept: 'Согласиться', enter: /Действовать за/, acting: /Вы действуете за/, withdraw: 'Отозвать разрешение', nobody: /только за себя/, save: 'Сохранить', begin: 'Начать заявление' },
  en: { check: 'Check the table', send: /Send 2 applications/, done: /Done/, bad: /Cadastral number/i, offer: 'Send the invitation', accept: 'Agree', enter: /Act for/, acting: /You are acting for/, withdraw: 'Withdraw the permission', nobody: /only for yourself/, save: 'Save', begin: 'Begin an application' }
}

/** A filled-in table: the template of the portal with three rows, one of them wrong. */
async function table (w, mark) {
  const answer = await w.context.request.get('/cabinet/batches/template?service=egrn-extract&format=csv')
  const head = (await answer.text()).replace(/^\ufeff/, '').split('\r\n').filter(Boolean)
  const names = head[1].split(';')
  const row = (key, number) => names.map(name => ({
    _key: key, sort: 'object', 'objects.0.kind': 'flat', 'objects.0.by': 'number', 'objects.0.cadastral': number, form: 'electronic', purpose: 'self', truth: 'yes'
  })[name] ?? '').join(';')
  return [...head.slice(0, 2), row(`${mark}-1`, '77:01:0001001:1001'), row(`${mark}-2`, 'wrong'), row(`${mark}-3`, '77:01:0001001:1003')].join('\n')
}

for (const look of [{ lang: 'ru' }, { lang: 'en', size: 'phone' }]) {
  const say = words[look.lang]

  test(`many at once, ${JSON.stringify(look)}`, async () => {
    const w = await Window.open(portal, engine, album, look)
    await signIn(w, 'anna', demoPhone(1))
    await w.go('/cabinet/batches')
    await w.go('/cabinet/batches/new?service=egrn-extract')
    await w.page.setInputFiles('input[type=file]', { name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('a;b\n1;2\n') })
    await w.press(w.page.getByRole('button', { name: say.check }))
    assert.ok(await w.page.locator('.govuk-error-summary').count(), 'a table that is none is refused')
    await w.page.setInputFiles('input[type=file]', { name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from(await table(w, look.lang)) })
    await w.press(w.page.getByRole('button', { name: say.check }))
    assert.match(await w.text(), say.bad)
    await w.press(w.page.getByRole('button', { name: say.send }))
    await w.waits(say.done)
    await w.see()
    await w.press(w.page.locator('a[href^="/cabinet/applications?batch="]'))
    assert.equal(await w.page.locator('main a[href^="/cabinet/applications/"]').count(), 2)
    await w.close()
  })

  test(`a template, ${JSON.stringify(look)}`, async () => {
    const w = await Window.open(portal, engine, album, look)
    await signIn(w, 'anna', demoPhone(1))
    await w.go('/cabinet/applications')
    const card = await w.page.locator('main a[href^="/cabinet/applications/"]').first().getAttribute('href')
    await w.go(card)
    await w.press(w.page.locator('a[href^="/cabinet/templates/new?number="]'))
    await w.fill({ name: `Template ${look.lang}` })
    await w.press(w.page.getByRole('button', { name: say.save, exact: true }))
    assert.match(await w.text(), new RegExp(`Template ${look.lang}`))
    await w.press(w.page.getByRole('button', { name: say.begin }).first())
    await w.see()
    assert.match(new URL(w.page.url()).pathname, /^\/cabinet\/drafts\//)
    await w.close()
  })

  test(`helped by another, ${JSON.stringify(look)}`, async () => {
    const anna = await Window.open(portal, engine, album, look)
    const timur = await Window.open(portal, engine, album, look)
    await signIn(anna, 'anna', demoPhone(1))
    await signIn(timur, 'timur', demoPhone(2))
    await anna.go('/cabinet/mandates')
    await anna.go('/cabinet/mandates/new')
    await anna.fill({ contact: demoPhone(2) })
    await anna.page.locator('input[name=services][value=egrn-extract]').check()
    await anna.press(anna.page.getByRole('button', { name: say.offer }))
    const mandate = new URL(anna.page.url()).pathname
    await timur.go(mandate)
    await timur.press(timur.page.getByRole('button', { name: say.accept }))
    await timur.press(timur.page.getByRole('button', { name: say.enter }))
    assert.match(await timur.text(), say.acting)
    await timur.press(timur.page.locator('a[href^="/cabinet/drafts/new?"]').first())
    await timur.press('form[action="/cabinet/drafts"] button')
    assert.match(await timur.text(), say.acting)
    const draft = timur.page.url()
    await anna.go(mandate)
    await anna.press(anna.page.getByRole('button', { name: say.withdraw }))
    assert.equal((await timur.context.request.get(draft)).status(), 404)
    await timur.go('/cabinet/acting')
    assert.match(await timur.text(), say.nobody)
    await Promise.all([anna, timur].map(w => w.close()))
  })
}

test('the pages are clean', () => album.clean())
