import { setTimeout as delay } from 'node:timers/promises'
import type { Answer, Company } from './company.ts'
import type { SigningRoom } from './signing-room.ts'

const CALL_MS = 60_000

/** What a signer is shown. */
export interface Shown {
  readonly envelope: string
  readonly recipient: string
  readonly consent: { readonly version: string }
  readonly documents: readonly { readonly document: string; readonly sha256: string }[]
  readonly links: Readonly<Record<string, string>>
}

/** Somebody without an account, who has the link that came by mail, and nothing else. */
export class Visitor {
  readonly address: string
  readonly #company: Company
  readonly #room: SigningRoom

  constructor(company: Company, room: SigningRoom, address: string) {
    this.#company = company
    this.#room = room
    this.address = address
  }

  /** Follows the newest link that he was sent. */
  async look(): Promise<Shown> {
    const mail = await this.#room.mailTo(this.#company, this.address, /\/links\//)
    const url = /https?:\/\/\S+\/links\/\S+/.exec(mail)?.[0] ?? ''
    const { status, body } = await this.follow(url, {})
    if (status !== 200) throw new Error(`the link of ${this.address}: ${JSON.stringify(body)}`)
    return body
  }

  /** Reads all documents to their end, asks for a code, and gets ready to agree. */
  async agreement(shown: Shown): Promise<object> {
    for (const { document } of shown.documents) await this.#read(shown, document)
    const before = this.#room.codesTo(this.address).length
    const sent = await this.follow(shown.links['code'] ?? '', { channel: 'mail' })
    if (sent.status !== 200) throw new Error(`no code: ${JSON.stringify(sent.body)}`)
    const codes = await this.#company.eventually(
      `a code to ${this.address}`,
      async () => this.#room.codesTo(this.address),
      (all) => all.length > before,
    )
    return {
      identity: { proof: 'mail-code', code: codes.at(-1) },
      documents: shown.documents.map(({ document, sha256 }) => ({ document, sha256 })),
      consent: shown.consent.version,
    }
  }

  /** All that a signer does. */
  async sign(more: object = {}): Promise<Answer> {
    const shown = await this.look()
    const agreement = await this.agreement(shown)
    return this.follow(shown.links['sign'] ?? '', { ...agreement, ...more })
  }

  async #read(shown: Shown, document: string): Promise<void> {
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const { status, body }: Answer = await this.follow(shown.links['document'] ?? '', {
        ...{ document, offset },
      })
      if (status !== 200) throw new Error(`document ${document}: ${JSON.stringify(body)}`)
      offset = body.next
    }
  }

  /** As the page does that shows it: who asks too often waits as long as he is told. */
  async follow(url: string, body: object): Promise<Answer> {
    return (await this.timed(url, body)).answer
  }

  /** @returns also how long the request took that was let in: what he waited before it is no part of the call */
  async timed(url: string, body: object): Promise<{ answer: Answer; ms: number }> {
    const path = new URL(url).pathname
    for (;;) {
      const began = performance.now()
      const response = await fetch(`${this.#company.host.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(CALL_MS),
      })
      const answer = await response.json()
      const ms = performance.now() - began
      if (response.status !== 429) {
        const version = response.headers.get('signalbox-version')
        return { answer: { status: response.status, version, body: answer }, ms }
      }
      await delay(1000 * Number(response.headers.get('retry-after') ?? 1))
    }
  }
}
