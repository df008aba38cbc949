import type { Primordials } from './primordials.ts'

/**
 * Everything that leaves the isolate: one string per turn, made of records
 *
 *     <kind><call> <number> <length of name> <length of body>\n<name><body>
 *
 * with the kinds O ok, N refused, F failed, H host call, G log. A string is joined without calling anything
 * a guest could have replaced.
 */
export class Outbox {
  readonly #p: Primordials
  #text = ''
  #delivered = 0

  constructor(p: Primordials) {
    this.#p = p
  }

  /** Nothing waits to be handed over. */
  get isEmpty(): boolean {
    return this.#text.length === this.#delivered
  }

  emit(kind: string, call: number, number: number, name: string, body: string): void {
    this.#text += `${kind}${call} ${number} ${name.length} ${body.length}\n${name}${body}`
  }

  /** Forgets what the last turn handed over. Not done when it never arrived: see `redeliver`. */
  begin(): void {
    const text = this.#text
    if (text === '') return
    this.#text =
      this.#delivered >= text.length ? '' : this.#p.cut(text, this.#delivered, text.length)
    this.#delivered = 0
  }

  take(): string {
    this.#delivered = this.#text.length
    return this.#text
  }
}
