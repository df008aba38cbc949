import { Worker } from 'node:worker_threads'
import { Gate } from '../../http/gate.ts'
import type { TextPlace } from './safe-link.ts'

/** Rendering 64 KiB takes some 20 ms; what takes this long was written to take long. */
const DEADLINE_MS = 3000
/** Loading the thread is no text's doing, and takes as long as the machine is busy. */
const START_DEADLINE_MS = 30_000
const MAX_WAITING = 32
/** Texts never change: what was rendered lately is kept, at most some 10 MB of it. */
const MAX_KEPT = 100
const MAX_HEAP_MB = 64

/**
 * Renders authors' texts in a thread, one at a time: a text that is made to take for ever costs the thread and its own
 * page, which then shows it as it is written, and never the host.
 */
export class MarkdownRenderer {
  readonly #gate = new Gate(1, MAX_WAITING)
  readonly #kept = new Map<string, string>()
  readonly #deadlineMs: number
  #worker: Worker | undefined

  constructor(deadlineMs = DEADLINE_MS) {
    this.#deadlineMs = deadlineMs
  }

  /**
   * @param key names the text and its place for good
   * @throws `MKT_BUSY`
   */
  async render(key: string, text: string, place: TextPlace): Promise<string> {
    const known = this.#kept.get(key)
    if (known !== undefined) return known
    const html = await this.#gate.run(() => this.#ask(text, place))
    // A busy minute is not kept.
    if (html === undefined) return asWritten(text)
    const oldest = this.#kept.keys().next()
    if (this.#kept.size >= MAX_KEPT && oldest.done !== true) this.#kept.delete(oldest.value)
    this.#kept.set(key, html)
    return html
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  async #ask(text: string, place: TextPlace): Promise<string | undefined> {
    if (this.#worker === undefined) {
      this.#worker = this.#start()
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

  #start(): Worker {
    const worker = new Worker(new URL('markdown-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
      // Nothing of the host's environment is of use to it.
      env: {},
    })
    worker.unref()
    return worker
  }
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

function asWritten(text: string): string {
  return `<pre>${text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? '')}</pre>`
}
