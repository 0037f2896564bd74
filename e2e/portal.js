// The portal under test: the built program with its sandbox, on ports of its
// own and in a folder of its own.
import { execFileSync, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
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

/** Resolves to whether nobody listens at the port. */
function free (port) {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, 'localhost', () => server.close(() => resolve(true)))
  })
}

/**
 * Three free ports in a row and the folder that keeps them from other tests.
 * They lie below those that the system gives to callers: one of these could be
 * a connection's own by the time the portal wants it.
 */
async function place () {
  for (let i = 0; i < 1000; i++) {
    const port = 10_000 + 10 * randomInt(2000)
    const dir = join(tmpdir(), `okno-e2e-${port}`)
    try { mkdirSync(dir, { mode: 0o700 }) } catch (err) {
      if (err.code === 'EEXIST') continue
      throw err
    }
    if (await free(port) && await free(port + 1) && await free(port + 2)) return { port, dir }
    rmSync(dir, { recursive: true })
  }
  throw new Error('no ports are free: remove folders okno-e2e-* of tests that were killed')
}

export class Portal {
  #child
  #dir
  log = ''

  /** tls: over https, with certificates of people asked for at the next port. */
  static async start ({ tls = false, factors = 'all' } = {}) {
    const portal = new Portal()
    const { port, dir } = await place()
    portal.url = `${tls ? 'https' : 'http'}://localhost:${port}`
    portal.certificates = `https://localhost:${port + 1}`
    portal.sandbox = new Sandbox(`http://127.0.0.1:${port + 2}`)
    portal.#dir = dir
    portal.#child = spawn(program(), ['demo', '--listen', `localhost:${port}`, '--sandbox-listen', `127.0.0.1:${port + 2}`, '--data', portal.#dir, '--factors', factors, ...(tls ? ['--tls'] : [])])
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
