import { Portal } from './portal.js'
import { browser, Album, Window } from './people.js'
import { Citizen } from './journey.js'
import * as office from './office.js'
const portal = await Portal.start()
const engine = await browser()
const album = new Album()
const look = { lang: process.argv[2] ?? 'ru', size: process.argv[3] ?? 'desktop', js: process.argv[4] !== 'nojs' }
const staff = new office.Staff(portal, engine, album)
const w = await Window.open(portal, engine, album, look)
const c = new Citizen(w)
let officer
const steps = { arrive: () => staff.arrive('mfc', 'officer', 'auditor', 'admin'), registers: 0, entersPersonalData: 0, isRefusedAndCorrects: 0, confirm: () => office.confirmAtOffice(staff, c), findsService: 0, begins: 0, answersHalf: 0, resumesElsewhere: 0, checksAndChanges: 0, sends: 0,
take: async () => { officer = await office.take(staff, c) }, ask: () => office.askAndAnswer(officer, c), decide: () => process.argv[5] === 'refuse' ? office.refuse(officer, c) : office.approve(officer, c), audit: () => office.audit(staff, c), endSession: () => office.endSession(c) }
try {
  for (const [s, f] of Object.entries(steps)) { const t = Date.now(); await (f ? f() : c[s]()); console.log(s, Date.now() - t, c.w.page.url()) }
} catch (e) { console.log(e); 
 for (const [i, x] of [c.w, ...staff.windows ?? [], officer].filter(Boolean).entries()) { await x.page.screenshot({ path: `out/fail${i}.png`, fullPage: true }).catch(() => {}); console.log(x.page.url()); console.log(await x.page.evaluate(() => [...document.querySelectorAll('main [name]')].map(e => e.name + (e.type === 'radio' ? '=' + e.value : '')).join(' ') + '\n' + document.querySelector('main').innerText.slice(0, 1500)).catch(() => 0)) } console.log(portal.log.split('\n').filter(l => /ERROR|WARN|NOTSENT/.test(l) || 0).slice(-5).join('\n').slice(0, 3000)) }
console.log(album.faults.join('\n'))
await engine.close(); await portal.stop()
