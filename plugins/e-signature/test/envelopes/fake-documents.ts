import { Refusal } from '@signalbox/sdk'
import { writeBlob } from '../../src/documents/blob-parts.ts'
import type { DocumentPort } from '../../src/documents/document-port.ts'

export interface FakeDocuments extends DocumentPort {
  /** Time stamps are not to be had. */
  isTimestampDown: boolean
  /** Runs once a signature is made and before it is kept. */
  beforeKept: (() => Promise<void>) | undefined
  /** By name: whose key is away. */
  failsFor: string | undefined
}

/** Documents that are lines of text: each signature is one more line, and nothing before it changes. */
export function fakeDocuments(): FakeDocuments {
  const fake: FakeDocuments = {
    isTimestampDown: false,
    beforeKept: undefined,
    failsFor: undefined,
    inspect: async (bytes) => {
      if (new TextDecoder().decode(bytes.slice(0, 5)) !== '%PDF-')
        throw new Refusal('PDF_UNREADABLE', 'It is no PDF.')
      return { pages: 1 }
    },
    prepare: async ({ bytes, values }, ctx) => {
      const text = `${new TextDecoder().decode(bytes)}\nvalues ${JSON.stringify(values)}`
      const { sha256, size } = await writeBlob(
        ctx,
        new TextEncoder().encode(text),
        'application/pdf',
      )
      return { sha256, size, pages: 1, plan: { size } }
    },
    sign: async ({ document, field, by, level, onTimestampDown, recipient }, ctx) => {
      if (fake.isTimestampDown && level !== 'B-B' && onTimestampDown === 'refuse') {
        throw new Refusal('TIMESTAMP_UNAVAILABLE', 'The time-stamping authority does not answer.')
      }
      if (recipient.name === fake.failsFor) throw new Error('the key is away')
      const plan = document.plan as { size: number }
      if (plan.size !== document.size) throw new Error('the plan is of another revision')
      const line = new TextEncoder().encode(
        `\nsigned ${field} ${recipient.name} ${by.kind} ${by.key}`,
      )
      const parts = [{ sha256: document.sha256 }, line]
      const { sha256, size } = await ctx.blobs.compose(parts, { type: 'application/pdf' })
      const { beforeKept } = fake
      fake.beforeKept = undefined
      await beforeKept?.()
      const reached = fake.isTimestampDown ? 'B-B' : level
      return { sha256, size, plan: { size }, level: reached, certificate: 'AAAA', field }
    },
    upgrade: async (_, document, ctx) => {
      if (fake.isTimestampDown) return undefined
      const parts = [{ sha256: document.sha256 }, new TextEncoder().encode('\nstamped')]
      const { sha256, size } = await ctx.blobs.compose(parts, { type: 'application/pdf' })
      return { sha256, size, plan: { size }, level: 'B-LT' }
    },
    certificate: async (data, ctx) =>
      ctx.blobs.put(JSON.stringify(data), { type: 'application/pdf' }),
  }
  return fake
}
