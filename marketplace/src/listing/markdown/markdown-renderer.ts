import { Worker } from 'node:worker_threads'
import { Gate } from '../../http/gate.ts'
import type { TextPlace } from './safe-link.ts'

/** Rendering 64 KiB takes some 20 ms; what takes this long was written to take long. */
const DEADLINE_MS = 3000
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
    const oldest = this.#kept.keys().next()
    if (this.#kept.size >= MAX_KEPT && oldest.done !== true) this.#kept.delete(oldest.value)
    this.#kept.set(key, html)
    return html
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  #ask(text: string, place: TextPlace): Promise<string> {
    const worker = this.#worker ?? this.#start()
    this.#worker = worker
    return new Promise((resolve) => {
      const done = (html: string | undefined) => {
        clearTimeout(timer)
        worker.off('message', done)
        worker.off('error', failed)
        worker.off('exit', failed)
        // A thread that died or had to be ended is not asked again; its listener keeps a late error from the host.
        if (html === undefined) {
          this.#worker = undefined
          worker.on('error', () => undefined)
          void worker.terminate()
        }
        resolve(html ?? asWritten(text))
      }
      const failed = () => done(undefined)
      const timer = setTimeout(failed, this.#deadlineMs)
      worker.once('message', done)
      worker.once('error', failed)
      worker.once('exit', failed)
      worker.postMessage({ text, place })
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
