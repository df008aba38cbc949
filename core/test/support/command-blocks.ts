import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')
/** An installation by npm takes long beside other tests; it only bounds a test that would fail anyway. */
const PATIENCE_MS = 240_000

/** The shell blocks below a heading of a page, as they are pasted. */
export async function blocksBelow(page: string, heading: string): Promise<readonly string[]> {
  const text = await readFile(join(root, page), 'utf8')
  const [, below = ''] = text.split(`\n## ${heading}\n`)
  const [section = ''] = below.split('\n## ', 1)
  return [...section.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block)
}

/** A terminal that blocks are pasted into, one after the other: what one has set, the next one knows. */
export class Terminal {
  readonly #shell
  #text = ''
  #onText: () => void = () => undefined

  constructor(folder: string, environment: Readonly<Record<string, string | undefined>>) {
    // A group of its own, so that what it began ends with it.
    this.#shell = spawn('sh', { cwd: folder, env: environment, detached: true })
    // In one pipe, as on a screen: of two, nobody knows what was printed first.
    this.#shell.stdin.write('exec 2>&1\n')
    this.#shell.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      this.#text += chunk
      this.#onText()
    })
  }

  /** @returns all that was printed until the last of its commands was done */
  async paste(block: string): Promise<string> {
    const end = `done-${Math.random()}`
    this.#text = ''
    this.#shell.stdin.write(`${block}\necho "${end} $?"\n`)
    await this.#shows(new RegExp(`${end} \\d+\\n`))
    return this.#text.replaceAll(new RegExp(`${end} (\\d+)\\n`, 'g'), 'exit $1\n')
  }

  /** Pastes what does not end by itself. */
  async begin(block: string, ready: RegExp): Promise<void> {
    this.#text = ''
    this.#shell.stdin.write(block)
    await this.#shows(ready)
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#shell.once('close', resolve))
    process.kill(-(this.#shell.pid ?? 0), 'SIGKILL')
    await gone
  }

  async #shows(wanted: RegExp): Promise<void> {
    let late: NodeJS.Timeout | undefined
    const shown = new Promise<void>((resolve, reject) => {
      this.#onText = () => wanted.test(this.#text) && resolve()
      late = setTimeout(() => reject(new Error(`it stays at: ${this.#text}`)), PATIENCE_MS)
    })
    await shown.finally(() => clearTimeout(late))
  }
}
