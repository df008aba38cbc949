import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { HostClient } from '../src/cli/host-client.ts'

const command = join(import.meta.dirname, '../bin/signalbox.mjs')

/** A first start unpacks PostgreSQL and makes a cluster: some seconds, more on a busy machine. */
const READY_MS = 60_000

/** A whole host as a process of its own, with PostgreSQL, in a folder that goes with it. */
export class TourHost {
  readonly url: string
  readonly operatorToken: string
  readonly operator: HostClient
  readonly #stop: () => Promise<void>

  private constructor(url: string, operatorToken: string, stop: () => Promise<void>) {
    this.url = url
    this.operatorToken = operatorToken
    this.operator = this.as(operatorToken)
    this.#stop = stop
  }

  static async start(): Promise<TourHost> {
    const home = await mkdtemp(join(tmpdir(), 'signalbox-tour-'))
    const token = randomBytes(24).toString('base64url')
    const child = spawn(process.execPath, [command, 'serve'], {
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        // The handlers that throw on purpose are logged as errors.
        LOG_LEVEL: 'fatal',
        SIGNALBOX_HOME: home,
        SIGNALBOX_ADMIN_TOKEN: token,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
    const stop = async () => {
      child.kill('SIGTERM')
      await gone
      await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
    }
    try {
      return new TourHost(await readyUrl(child), token, stop)
    } catch (error) {
      await stop()
      throw error
    }
  }

  as(token: string): HostClient {
    return new HostClient({ url: this.url, token })
  }

  /** Resolves when its processes and its folder are gone. */
  stop(): Promise<void> {
    return this.#stop()
  }
}

async function readyUrl(child: ChildProcess): Promise<string> {
  const late = setTimeout(() => child.kill('SIGTERM'), READY_MS)
  try {
    if (child.stdout === null) throw new Error('the host has no output')
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('ready ')) return line.slice('ready '.length)
    }
    throw new Error(`the host ended before it was ready, or was not ready within ${READY_MS} ms`)
  } finally {
    clearTimeout(late)
  }
}
