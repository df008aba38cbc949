import type { Company } from './company.ts'

export interface Delta {
  /** The place in the log, as `Last-Event-ID` wants it. */
  readonly place: string
  readonly receivedAt: number
  readonly type: string
  readonly partitionkey: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly data: any
}

type Open = (place: string | undefined, signal: AbortSignal) => Promise<Response>

/** Server-sent events of a service, followed as a page does that knows where it was cut off. */
export class DeltaStream {
  readonly deltas: Delta[] = []
  #place: string | undefined
  #cut = new AbortController()
  #over: Promise<void> = Promise.resolve()
  readonly #open: Open

  private constructor(open: Open) {
    this.#open = open
  }

  /** @param service such as `orders.visibility@1` */
  static async follow(company: Company, service: string, query = ''): Promise<DeltaStream> {
    const [id, major] = service.split('@')
    const stream = new DeltaStream((place, signal) =>
      fetch(`${company.host.url}/api/${id}/v${major}/stream${query}`, {
        headers: {
          authorization: `Bearer ${company.keyOf(service)}`,
          ...(place === undefined ? {} : { 'last-event-id': place }),
        },
        signal,
      }),
    )
    await stream.resume()
    return stream
  }

  /** Breaks the connection off, in the midst of whatever comes. */
  async cut(): Promise<void> {
    this.#cut.abort()
    await this.#over
  }

  /** Goes on behind the last place that was told. */
  async resume(): Promise<void> {
    this.#cut = new AbortController()
    const response = await this.#open(this.#place, this.#cut.signal)
    if (response.status !== 200 || response.body === null) {
      throw new Error(`no stream: ${response.status} ${await response.text()}`)
    }
    const reader = response.body.getReader()
    const decoder = new TextDecoder()
    let rest = ''
    // The place comes first, at once: whoever is cut off from here on misses nothing.
    do {
      const { done, value } = await reader.read()
      if (done) throw new Error('the stream ended before its place')
      rest = this.#take(rest + decoder.decode(value, { stream: true }))
    } while (this.#place === undefined)
    this.#over = (async () => {
      for (;;) {
        const read = await reader.read().catch(() => ({ done: true, value: undefined }))
        if (read.done) return
        rest = this.#take(rest + decoder.decode(read.value, { stream: true }))
      }
    })()
  }

  /** @returns what is not whole yet */
  #take(text: string): string {
    const blocks = text.split('\n\n')
    for (const block of blocks.slice(0, -1)) {
      const place = /^id: (.+)$/m.exec(block)?.[1]
      const event = /^data: (.+)$/m.exec(block)?.[1]
      if (place !== undefined) this.#place = place
      if (place === undefined || event === undefined) continue
      this.deltas.push({ place, receivedAt: performance.now(), ...JSON.parse(event) })
    }
    return blocks.at(-1) ?? ''
  }
}
