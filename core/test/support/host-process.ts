import '../../../sandbox/test/plain-spawn.ts'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { StringDecoder } from 'node:string_decoder'
import type { Test } from 'tap'
import { HostClient, HostRefusal } from '../../src/cli/host-client.ts'
import type { Problem } from '../../src/gateway/problem.ts'

export const OPERATOR_TOKEN = 'operator-token-of-the-tests'

const command = join(import.meta.dirname, 'host-under-test.ts')

/** What a test or a bench gives back when it is over. */
export type Teardown = Pick<Test, 'teardown'>

/** A host starts in about two seconds, and sets a demo up in twenty; a machine that runs every core's tests at once takes ten times that. */
const READY_MS = 240_000

export interface HostSettings {
  /** A data folder to go on with; left out: a fresh one, removed at teardown. */
  readonly home?: string
  readonly databaseUrl?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly words?: readonly string[]
  /** Told all that it writes to its output and its log. */
  readonly onOutput?: (bytes: Buffer) => void
}

/** A whole host as a process of its own, started with the documented environment and nothing else. */
export class HostProcess {
  readonly url: string
  readonly home: string
  readonly client: HostClient
  /** The last 20,000 characters of its log. */
  readonly log: () => string
  readonly #child: ChildProcess
  readonly #gone: Promise<number | null>

  private constructor(
    url: string,
    home: string,
    child: ChildProcess,
    gone: Promise<number | null>,
    log: () => string,
  ) {
    this.log = log
    this.url = url
    this.home = home
    this.client = new HostClient({ url, token: OPERATOR_TOKEN })
    this.#child = child
    this.#gone = gone
  }

  static async start(t: Teardown, settings: HostSettings = {}): Promise<HostProcess> {
    const home = settings.home ?? (await temporaryHome(t))
    const { child, gone, errors } = spawnHost(home, settings)
    t.teardown(async () => {
      child.kill('SIGTERM')
      await gone
    })
    const url = await readyUrl(child, gone).catch((error: Error) => {
      throw new Error(`${error.message}: ${errors().slice(-2000)}`, { cause: error })
    })
    // Whoever looked for that line has stopped the rest.
    child.stdout.resume()
    return new HostProcess(url, home, child, gone, errors)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  as(token: string): HostClient {
    return new HostClient({ url: this.url, token })
  }

  /** Resolves when the process is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    this.#child.kill(signal)
    return this.#gone
  }
}

/** A start that is expected to fail: its exit code and what it told. */
export async function failedStart(
  settings: HostSettings & { home: string },
): Promise<{ code: number | null; errors: string }> {
  const { gone, errors } = spawnHost(settings.home, settings)
  return { code: await gone, errors: errors() }
}

/** Expects a refusal of the host with this code, and gives its problem details for a closer look. */
export async function refusal(asked: Promise<unknown>): Promise<Problem> {
  try {
    await asked
  } catch (error) {
    if (error instanceof HostRefusal) return error.problem
    throw error
  }
  throw new Error('the host did not refuse')
}

export async function temporaryHome(t: Teardown): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'signalbox-e2e-'))
  t.teardown(() => rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }))
  return home
}

function spawnHost(home: string, settings: HostSettings) {
  const { databaseUrl, environment, words = [], onOutput } = settings
  const child = spawn(process.execPath, [command, 'serve', ...words], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      LOG_LEVEL: 'warn',
      SIGNALBOX_HOME: home,
      SIGNALBOX_ADMIN_TOKEN: OPERATOR_TOKEN,
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      ...environment,
    },
    // Nothing is ever written to its input: it ends with the test that holds it open.
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  if (onOutput !== undefined) {
    child.stdout.on('data', onOutput)
    child.stderr.on('data', onOutput)
  }
  let text = ''
  // A character of Chinese may be cut in two by a chunk.
  const decoder = new StringDecoder('utf8')
  child.stderr.on('data', (chunk: Buffer) => {
    text = (text + decoder.write(chunk)).slice(-20_000)
  })
  const gone = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, gone, errors: () => text }
}

async function readyUrl(child: ChildProcess, gone: Promise<number | null>): Promise<string> {
  const ready = (async () => {
    if (child.stdout === null) throw new Error('the host has no output')
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('ready ')) return line.slice(6)
    }
    throw new Error(`the host ended with ${await gone}`)
  })()
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error('the host is not ready')), READY_MS).unref()
  })
  return Promise.race([ready, late])
}
