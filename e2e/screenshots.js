// Pictures of the pages for people's eyes: node screenshots.js [ru|en] [desktop|phone],
// into out/.
import { mkdirSync } from 'node:fs'
import { Citizen } from './journey.js'
import { approve, askAndAnswer, confirmAtOffice, refuse, Staff, take } from './office.js'
import { Album, browser, Window } from './people.js'
import { Portal } from './portal.js'

const [langs, sizes] = [process.argv[2] ? [process.argv[2]] : ['ru', 'en'], process.argv[3] ? [process.argv[3]] : ['desktop', 'phone']]
mkdirSync('out', { recursive: true })
const portal = await Portal.start()
const engine = await browser()
const album = new Album('out')
const staff = new Staff(portal, engine, album)

const open = ['/', '/services', '/services?q=паспорт', '/services?q=qqqq', '/services/criminal-record-certificate', '/services/foreign-passport', '/login', '/recover',
  '/help', '/privacy', '/accessibility', '/feedback', '/verify', '/terms', '/consent']
const own = ['/cabinet', '/cabinet/applications', '/cabinet/documents', '/cabinet/notices', '/cabinet/settings', '/cabinet/security',
  '/cabinet/profile', '/cabinet/profile/consents', '/cabinet/profile/delete']
const desks = { support: ['/desk', '/desk/tickets'], admin: ['/desk', '/desk/system'], auditor: ['/desk', '/desk/journal'], mfc: ['/desk', '/desk/mfc'], head: ['/desk'] }

async function walk (look) {
  const w = await Window.open(portal, engine, album, look)
  for (const path of open) await w.go(path)
  await w.go('/nothing-here', 404)
  const citizen = new Citizen(w)
  await citizen.registers()
  for (const path of own) await w.go(path)
  await citizen.entersPersonalData()
  await citizen.isRefusedAndCorrects()
  await w.go('/cabinet/drafts/new?service=criminal-record-certificate')
  await confirmAtOffice(staff, citizen)
  await citizen.findsService()
  await citizen.begins()
  await citizen.answersHalf()
  await w.go('/cabinet')
  await citizen.resumesElsewhere()
  await citizen.checksAndChanges()
  await citizen.sends()
  const officer = await take(staff, citizen)
  await askAndAnswer(officer, citizen)
  await (look.size === 'phone' ? refuse : approve)(officer, citizen)
  for (const path of own) {
    await citizen.w.go(path)
    await citizen.w.page.screenshot({ path: `out/${look.lang}-${look.size}-full${path.replaceAll('/', '_')}.png`, fullPage: true })
  }
  for (const [name, paths] of Object.entries(desks)) {
    const desk = await staff.open(name, look)
    for (const path of paths) await desk.page.goto(path).then(() => desk.page.screenshot({ path: `out/${look.lang}-${look.size}-${name}${path.replaceAll('/', '_')}.png`, fullPage: true }))
    await desk.close()
  }
  await officer.close()
  await citizen.w.close()
}

try {
  await staff.arrive('mfc', 'officer', 'support', 'admin', 'auditor', 'head')
  for (const lang of langs) for (const size of sizes) await walk({ lang, size })
} finally {
  await engine.close()
  await portal.stop()
}
for (const fault of album.faults) console.log(fault)
