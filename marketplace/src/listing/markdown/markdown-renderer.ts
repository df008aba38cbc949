import { Worker } from 'node:worker_threads'
import { Gate } from '../../http/gate.ts'
import type { TextPlace } from './safe-link.ts'

/** Rendering 64 KiB takes some 20 ms; what takes this long was written to take long. */
const DEADLINE_MS = 3000
/** Loading the thread is no text's doing, and takes as long as the machine is busy. */
const START_DEADLINE_MS = 30_000
const MAX_WAITING = 32
/** Texts never change: what was rendered lately is kept, so many characters of it. */
const MAX_KEPT = 8 * 1024 * 1024
/** Of 64 KiB of tables and links come some 700 KiB; what makes more of them was written to make more. */
const MAX_HTML = 2 * 1024 * 1024
/** So long a text that took too long is not tried again: it would hold up every other. Shorter than anybody waits for a mend. */
const SUSPECT_MS = 60_000
const MAX_SUSPECTS = 200
const MAX_HEAP_MB = 64

/**
 * Renders authors' texts in a thread, one at a time: a text that is made to take for ever costs the thread and its own
 * page, which then shows it as it is written, and never the host.
 */
export class MarkdownRenderer {
  readonly #gate = new Gate(1, MAX_WAITING)
  readonly #kept = new Map<string, string>()
  #keptLength = 0
  /** Texts that took too long, and when. */
  readonly #suspects = new Map<string, number>()
  readonly #monotonic: () => number
  readonly #deadlineMs: number
  readonly #startWorker: () => Worker
  #worker: Worker | undefined

  constructor(
    deadlineMs = DEADLINE_MS,
    monotonic: () => number = () => performance.now(),
    start: () => Worker = startWorker,
  ) {
    this.#deadlineMs = deadlineMs
    this.#monotonic = monotonic
    this.#startWorker = start
  }

  /**
   * @param key names the text and its place for good
   * @throws `MKT_BUSY`
   */
  async render(key: string, text: string, place: TextPlace): Promise<string> {
    const known = this.#kept.get(key)
    if (known !== undefined) return known
    if (this.#isSuspect(key)) return asWritten(text)
    const html = await this.#gate.run(() => this.#ask(text, place))
    // A busy minute is not kept for longer than that.
    if (html === undefined) {
      this.#suspects.set(key, this.#monotonic())
      dropOldest(this.#suspects, MAX_SUSPECTS)
      return asWritten(text)
    }
    return this.#keep(key, html.length > MAX_HTML ? asWritten(text) : html)
  }

  #isSuspect(key: string): boolean {
    const since = this.#suspects.get(key)
    if (since === undefined || this.#monotonic() - since < SUSPECT_MS) return since !== undefined
    this.#suspects.delete(key)
    return false
  }

  #keep(key: string, html: string): string {
    // Who was asked twice at once is kept once.
    this.#keptLength += html.length - (this.#kept.get(key)?.length ?? 0)
    this.#kept.set(key, html)
    for (const [oldest, text] of this.#kept) {
      if (this.#keptLength <= MAX_KEPT) break
      this.#kept.delete(oldest)
      this.#keptLength -= text.length
    }
    return html
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  async #ask(text: string, place: TextPlace): Promise<string | undefined> {
    if (this.#worker === undefined) {
      this.#worker = this.#startWorker()
      await this.#next(START_DEADLINE_MS)
    }
    this.#worker?.postMessage({ text, place })
    return this.#next(this.#deadlineMs)
  }

  /** The next message of the thread, or nothing: a thread that died or had to be ended is not asked again. */
  #next(deadlineMs: number): Promise<string | undefined> {
    const worker = this.#worker
    return new Promise((resolve) => {
      if (worker === undefined) return resolve(undefined)
      const told = (html: string | undefined) => {
        clearTimeout(timer)
        worker.off('message', told)
        worker.off('error', failed)
        worker.off('exit', failed)
        resolve(html)
      }
      const failed = () => {
        this.#worker = undefined
        // Its listener keeps a late error from the host.
        worker.on('error', () => undefined)
        void worker.terminate()
        told(undefined)
      }
      const timer = setTimeout(failed, deadlineMs)
      worker.once('message', told)
      worker.once('error', failed)
      worker.once('exit', failed)
    })
  }
}

export function startWorker(): Worker {
  const worker = new Worker(new URL('markdown-worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    // Nothing of the host's environment is of use to it.
    env: {},
  })
  worker.unref()
  return worker
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  const oldest = map.keys().next()
  if (map.size > most && oldest.done !== true) map.delete(oldest.value)
}

function asWritten(text: string): string {
  return `<pre>${text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? '')}</pre>`
}
