// The portal under test: the built program with its sandbox, on ports of its
// own and in a folder of its own.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Sandbox } from './sandbox.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const readyWithin = 60_000

/** Everybody's password in the demo. */
export const password = 'Okno-demo-2026'

/** Path of the program: OKNO_BIN, or built here (fast when nothing changed). */
function program () {
  if (process.env.OKNO_BIN) return process.env.OKNO_BIN
  const bin = join(root, 'bin', 'okno')
  execFileSync('go', ['build', '-o', bin, './cmd/okno'], { cwd: root, stdio: 'inherit', env: { ...process.env, CGO_ENABLED: '0' } })
  return bin
}

function freePort () {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

export class Portal {
  #child
  #dir
  log = ''

  /** tls: over https, with certificates of people asked for at the next port. */
  static async start ({ tls = false } = {}) {
    const portal = new Portal()
    const [port, sandboxPort] = [await freePort(), await freePort()]
    portal.url = `${tls ? 'https' : 'http'}://localhost:${port}`
    portal.certificates = `https://localhost:${port + 1}`
    portal.sandbox = new Sandbox(`http://127.0.0.1:${sandboxPort}`)
    portal.#dir = mkdtempSync(join(tmpdir(), 'okno-e2e-'))
    portal.#child = spawn(program(), ['demo', '--listen', `localhost:${port}`, '--sandbox-listen', `127.0.0.1:${sandboxPort}`, '--data', portal.#dir, ...(tls ? ['--tls'] : [])])
    for (const stream of [portal.#child.stdout, portal.#child.stderr]) stream.on('data', text => { portal.log += text })
    await portal.#ready()
    return portal
  }

  async #ready () {
    const deadline = Date.now() + readyWithin
    while (!this.log.includes(this.url)) {
      if (this.#child.exitCode !== null) throw new Error(`the portal stopped:\n${this.log}`)
      if (Date.now() > deadline) throw new Error(`the portal is not ready:\n${this.log}`)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }

  async stop () {
    const ended = new Promise(resolve => this.#child.once('exit', resolve))
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGTERM')
      const patience = setTimeout(() => this.#child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(patience)
    }
    rmSync(this.#dir, { recursive: true, force: true })
  }
}
