// People at their browsers: who they are, what they do on the portal.
import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'
import { faultsOf, normal } from './axe.js'
import { password } from './portal.js'
import { until } from './sandbox.js'

const width = { desktop: { width: 1280, height: 900 }, phone: { width: 320, height: 640 } }

/** Debian's Chromium, or the one that OKNO_CHROMIUM names. */
export function browser () {
  return chromium.launch({ executablePath: process.env.OKNO_CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

/** What all people of a test saw, so that each page is looked at once. */
export class Album {
  #seen = new Set()
  faults = []

  /** pictures is a folder for pictures of the pages instead of the checks. */
  constructor (pictures = '') { this.pictures = pictures }

  first (...key) {
    const name = key.join(' ')
    if (this.#seen.has(name)) return false
    this.#seen.add(name)
    return true
  }

  get size () { return this.#seen.size }

  blame (where, fault) {
    const line = `${where}: ${fault}`
    if (!this.faults.includes(line)) this.faults.push(line)
  }

  clean () { assert.deepEqual(this.faults, [], 'faults of the pages') }
}

/** A browser window of one person. */
export class Window {
  #lens

  constructor (portal, engine, album, look) {
    Object.assign(this, { portal, engine, album, look: { lang: 'ru', size: 'desktop', js: true, ...look } })
  }

  static async open (portal, engine, album, look = {}, state = undefined) {
    const w = new Window(portal, engine, album, look)
    w.context = await engine.newContext({
      baseURL: portal.url, javaScriptEnabled: w.look.js, viewport: width[w.look.size], storageState: state,
      locale: w.look.lang === 'ru' ? 'ru-RU' : 'en-GB', timezoneId: 'Europe/Moscow', reducedMotion: 'reduce'
    })
    w.context.setDefaultTimeout(45_000)
    w.page = await w.newPage()
    return w
  }

  async newPage () {
    const page = await this.context.newPage()
    page.on('pageerror', fault => this.album.blame(this.where(page), `script: ${fault.message}`))
    page.on('console', m => {
      // The answers are looked at below; a stream that a sign-out ended is led to the sign-in page.
      if (m.type() === 'error' && !/^Failed to load resource|^EventSource's response has a MIME/.test(m.text())) this.album.blame(this.where(page), `console: ${m.text()}`)
    })
    page.on('response', r => {
      const refused = r.request().resourceType() === 'document' || [401, 409, 422].includes(r.status())
      if (r.status() >= 500 || (!refused && r.status() >= 400)) this.album.blame(normal(r.url()), `answered ${r.status()}`)
    })
    return page
  }

  where (page = this.page) {
    const { lang, size, js } = this.look
    return `${normal(page.url())} [${lang} ${size}${js ? '' : ' no js'}]`
  }

  /** Looks hard at the page, once for each page, language and width. */
  async see (page = this.page) {
    const { lang, size, js } = this.look
    const title = await page.title()
    if (!this.album.first(lang, size, normal(page.url()), title.replace(/\S*\d\S*/g, '#'))) return
    if (this.album.pictures) return this.#picture(page, title)
    if (!js) this.#lens ??= await (await this.engine.newContext({ viewport: width[size], bypassCSP: true, reducedMotion: 'reduce' })).newPage()
    for (const fault of await faultsOf(page, lang, this.#lens)) this.album.blame(`${this.where(page)} «${title}»`, fault)
  }

  async #picture (page, title) {
    const name = `${this.look.lang}-${this.look.size}-${normal(page.url()).replace(/[^\w?-]+/g, '_')}-${title.split(' — ')[0].replace(/\S*\d\S*/g, '').slice(0, 30)}`
    await page.screenshot({ path: `${this.album.pictures}/${name}.png`, fullPage: true })
  }

  /** Opens an address, which must answer with the status, and looks at the page. */
  async go (path, status = 200) {
    const answer = await this.page.goto(path)
    if (answer.status() !== status) this.album.blame(this.where(), `answered ${answer.status()}, not ${status}`)
    await this.see()
  }

  /** Presses a button or link that leads to a page, and looks at the page. */
  async press (what, page = this.page) {
    const target = typeof what === 'string' ? page.locator(what) : what
    await Promise.all([page.waitForEvent('domcontentloaded'), target.click()])
    await page.waitForLoadState('load')
    await this.see(page)
  }

  /** Sends the page's main form. */
  async submit (page = this.page) {
    await this.press(page.locator('main form button.govuk-button:not(.govuk-button--secondary, .okno-button--quiet)').filter({ visible: true }).first(), page)
  }

  /** Puts values into the fields of these names, whatever kind they are. */
  async fill (values, page = this.page) {
    for (const [name, value] of Object.entries(values)) await this.#put(page, name, value)
  }

  async #put (page, name, value) {
    const field = page.locator(`main [name="${name}"]:not([type=hidden])`)
    const first = field.first()
    const kind = await first.evaluate(e => e.tagName === 'SELECT' ? 'select' : e.type)
    if (kind === 'radio') return page.locator(`main [name="${name}"][value="${value}"]`).check()
    if (kind === 'checkbox') return value ? first.check() : first.uncheck()
    if (kind === 'select') return first.selectOption(value)
    if (kind === 'file') return first.setInputFiles(value)
    return first.fill(String(value))
  }

  /** A question that an answer asks for: at once with scripts, after sending without. */
  async asks (name, page = this.page) {
    if (!this.look.js) await this.submit(page)
    await page.locator(`main [name="${name}"]:not([type=hidden])`).first().waitFor({ state: 'attached' })
    await this.see(page)
  }

  text () { return this.page.locator('main').innerText() }

  /** Waits until the page says so: by itself with scripts, by reloading without. */
  async waits (pattern, { within = 60_000, reload = !this.look.js } = {}) {
    await until(`«${pattern}» on ${this.where()}`, async () => {
      if (pattern.test(await this.text())) return true
      if (reload) await this.page.reload()
      return false
    }, within)
    await this.see()
  }

  async close () {
    await this.#lens?.context().close()
    await this.context.close()
  }
}

/** Reads a contact's newest code and types it into the page's box. */
export async function typeCode (w, box, to, since) {
  await w.fill({ [box]: await w.portal.sandbox.code(to, since) })
}

let contacts = 0

/** A phone and an address that nobody has. */
export function newContacts () {
  contacts++
  const n = String(1000 * process.pid % 9_000_000 + contacts).padStart(7, '0').slice(-7)
  return { phone: `+7912${n}`, email: `person${n}@example.ru` }
}

/** Registers a person of the population: names and contacts, codes, password. */
export async function register (w, person, contact = newContacts()) {
  await w.go('/register')
  await w.fill({ last_name: person.last_name, first_name: person.first_name, middle_name: person.middle_name, ...contact })
  await w.submit()
  await typeCode(w, 'sms_code', contact.phone)
  await typeCode(w, 'email_code', contact.email)
  await w.submit()
  await w.fill({ password: newPassword, terms: true, personal_data: true })
  await w.submit()
  return contact
}

/** What people of the tests choose. */
export const newPassword = 'Zhuravl-nad-7-morem'

/** Signs a citizen in by password and SMS. */
export async function signIn (w, name, phone, secret = password) {
  const since = await w.portal.sandbox.now(phone)
  await w.go('/login')
  await w.fill({ name, password: secret })
  await w.submit()
  await typeCode(w, 'code', phone, since)
  await w.submit()
}

/** Takes another way than the one that is asked for first, by its words. */
export async function chooseWay (w, label) {
  await w.press('main a[href^="/login/ways"]')
  await w.page.getByLabel(label).check()
  await w.submit()
}

/** Signs a citizen in by password and a code to the e-mail: within the minute in which no second SMS is sent. */
export async function signInByMail (w, name, email, secret = password) {
  const since = await w.portal.sandbox.now(email)
  await w.go('/login')
  await w.fill({ name, password: secret })
  await w.submit()
  await chooseWay(w, w.look.lang === 'ru' ? /Код по почте/ : /Code by email/)
  await typeCode(w, 'code', email, since)
  await w.submit()
}

/** Gives the proof that a sensitive act asks for, by a code to the phone or to the e-mail. */
export async function proveByCode (w, phone, email = '') {
  const contact = async () => email && (await w.text()).includes('@') ? email : phone
  if (await w.page.locator('main [name=code]').count() === 0) {
    const [sms, mail] = [await w.portal.sandbox.now(phone), email && await w.portal.sandbox.now(email)]
    await w.submit()
    const to = await contact()
    await typeCode(w, 'code', to, to === phone ? sms : mail)
  }
  await w.submit()
}

const used = new Map() // staff's codes: one is taken once

async function freshCode (sandbox, name) {
  const last = `${sandbox.url} ${name}`
  const code = await until(`a new code of ${name}`, async () => {
    const { code } = await sandbox.authenticator(name)
    return used.get(last) === code ? '' : code
  }, 40_000)
  used.set(last, code)
  return code
}

/** Signs a member of staff in by password and authenticator. */
export async function signInStaff (w, name) {
  await w.go('/login')
  await w.fill({ name, password })
  await w.submit()
  await w.fill({ code: await freshCode(w.portal.sandbox, name) })
  await w.submit()
}

/** Gives the proof that a change of factors asks for, by a member of staff's app. */
export async function proveByApp (w, name) {
  await w.fill({ code: await freshCode(w.portal.sandbox, name) })
  await w.submit()
}

/** A demo citizen's phone, in the order of the demo's list. */
export const demoPhone = n => `+7999000${String(n).padStart(4, '0')}`
