// A phone that speaks for its owner: signing in by QR code, by its link and by a
// camera; approval by push with a number to match; the installed web app.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'
import { png } from './form.js'
import { Album, browser, demoPhone, signIn, Window } from './people.js'
import { Portal, password } from './portal.js'
import { until } from './sandbox.js'

let portal, engine, state
const album = new Album(process.env.OKNO_PICTURES || '')

const allow = { ru: 'Включить вход по QR-коду', en: 'Turn on QR code sign-in' }
const mine = { ru: 'Это я, войти', en: "It's me, sign in" }

before(async () => {
  portal = await Portal.start()
  engine = await browser()
  // The phone of all tests: signed in once, and allowed to let computers in.
  const w = await Window.open(portal, engine, album, { size: 'phone' })
  await signIn(w, 'anna', demoPhone(1))
  await w.go('/cabinet/security/phone')
  await w.press(w.page.getByRole('button', { name: allow.ru }))
  assert.match(await w.text(), /Вход по QR-коду включён/)
  state = await w.context.storageState()
  await w.close()
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

/** A window of the phone that is signed in. */
function phone (look = {}, from = engine) { return Window.open(portal, from, album, { size: 'phone', ...look }, state) }

/** Shows a code on a computer and gives its link. */
async function showCode (w) {
  await w.go('/login')
  await w.press('form[action="/login/qr"] button')
  return w.page.locator('[data-ask-link]').innerText()
}

for (const look of [{ lang: 'ru' }, { lang: 'ru', js: false }, { lang: 'en', size: 'phone' }]) {
  test(`QR sign-in by the link, ${JSON.stringify(look)}`, async () => {
    const computer = await Window.open(portal, engine, album, look)
    const hand = await phone({ lang: look.lang, js: look.js ?? true })
    const link = await showCode(computer)
    assert.ok(link.startsWith(`${portal.url}/q/`), link)
    await hand.go('/app/scan')
    await hand.fill({ text: link })
    await hand.press(hand.page.locator('form[action="/app/scan"] button'))
    assert.match(await hand.text(), /Chrome/)
    await computer.waits(look.lang === 'ru' ? /Код прочитан/ : /The code has been read/)
    await hand.press(hand.page.getByRole('button', { name: mine[look.lang] }))
    assert.match(await hand.text(), look.lang === 'ru' ? /Готово/ : /Done/)
    await until('the computer to be signed in', async () => {
      if (look.js === false) await computer.page.reload()
      return new URL(computer.page.url()).pathname === '/cabinet'
    })
    // Somebody who has seen the code has nothing of it.
    const stranger = await Window.open(portal, engine, album, {})
    await stranger.page.goto(link)
    assert.equal(new URL(stranger.page.url()).pathname, '/login')
    await Promise.all([computer, hand, stranger].map(w => w.close()))
  })
}

test('«It is not me» leaves the computer outside', async () => {
  const computer = await Window.open(portal, engine, album, {})
  const hand = await phone()
  await hand.page.goto(await showCode(computer))
  await hand.see()
  await hand.press(hand.page.getByRole('button', { name: 'Это не я' }))
  assert.match(await hand.text(), /Никто не вошёл/)
  await computer.waits(/Вход отклонён/)
  assert.equal((await computer.context.request.get('/cabinet', { maxRedirects: 0 })).status(), 303)
  await Promise.all([computer, hand].map(w => w.close()))
})

/** A film of one picture: what the page's code looks like to a camera. */
async function film (page, path) {
  const luma = await page.evaluate(async () => {
    const svg = new XMLSerializer().serializeToString(document.querySelector('.okno-ask__qr'))
    const image = new Image()
    image.src = 'data:image/svg+xml,' + encodeURIComponent(svg.replace('<svg ', '<svg width="400" height="400" '))
    await image.decode()
    const canvas = document.createElement('canvas')
    Object.assign(canvas, { width: 640, height: 480 })
    const context = canvas.getContext('2d')
    context.fillStyle = '#999'
    context.fillRect(0, 0, 640, 480)
    context.drawImage(image, 120, 40, 400, 400)
    const { data } = context.getImageData(0, 0, 640, 480)
    let text = ''
    for (let n = 0; n < data.length; n += 4) text += String.fromCharCode(data[n])
    return btoa(text)
  })
  const frame = [Buffer.from('FRAME\n'), Buffer.from(luma, 'base64'), Buffer.alloc(2 * 320 * 240, 128)]
  writeFileSync(path, Buffer.concat([Buffer.from('YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n'), ...frame, ...frame]))
}

/** A photo of the page's code on paper: held askew, in poor light. */
async function onPaper (page) {
  const photo = await page.evaluate(async () => {
    const image = new Image()
    image.src = 'data:image/svg+xml,' + encodeURIComponent(new XMLSerializer().serializeToString(document.querySelector('.okno-ask__qr')).replace('<svg ', '<svg width="900" height="900" '))
    await image.decode()
    const canvas = document.createElement('canvas')
    Object.assign(canvas, { width: 3000, height: 2200 })
    const context = canvas.getContext('2d')
    context.fillStyle = '#6b5a48'
    context.fillRect(0, 0, 3000, 2200)
    context.setTransform(1, 0.05, -0.08, 0.95, 1500, 1100)
    context.rotate(0.2)
    context.fillStyle = '#fff'
    context.fillRect(-700, -1000, 1400, 2000)
    context.drawImage(image, -450, -450)
    context.resetTransform()
    const light = context.createLinearGradient(0, 0, 3000, 2200)
    light.addColorStop(0, 'rgb(0 0 0 / 5%)')
    light.addColorStop(1, 'rgb(40 30 0 / 45%)')
    context.fillStyle = light
    context.fillRect(0, 0, 3000, 2200)
    return canvas.toDataURL('image/png').split(',')[1]
  })
  return Buffer.from(photo, 'base64')
}

test('QR sign-in by the camera', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'okno-film-'))
  const computer = await Window.open(portal, engine, album, {})
  await showCode(computer)
  await film(computer.page, join(dir, 'code.y4m'))
  const camera = await chromium.launch({
    executablePath: process.env.OKNO_CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-video-capture=${join(dir, 'code.y4m')}`]
  })
  try {
    const hand = await phone({}, camera)
    await hand.context.grantPermissions(['camera'])
    await hand.go('/app/scan')
    await hand.page.getByRole('button', { name: 'Включить камеру' }).click()
    await hand.page.waitForURL(/\/app\/approve\//)
    await hand.press(hand.page.getByRole('button', { name: mine.ru }))
    await computer.page.waitForURL(/\/cabinet$/)
    await hand.close()
  } finally {
    await camera.close()
    await computer.close()
    rmSync(dir, { recursive: true, force: true })
  }
})

test('QR sign-in by a photo of the code on paper', async () => {
  const computer = await Window.open(portal, engine, album, {})
  const hand = await phone({ lang: 'en' })
  await showCode(computer)
  await hand.go('/app/scan')
  const picture = hand.page.getByLabel('Or choose a picture of the code')
  await picture.setInputFiles({ name: 'cat.png', mimeType: 'image/png', buffer: png() })
  await hand.page.getByText('There is no code in the picture').waitFor()
  await hand.see()
  await Promise.all([hand.page.waitForURL(/\/app\/approve\//), picture.setInputFiles({ name: 'paper.png', mimeType: 'image/png', buffer: await onPaper(computer.page) })])
  await hand.press(hand.page.getByRole('button', { name: mine.en }))
  await computer.page.waitForURL(/\/cabinet$/)
  await Promise.all([computer, hand].map(w => w.close()))
})

test('approval by push, with a number to match', async () => {
  // Headless Chromium has no push service: the sandbox's stands in its place.
  const made = await (await fetch(`${portal.sandbox.url}/api/push`, { method: 'POST' })).json()
  const hand = await phone()
  await hand.context.grantPermissions(['notifications'])
  await hand.page.addInitScript(made => {
    PushManager.prototype.subscribe = async () => ({ toJSON: () => made })
  }, made)
  await hand.go('/cabinet/security/phone')
  await hand.press(hand.page.getByRole('button', { name: 'Подключить это устройство' }))
  assert.match(await hand.text(), /Устройство подключено/)
  await hand.go('/app')

  const computer = await Window.open(portal, engine, album, {})
  await signIn(computer, 'anna', demoPhone(1))
  await computer.page.evaluate(() => {
    const form = document.createElement('form')
    Object.assign(form, { method: 'post', action: '/reauth/push' })
    document.body.append(form)
    form.submit()
  })
  const number = await computer.page.locator('.okno-ask__number').innerText()
  await computer.see()

  const message = await until('a push message', async () =>
    (await portal.sandbox.get(`/api/push?endpoint=${encodeURIComponent(made.endpoint)}`))[0])
  assert.equal(message.data.title, 'Это вы входите?')
  await hand.waits(/Это вы входите\?/) // the open app shows it by itself
  await hand.press(hand.page.getByRole('link', { name: 'Ответить' }))
  assert.equal(new URL(hand.page.url()).pathname, message.data.path)
  assert.equal(await hand.page.locator('[name=choice]').count(), 3)
  await hand.fill({ choice: number })
  await hand.press(hand.page.getByRole('button', { name: 'Подтвердить' }))
  assert.match(await hand.text(), /Готово/)
  await computer.page.waitForURL(/\/cabinet$/)
  await computer.close()

  // The device is a way to sign in from now on.
  const next = await Window.open(portal, engine, album, {})
  await next.go('/login')
  await next.fill({ name: 'anna', password })
  await next.submit()
  await choose(next, 'Подтвердите вход на устройстве', 'Подтверждение на устройстве')
  const asked = await next.page.locator('.okno-ask__number').innerText()
  await hand.go('/app')
  await hand.press(hand.page.getByRole('link', { name: 'Ответить' }))
  await hand.fill({ choice: asked })
  await hand.press(hand.page.getByRole('button', { name: mine.ru }))
  await next.page.waitForURL(/\/cabinet$/)
  await Promise.all([next, hand].map(w => w.close()))
})

test('the installed app keeps nothing of anybody', async () => {
  const hand = await phone()
  await hand.go('/app')
  await hand.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}))
  await hand.go('/cabinet/profile')
  const kept = await hand.page.evaluate(async () => {
    const all = []
    for (const name of await caches.keys()) {
      for (const request of await (await caches.open(name)).keys()) all.push(new URL(request.url).pathname)
    }
    return all
  })
  assert.ok(kept.includes('/offline'), `kept: ${kept}`)
  assert.deepEqual(kept.filter(path => path !== '/offline' && !path.startsWith('/assets/')), [])
  await hand.context.setOffline(true)
  await hand.page.goto('/cabinet').catch(() => {})
  await hand.waits(/Портал недоступен/, { reload: false })
  await hand.context.setOffline(false)
  const manifest = await (await hand.context.request.get('/manifest.webmanifest')).json()
  assert.equal(manifest.display, 'standalone')
  for (const icon of manifest.icons) assert.equal((await hand.context.request.get(icon.src)).headers()['content-type'], 'image/png')
  await hand.close()
})

test('a certificate in the browser is a second factor', async () => {
  const secure = await Portal.start({ tls: true })
  const contexts = []
  try {
    const issue = async name => (await fetch(`${secure.sandbox.url}/api/certificates/${name}`, { method: 'POST' })).json()
    const open = async shown => {
      const context = await engine.newContext({
        baseURL: secure.url, ignoreHTTPSErrors: true, locale: 'ru-RU', viewport: { width: 320, height: 640 },
        clientCertificates: [{ origin: secure.certificates, cert: Buffer.from(shown.cert), key: Buffer.from(shown.key) }]
      })
      contexts.push(context)
      context.setDefaultTimeout(15_000)
      const w = Object.assign(new Window(secure, engine, album, { size: 'phone' }), { context })
      w.page = await w.newPage()
      return w
    }
    const mine = await issue('anna')
    const w = await open(mine)
    await signIn(w, 'anna', demoPhone(1))
    await w.go('/cabinet/security/certificates')
    await w.press(w.page.getByRole('button', { name: 'Привязать сертификат' }))
    await w.press(w.page.getByRole('button', { name: 'Продолжить' }))
    assert.match(await w.text(), /Сертификат привязан/)
    assert.match(await w.text(), /anna/)
    assert.doesNotMatch(await w.text(), /CN=/)

    // The next sign-in is asked for it; a thief with the password has another.
    for (const [shown, way] of [[await issue('thief'), false], [mine, true]]) {
      const next = await open(shown)
      await next.go('/login')
      await next.fill({ name: 'anna', password })
      await next.submit()
      await choose(next, 'Покажите сертификат', 'Сертификат в браузере')
      await next.press(next.page.getByRole('button', { name: 'Продолжить' }))
      assert.equal(new URL(next.page.url()).pathname, '/login/certificate')
      await next.press(next.page.getByRole('button', { name: 'Продолжить' }))
      assert.equal(new URL(next.page.url()).pathname === '/cabinet', way, await next.text())
    }
  } finally {
    await Promise.all(contexts.map(c => c.close()))
    await secure.stop()
  }
})

/** Chooses a way to sign in where another one was asked for first. */
async function choose (w, title, label) {
  if ((await w.text()).includes(title)) return
  await w.press(w.page.locator('a[href^="/login/ways"]'))
  await w.page.getByLabel(label).check()
  await w.submit()
}

test('the pages are clean', () => album.clean())
