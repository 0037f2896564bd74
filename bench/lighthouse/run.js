// What Lighthouse says of home, catalogue, a service, a form's step and the
// cabinet: node run.js, after npm ci here and in e2e/. Exits with 1 where a
// category is below 95. OKNO_BIN names a built program, OKNO_LIGHTHOUSE a folder
// for whole reports.
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import lighthouse from 'lighthouse'
import { chromium } from '../../e2e/node_modules/playwright-core/index.mjs'
import { Portal, password } from '../../e2e/portal.js'
import { demoPhone } from '../../e2e/people.js'

const categories = ['performance', 'accessibility', 'best-practices', 'seo']
const least = 95

const freePort = () => new Promise(resolve => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})

const portal = await Portal.start()
const port = await freePort()
const engine = await chromium.launch({
  executablePath: process.env.OKNO_CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage', `--remote-debugging-port=${port}`]
})

/** Signs in, begins an application, and gives the session's cookies and the form's address. */
async function signIn () {
  const context = await engine.newContext({ baseURL: portal.url, locale: 'ru-RU' })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const since = await portal.sandbox.now(demoPhone(1))
  await page.goto('/login')
  await page.locator('main [name=name]').fill(demoPhone(1))
  await page.locator('main [name=password]').fill(password)
  await page.locator('main form button[type=submit]').first().click()
  await page.locator('main [name=code]').fill(await portal.sandbox.code(demoPhone(1), since))
  await page.locator('main form button[type=submit]').first().click()
  await page.waitForURL(/\/cabinet/)
  await page.goto('/cabinet/drafts/new?service=criminal-record-certificate')
  await page.locator('main form[action="/cabinet/drafts"] button').first().click()
  await page.waitForURL(/\/who/)
  await page.locator('[name=for_whom][value=self]').check()
  await page.locator('main .govuk-button-group button').first().click()
  await page.waitForURL(/\/applicant/)
  const form = new URL(page.url()).pathname
  const cookies = (await context.cookies()).map(c => `${c.name}=${c.value}`).join('; ')
  await context.close()
  return { form, cookies }
}

async function judge (name, path, Cookie) {
  const flags = { port, output: 'json', logLevel: 'error', onlyCategories: categories, disableStorageReset: true }
  // A session that comes from another browser is asked for a factor: keep that of the sign-in.
  if (Cookie) Object.assign(flags, { extraHeaders: { Cookie }, emulatedUserAgent: false })
  const { lhr, report } = await lighthouse(portal.url + path, flags)
  if (new URL(lhr.finalDisplayedUrl).pathname !== path) throw new Error(`${path} led to ${lhr.finalDisplayedUrl}`)
  if (process.env.OKNO_LIGHTHOUSE) writeFileSync(`${process.env.OKNO_LIGHTHOUSE}/${name}.json`, report)
  const scores = categories.map(c => Math.round((lhr.categories[c].score ?? 0) * 100))
  console.log(`| ${name} | ${scores.join(' | ')} |`)
  for (const c of categories) {
    for (const { id, weight } of lhr.categories[c].auditRefs) {
      const audit = lhr.audits[id]
      if (weight > 0 && audit.score !== null && audit.score < 0.9) console.log(`    ${c}: ${audit.title} (${id}, ${audit.score}) ${audit.displayValue ?? ''}`)
    }
  }
  return scores
}

let lowest = 100
try {
  if (process.env.OKNO_LIGHTHOUSE) mkdirSync(process.env.OKNO_LIGHTHOUSE, { recursive: true })
  const { form, cookies } = await signIn()
  console.log(`| page | ${categories.join(' | ')} |\n|---|---|---|---|---|`)
  for (const [name, path, cookie] of [
    ['home', '/'], ['catalogue', '/services'], ['service', '/services/criminal-record-certificate'], ['form', form, cookies], ['cabinet', '/cabinet', cookies]
  ]) lowest = Math.min(lowest, ...await judge(name, path, cookie))
} finally {
  await engine.close()
  await portal.stop()
}
process.exitCode = lowest < least ? 1 : 0
