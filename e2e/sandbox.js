// The outside world of the portal: what was sent, who lives there, what fails.

/** Polls until ask gives something, and fails with the given words. */
export async function until (what, ask, within = 45_000) {
  const deadline = Date.now() + within
  for (;;) {
    const found = await ask()
    if (found) return found
    if (Date.now() > deadline) throw new Error(`waited ${within / 1000} s for ${what}`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

export class Sandbox {
  #taken = new Map() // contact → people of the population given to a test

  constructor (url) { this.url = url }

  async get (path) {
    const answer = await fetch(this.url + path)
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    return answer.json()
  }

  messages (to) { return this.get(`/api/messages?to=${encodeURIComponent(to)}`) }

  /** The newest message to a contact that matches, waited for. */
  message (to, pattern, { since = '' } = {}) {
    return until(`a message to ${to} like ${pattern}`, async () =>
      (await this.messages(to)).find(m => m.sent_at > since && pattern.test(`${m.subject}\n${m.text}`)), 30_000)
  }

  /** The newest code sent to a contact after a moment. */
  async code (to, since = '') {
    const m = await this.message(to, /\b\d{3}[ -]?\d{3}\b/, { since })
    return m.text.match(/\b(\d{3})[ -]?(\d{3})\b/).slice(1).join('')
  }

  /** The path of the newest link of a kind in what was sent to a contact. */
  async link (to, kind, subject = '') {
    const m = await this.message(to, new RegExp(`${subject}[^]*${kind}/`))
    return new URL(m.text.match(/https?:\/\/\S+/g).find(a => a.includes(`${kind}/`))).pathname
  }

  /** The newest moment of a contact's box: later messages are new. */
  async now (to) { return (await this.messages(to))[0]?.sent_at ?? '' }

  async authenticator (name) {
    const one = (await this.get('/api/authenticator')).find(c => c.name === name)
    if (!one) throw new Error(`no authenticator of ${name}`)
    return one
  }

  async people (filter) {
    const { people } = await this.get('/api/people?limit=500')
    return people.filter(filter)
  }

  /** An adult with a passport whom no other test has been given. */
  async adult () {
    const fit = await this.people(p => p.number > 5 && p.passport && p.birth_date < '1996' && p.birth_date > '1955' && p.inn && p.address?.street)
    const one = fit.find(p => !this.#taken.has(p.snils))
    this.#taken.set(one.snils, one)
    return one
  }

  /** Throws switches of a party: {down: true}; {} sets all back. */
  async party (name, state) {
    const none = { delay: '0s', refusal: false, garbage: false, down: false, slow: false, duplicate: false }
    const answer = await fetch(`${this.url}/api/switches/${name}`, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ ...none, ...state }) })
    if (!answer.ok) throw new Error(`switch of ${name}: ${answer.status} ${await answer.text()}`)
  }
}
