import { Portal } from './portal.js'
import { browser, Album, Window } from './people.js'
import { Citizen } from './journey.js'
const portal = await Portal.start()
const engine = await browser()
const album = new Album(); album.first = () => false
for (let i = 0; i < 6; i++) {
const w = await Window.open(portal, engine, album, { lang: 'ru', size: 'desktop', js: true })
const c = new Citizen(w)
const t = Date.now()
try {
  await c.registers(); await c.entersPersonalData()
  await w.go('/cabinet/profile'); await w.waits(c.words.refused, {within: 6000})
  console.log('fine', Date.now() - t)
} catch (e) { console.log(e.message); await w.page.reload(); console.log('after reload:', (await w.text()).slice(60,160)); await new Promise(r => setTimeout(r, 10000)); await w.page.reload(); console.log('after reload:', (await w.text()).slice(60,160))}
await w.close()
}
console.log(portal.log.split('\n').slice(25).join('\n').slice(0, 6000))
await engine.close(); await portal.stop()
