// The staff's half of the journey: МФЦ operator, officer, auditor, administrator.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { file, png } from './form.js'
import { signInStaff, Window } from './people.js'

/** Staff of one portal; each signs in once, as codes can't be used again. */
export class Staff {
  #states = new Map()

  constructor (portal, engine, album) { Object.assign(this, { portal, engine, album }) }

  /** Signs all of them in, side by side. */
  async arrive (...names) {
    for (const name of names) {
      const w = await Window.open(this.portal, this.engine, this.album)
      await signInStaff(w, name)
      assert.match(w.page.url(), /\/desk/)
      this.#states.set(name, await w.context.storageState())
      await w.close()
    }
  }

  open (name, look) { return Window.open(this.portal, this.engine, this.album, look, this.#states.get(name)) }
}

/** The МФЦ operator finds the visitor by СНИЛС and confirms who it is. */
export async function confirmAtOffice (staff, citizen) {
  const w = await staff.open('mfc', citizen.w.look)
  await w.go('/desk/mfc')
  await w.fill({ find: citizen.person.snils })
  await w.submit()
  assert.ok((await w.text()).includes(citizen.person.last_name))
  await w.submit() // without the tick
  assert.equal(await w.page.locator('.govuk-error-summary').count(), 1)
  await w.fill({ seen: true })
  await w.submit()
  await w.close()
  await citizen.w.go('/cabinet/profile')
  await citizen.w.waits(citizen.words.confirmed)
}

/** Opens one of the actions of an officer's card and sends its form. */
export async function act (w, deed, values = {}) {
  const form = w.page.locator(`main form[action*="/applications/"][action$="/${deed}"]`)
  const details = w.page.locator('main details', { has: w.page.locator(`form[action*="/applications/"][action$="/${deed}"]`) })
  if (await details.count() && !await details.evaluate(e => e.open)) await details.locator('summary').first().click()
  for (const [name, value] of Object.entries(values)) {
    const field = form.locator(`[name="${name}"]:not([type=hidden])`).first()
    const kind = await field.evaluate(e => e.tagName === 'SELECT' ? 'select' : e.type)
    if (kind === 'select') await field.selectOption(value)
    else if (kind === 'checkbox') await field.check()
    else await field.fill(value)
  }
  await w.press(form.locator('button.govuk-button:not(.okno-button--quiet)'))
}

/** An officer finds the application in the queue and takes it into work. */
export async function take (staff, citizen, name = 'officer') {
  const w = await staff.open(name, citizen.w.look)
  await w.go('/desk')
  assert.ok((await w.text()).includes(citizen.number), 'the application stands in the queue')
  await w.go('/desk?tab=free')
  await w.press(w.page.locator(`main a[href$="/desk/applications/${citizen.number}"]`).first())
  await act(w, 'take')
  return w
}

/** The officer asks for a file; the citizen's open page says so, and answers. */
export async function askAndAnswer (officer, citizen) {
  const { w, number } = citizen
  await w.go(`/cabinet/applications/${number}`)
  const since = await w.portal.sandbox.now(citizen.contact.phone)
  await officer.go(`/desk/applications/${number}`)
  await act(officer, 'ask', { text: '' }) // nothing asked
  await act(officer, 'ask', { preset: 'powers' })
  await w.waits(w.look.lang === 'ru' ? /Приложите решение об опеке/ : /Attach the decision on guardianship/)
  await w.portal.sandbox.message(citizen.contact.phone, new RegExp(number), { since })
  await w.portal.sandbox.message(citizen.contact.email, new RegExp(number))
  await w.press('main form[action$="/answer"] button.govuk-button') // without the file
  assert.equal(await w.page.locator('.govuk-error-summary').count(), 1)
  await w.fill({ files: file('опека.png', png()), text: 'Прикладываю решение' })
  await w.press('main form[action$="/answer"] button.govuk-button')
  assert.equal(await w.page.locator('main form[action$="/answer"]').count(), 0)
  await officer.waits(/опека\.png/, { reload: true })
}

/** The officer approves; the citizen's open page changes and has the document. */
export async function approve (officer, citizen) {
  const { w, number } = citizen
  await w.go(`/cabinet/applications/${number}`)
  await officer.go(`/desk/applications/${number}`)
  await act(officer, 'approve', { comment: 'Сведений о судимости нет' })
  await w.waits(/Сведений о судимости нет/)
  const pdf = await download(w, w.page.locator('main a[download][href*="documents"]').first())
  readable(pdf)
  await w.go('/cabinet/documents')
  await verify(w, pdf)
}

async function download (w, link) {
  const [got] = await Promise.all([w.page.waitForEvent('download'), link.click()])
  const path = await got.path()
  assert.equal(readFileSync(path).subarray(0, 5).toString(), '%PDF-')
  return path
}

/** The papers of an agency are in Russian, whatever the page's language. */
function readable (pdf) {
  const text = execFileSync('pdftotext', [pdf, '-']).toString()
  assert.match(text, /судимости/)
  assert.match(text, /Ёлкина/, 'Cyrillic in the document')
  const fonts = execFileSync('pdffonts', [pdf]).toString().split('\n').slice(2).filter(Boolean)
  for (const font of fonts) assert.match(font, /yes (yes|no )\s*(yes|no)\s+\d+\s+\d+$/, `embedded: ${font}`)
}

/** Anybody checks the document by its QR code, by its number, and a wrong one. */
async function verify (owner, pdf) {
  execFileSync('pdftoppm', ['-r', '150', '-png', '-singlefile', pdf, pdf])
  const said = execFileSync('zbarimg', ['--quiet', '--raw', `${pdf}.png`], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim()
  assert.ok(said.startsWith(owner.portal.url), said)
  const w = await Window.open(owner.portal, owner.engine, owner.album, owner.look)
  await w.go(said)
  assert.match(await w.text(), valid[w.look.lang])
  assert.ok(!(await w.text()).includes('Ёлкина'), 'no more than is needed')
  const number = new URL(w.page.url()).searchParams.get('number') ?? await w.page.locator('[name=number]').last().inputValue()
  await w.go('/verify')
  await w.fill({ number })
  await w.submit()
  assert.match(await w.text(), valid[w.look.lang])
  for (const wrong of [number.replace(/.$/, c => c === '7' ? '8' : '7'), 'AAAA']) {
    const answer = await w.page.goto(`/verify?number=${wrong}`)
    assert.ok([404, 422].includes(answer.status()), `a wrong number: ${answer.status()}`)
    assert.equal(await w.page.locator('main .okno-status--done').count(), 0)
    await w.see()
  }
  await w.close()
}

const valid = { ru: /действует|действителен/i, en: /valid|in force/i }

/** The officer refuses; the citizen reads why, how to mend it, where to complain. */
export async function refuse (officer, citizen) {
  const { w, number } = citizen
  await w.go(`/cabinet/applications/${number}`)
  await officer.go(`/desk/applications/${number}`)
  await act(officer, 'refuse', {}) // no ground
  assert.equal(await officer.page.locator('.govuk-error-summary').count(), 1)
  await act(officer, 'refuse', { ground: 'names', comment: 'В архиве есть фамилия Кошкина' })
  await w.waits(/Кошкина/)
  assert.match(await w.text(), w.look.lang === 'ru' ? /Перечислите все прежние фамилии/ : /List all earlier surnames/)
  assert.match(await w.text(), w.look.lang === 'ru' ? /жалоб|пожаловаться/i : /complain/i)
}

/** The auditor finds the acts; the administrator sees nobody's data. */
export async function audit (staff, citizen) {
  const auditor = await staff.open('auditor', citizen.w.look)
  await auditor.go('/desk/journal')
  for (const deed of ['applications.submitted', 'applications.take', 'applications.ask', 'profile.confirmed_at_office']) {
    await auditor.go(`/desk/journal?act=${deed}`)
    assert.ok(await auditor.page.locator('main tbody tr').count() > 0, `the journal has ${deed}`)
  }
  await auditor.close()
  const admin = await staff.open('admin', citizen.w.look)
  for (const path of ['/desk', '/desk/system']) {
    await admin.go(path)
    assert.ok(!(await admin.text()).includes(citizen.person.last_name))
  }
  for (const path of [`/desk/applications/${citizen.number}`, '/desk/journal', '/desk/mfc', '/desk/tickets']) {
    const answer = await admin.page.goto(path)
    assert.ok([403, 404].includes(answer.status()), `${path} is closed to the administrator: ${answer.status()}`)
    await admin.see()
  }
  await admin.close()
}

/** A session that is ended in one browser signs the other out at once. */
export async function endSession (citizen) {
  const { w } = citizen
  const other = await w.context.browser().newContext({ baseURL: w.portal.url })
  const page = await other.newPage()
  await citizen.signsInAgain(page)
  await w.go('/cabinet/security')
  await w.press(w.page.locator('main form[action*="/sessions/"] button').first())
  await page.waitForTimeout(500)
  await page.goto('/cabinet')
  assert.match(page.url(), /\/login/)
  await other.close()
}
