// The main job, from the first page to the document, in every pair of language,
// width and scripting. Two people go their ways at the same time.
import { after, before, describe, test } from 'node:test'
import { Citizen } from './journey.js'
import { approve, askAndAnswer, audit, confirmAtOffice, endSession, refuse, Staff, take } from './office.js'
import { Album, browser, Window } from './people.js'
import { Portal } from './portal.js'

let portal, engine, staff
const album = new Album()

before(async () => {
  portal = await Portal.start()
  engine = await browser()
  staff = new Staff(portal, engine, album)
  await staff.arrive('mfc', 'officer', 'officer2', 'auditor', 'admin')
})

after(async () => {
  await engine?.close()
  await portal?.stop()
})

/** The whole way; the officer is the person's own, as two go at once. */
async function way (t, look, { officer: name, decision }) {
  const citizen = new Citizen(await Window.open(portal, engine, album, look))
  let officer
  const steps = {
    'registers with codes by SMS and e-mail': () => citizen.registers(),
    'enters personal data': () => citizen.entersPersonalData(),
    'is refused by a registry, corrects the field, is standard': () => citizen.isRefusedAndCorrects(),
    'finds the service by words with a slip': () => citizen.findsService(),
    'is confirmed at the МФЦ': () => confirmAtOffice(staff, citizen),
    'begins an application': () => citizen.begins(),
    'answers half of the questions': () => citizen.answersHalf(),
    'goes on in another browser': () => citizen.resumesElsewhere(),
    'checks the answers and changes one': () => citizen.checksAndChanges(),
    'sends once with a double click': () => citizen.sends(),
    'an officer takes the application': async () => { officer = await take(staff, citizen, name) },
    'is asked for a file and attaches it': () => askAndAnswer(officer, citizen),
    'gets the decision': () => decision(officer, citizen),
    'the auditor sees the acts, the administrator no data': () => audit(staff, citizen),
    'ends the session of another browser': () => endSession(citizen)
  }
  try {
    for (const [what, step] of Object.entries(steps)) {
      let fine = false
      await t.test(what, async () => { await step(); fine = true })
      if (!fine) throw new Error(`stopped at: ${what}`)
    }
  } finally {
    await officer?.close()
    await citizen.w.close()
  }
}

describe('the main job', { concurrency: 2 }, () => {
  test('in Russian, wide, with scripts: approved', t => way(t, { lang: 'ru', size: 'desktop', js: true }, { officer: 'officer', decision: approve }))
  test('in English, narrow, with scripts: approved', t => way(t, { lang: 'en', size: 'phone', js: true }, { officer: 'officer2', decision: approve }))
  test('in English, wide, without scripts: refused', t => way(t, { lang: 'en', size: 'desktop', js: false }, { officer: 'officer', decision: refuse }))
  test('in Russian, narrow, without scripts: refused', t => way(t, { lang: 'ru', size: 'phone', js: false }, { officer: 'officer2', decision: refuse }))
})

test('every page that was seen is clean', () => {
  console.log(`${album.size} different pages looked at`)
  album.clean()
})
