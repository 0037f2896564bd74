// The main job of the portal, step by step, as people do it in their browsers.
import assert from 'node:assert/strict'
import { answers, file } from './form.js'
import { newContacts, newPassword, register, Window } from './people.js'
import { until } from './sandbox.js'

/** Words that a page must say, in both languages. */
const words = {
  ru: {
    standard: /Стандартная/, confirmed: /Подтверждённая/, refused: /отличается/, found: /Справка об отсутствии судимости/, search: 'спровка о несудимости',
    closed: /подтверждённ/i, source: /Заполнено автоматически/, change: 'Изменить', sent: /Заявление отправлено/, number: /Номер заявления/
  },
  en: {
    standard: /Standard/, confirmed: /Confirmed/, refused: /differs/, found: /Criminal record certificate/, search: 'criminal recrod',
    closed: /confirmed/i, source: /Filled in/i, change: 'Change', sent: /Application sent/i, number: /number/i
  }
}

/** One citizen's way, with everything that the later steps need to know. */
export class Citizen {
  constructor (window) {
    this.w = window
    this.words = words[window.look.lang]
  }

  async registers () {
    this.person = await this.w.portal.sandbox.adult()
    this.contact = newContacts()
    await register(this.w, this.person, this.contact)
    assert.match(this.w.page.url(), /\/cabinet/)
  }

  /** A section of the personal data; the next empty one opens by itself. */
  async #section (name, values) {
    await this.w.go(`/cabinet/profile/edit/${name}`)
    await this.w.fill(values)
    await this.w.submit()
  }

  async entersPersonalData () {
    const p = this.person
    const [year, month, day] = p.birth_date.split('-')
    await this.#section('person', {
      last_name: p.last_name, first_name: p.first_name, middle_name: p.middle_name,
      'birth_date-day': day, 'birth_date-month': month, 'birth_date-year': year, sex: p.sex
    })
    await this.#section('passport', this.#passport(wrongDay(p.passport.issued_on)))
    await this.#section('snils', { snils: p.snils })
    await this.#section('inn', { inn: p.inn })
    await this.#section('address', { index: p.address.index, region: p.address.region, city: p.address.city, street: p.address.street, house: p.address.house, flat: p.address.flat })
  }

  #passport (issued) {
    const { series, number, issued_by, unit_code } = this.person.passport
    const [year, month, day] = issued.split('-')
    return { series, number, issued_by, unit_code, 'issued_on-day': day, 'issued_on-month': month, 'issued_on-year': year }
  }

  async isRefusedAndCorrects () {
    await this.w.go('/cabinet/profile')
    await this.w.waits(this.words.refused)
    await this.#section('passport', this.#passport(this.person.passport.issued_on))
    await this.w.go('/cabinet/profile')
    await this.w.waits(this.words.standard)
  }

  async findsService () {
    await this.w.go('/')
    await this.w.fill({ q: this.words.search })
    await this.w.submit()
    assert.match(await this.w.text(), this.words.found)
    await this.w.press(this.w.page.locator('main a', { hasText: this.words.found }).first())
    assert.match(this.w.page.url(), /\/services\/criminal-record-certificate$/)
  }

  async begins () {
    await this.w.go('/cabinet/drafts/new?service=criminal-record-certificate')
    await this.w.submit()
    assert.match(this.w.page.url(), /\/who$/)
    this.draft = this.w.page.url().replace(/\/who$/, '')
  }

  /** Answers the questions up to the middle, one wrong on the way. */
  async answersHalf () {
    const { w } = this
    await w.submit() // nothing chosen
    assert.equal(await w.page.locator('.govuk-error-summary').count(), 1)
    if (w.look.js) assert.ok(await w.page.evaluate(() => document.activeElement.matches('.govuk-error-summary')), 'the summary has the focus')
    await w.fill(answers.who)
    await w.submit()
    assert.match(w.page.url(), /\/applicant(\?|$)/)
    assert.match(await w.text(), this.words.source)
    assert.equal(await w.page.locator('[name="person.last_name"]').inputValue(), this.person.last_name)
    if (await w.page.locator('[name=birth_place]').inputValue() === '') await w.fill({ birth_place: 'г. Казань' })
    await w.submit()
    assert.match(w.page.url(), /\/child(\?|$)/)
    await w.fill({ ...answers.child, ...bornYearsAgo('child.birth_date', 7), ...certificate })
    await w.asks('guardianship')
    assert.match(w.page.url(), /\/child(\?|$)/)
    await w.fill({ guardianship: file('решение об опеке.pdf') })
    await w.submit()
    assert.match(w.page.url(), /\/names(\?|$)/)
    await w.fill({ changed_name: 'yes' })
    await w.asks('previous_names.0.last_name')
    assert.match(w.page.url(), /\/names(\?|$)/)
    await w.fill({ 'previous_names.0.last_name': 'Петрова', 'previous_names.0.first_name': 'Анна', ...bornYearsAgo('previous_names.0.until', 9) })
    await w.press('main button[value="add:previous_names"]')
    await w.fill({ 'previous_names.1.last_name': 'Сидорова', 'previous_names.1.first_name': 'Анна', ...bornYearsAgo('previous_names.1.until', 5) })
    await w.press('main button[value=save]')
  }

  /** Goes on in another browser, where nothing is lost. */
  async resumesElsewhere () {
    const other = await Window.open(this.w.portal, this.w.engine, this.w.album, this.w.look, await this.w.context.storageState())
    await this.w.close()
    this.w = other
    await other.go('/cabinet')
    await other.go(this.draft)
    assert.match(other.page.url(), /\/names(\?|$)/)
    assert.equal(await other.page.locator('[name="previous_names.1.last_name"]').inputValue(), 'Сидорова')
    await other.submit()
    assert.match(other.page.url(), /\/places(\?|$)/)
    await other.fill({ moved: 'no' })
    await other.submit()
    await other.fill({ purpose: 'visa', way: answers.purpose.way, truth: true })
    await other.asks('country')
    assert.match(other.page.url(), /\/purpose(\?|$)/)
    await other.fill({ country: 'Сербия' })
    await other.submit()
    assert.match(other.page.url(), /\/check(\?|$)/)
  }

  async checksAndChanges () {
    const { w } = this
    const text = await w.text()
    for (const said of [this.person.last_name, 'Анна-Мария', 'Сидорова', 'Сербия', 'решение об опеке.pdf']) assert.ok(text.includes(said), `${said} is among the answers`)
    await w.press(w.page.locator('main a[href*="/purpose"]').filter({ hasText: this.words.change }).first())
    await w.fill({ country: 'Армения' })
    await w.submit()
    assert.match(w.page.url(), /\/check(\?|$)/, 'straight back to the answers')
    assert.ok((await w.text()).includes('Армения'))
  }

  signsInAgain (page) { return signsIn(page, this.w.portal.sandbox, this.contact) }

  /** A double click sends once; the browser's Back shows what happened. */
  async sends () {
    const { w } = this
    const since = await w.portal.sandbox.now(this.contact.phone)
    await w.page.locator('main form[action$="/send"] button.govuk-button:not(.govuk-button--secondary)').dblclick({ noWaitAfter: true })
    await until('the number', () => /\/sent$/.test(w.page.url()))
    await w.page.waitForLoadState('load')
    await w.see()
    const text = await w.text()
    assert.match(text, this.words.number)
    this.number = (await w.page.locator('.govuk-panel strong').innerText()).trim()
    assert.ok(this.number.length >= 8, this.number)
    await w.portal.sandbox.message(this.contact.phone, new RegExp(this.number), { since })
    await w.portal.sandbox.message(this.contact.email, new RegExp(`${w.look.lang === 'ru' ? 'Заявление' : 'Application'} ${this.number}`))
    await w.page.goBack()
    await w.see()
    await w.go('/cabinet/applications')
    assert.equal((await w.text()).split(this.number).length - 1, 1, 'sent once')
    await w.go('/cabinet/notices')
    assert.ok((await w.text()).includes(this.number))
  }
}

/** Signs in on a page of another browser, by address and code. */
async function signsIn (page, sandbox, contact) {
  const since = await sandbox.now(contact.phone)
  await page.goto('/login')
  await page.locator('main [name=name]').fill(contact.email)
  await page.locator('main [name=password]').fill(newPassword)
  await page.locator('main form button[type=submit]').first().click()
  await page.locator('main [name=code]').fill(await sandbox.code(contact.phone, since))
  await page.locator('main form button[type=submit]').first().click()
  await page.waitForURL(/\/cabinet/)
}

/** A date's three boxes, some years before today; names as in forms or profile. */
function bornYearsAgo (name, years) {
  return { [`${name}.day`]: '12', [`${name}.month`]: '3', [`${name}.year`]: String(new Date().getFullYear() - years) }
}

const certificate = {
  child_certificate: 'II-АБ 123456'
}

/** Another day of the same month, so that only this differs. */
function wrongDay (date) {
  const day = Number(date.slice(8))
  return date.slice(0, 8) + String(day === 1 ? 2 : day - 1).padStart(2, '0')
}
