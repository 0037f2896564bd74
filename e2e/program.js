// Programs that speak to the API for people, so that a journey begins where it matters.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { demoPhone } from './people.js'
import { password } from './portal.js'

/** A citizen's program: the demo's person of that name and number signs in. */
export class Program {
  #token = ''

  static async of (portal, name, n) {
    const program = new Program()
    program.portal = portal
    const since = await portal.sandbox.now(demoPhone(n))
    const { pending } = await program.post('/sessions', { identifier: name, password })
    program.#token = (await program.post(`/sessions/${pending}/factor`, { code: await portal.sandbox.code(demoPhone(n), since) })).token
    return program
  }

  post (path, body) { return this.#call('POST', path, body) }
  get (path) { return this.#call('GET', path) }

  async #call (method, path, body, type = 'application/json') {
    const answer = await fetch(`${this.portal.url}/api/v1${path}`, {
      method,
      body: body instanceof Uint8Array ? body : body && JSON.stringify(body),
      headers: { 'Content-Type': type, 'Idempotency-Key': randomUUID(), ...(this.#token && { Authorization: `Bearer ${this.#token}` }) }
    })
    const out = await answer.json()
    assert.ok(answer.ok, `${path}: ${answer.status} ${JSON.stringify(out)}`)
    return out
  }

  /** Applies for the certificate; gives the application's number. */
  async applies (answers = {}) {
    const { number } = await this.post('/applications', {
      service: 'criminal-record-certificate',
      answers: { for_whom: 'self', birth_place: 'Москва', changed_name: false, moved: false, purpose: 'work', way: 'electronic', truth: true, ...answers }
    })
    return number
  }

  /** Begins a draft and fills it in; gives its id. */
  async draft (service, answers) {
    const { id } = await this.post('/drafts', { service })
    await this.fills(id, answers)
    return id
  }

  /** Fills in a draft, page by page. A value {file: bytes, name, type} is attached. */
  async fills (id, answers) {
    let draft = await this.get(`/drafts/${id}`)
    const open = { ...answers }
    for (let i = 0; i < draft.steps.length;) {
      const { id: step, fields, groups } = draft.steps[i]
      const mine = {}
      for (const { id: name } of [...fields, ...groups]) {
        if (!(name in open)) continue
        mine[name] = await this.#attached(id, name, open[name])
        delete open[name]
      }
      if (Object.keys(mine).length) draft = await this.#call('PATCH', `/drafts/${id}`, { step, answers: mine })
      else i++ // an answer may have shown another question of its page
    }
    assert.deepEqual([draft.faults, draft.stop, open], [[], undefined, {}], draft.service)
  }

  async #attached (draft, field, value) {
    if (!value?.file) return value
    const { file, name = 'a.pdf', type = 'application/pdf' } = value
    return [(await this.#call('POST', `/drafts/${draft}/files?field=${field}&name=${name}`, file, type)).id]
  }
}
