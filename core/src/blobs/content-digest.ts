import { createHash, type Hash } from 'node:crypto'
import { coreErrors } from '../errors.ts'

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

interface Promised {
  readonly header: string
  readonly algorithm: 'sha256' | 'sha512'
  readonly digest: Buffer
}

const algorithms: Readonly<Record<string, { name: Promised['algorithm']; bytes: number }>> = {
  'sha-256': { name: 'sha256', bytes: 32 },
  'sha-512': { name: 'sha512', bytes: 64 },
}

/** `sha-256=:…:` of RFC 9530, a dictionary of structured fields. */
const member = /^([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):(?:\s*;.*)?$/
/** `SHA-256=…` of RFC 3230, which it replaced. */
const oldMember = /^([A-Za-z0-9-]+)=([A-Za-z0-9+/]*={0,2})$/

const headers: readonly (readonly [string, RegExp])[] = [
  ['content-digest', member],
  ['repr-digest', member],
  ['digest', oldMember],
]

/**
 * Hashes what comes in, always by SHA-256, and holds it to what the sender promised. Other algorithms than SHA-256
 * and SHA-512 say nothing here, as the standard wants it.
 */
export class DigestCheck {
  readonly #sha256 = createHash('sha256')
  readonly #promised: readonly Promised[]
  readonly #sha512: Hash | undefined

  /** @throws CORE_INPUT_INVALID for a header that cannot be read: it promised something. */
  constructor(given: Headers) {
    this.#promised = headers.flatMap(([header, form]) => promisedIn(given[header], header, form))
    if (this.#promised.some(({ algorithm }) => algorithm === 'sha512')) {
      this.#sha512 = createHash('sha512')
    }
  }

  update(bytes: Uint8Array): void {
    this.#sha256.update(bytes)
    this.#sha512?.update(bytes)
  }

  /** @returns the SHA-256, in hexadecimal. @throws CORE_BLOB_DIGEST_MISMATCH */
  finish(): string {
    const found = { sha256: this.#sha256.digest(), sha512: this.#sha512?.digest() }
    for (const { header, algorithm, digest } of this.#promised) {
      if (found[algorithm]?.equals(digest) !== true) {
        throw coreErrors.create('BLOB_DIGEST_MISMATCH', { header })
      }
    }
    return found.sha256.toString('hex')
  }
}

function promisedIn(
  value: string | readonly string[] | undefined,
  header: string,
  form: RegExp,
): readonly Promised[] {
  if (value === undefined) return []
  const members = [value].flat().join(',').split(',')
  return members.flatMap((text) => {
    const [, name = '', encoded = ''] = form.exec(text.trim()) ?? []
    const algorithm = algorithms[name.toLowerCase()]
    if (name !== '' && algorithm === undefined) return []
    const digest = Buffer.from(encoded, 'base64')
    if (algorithm?.bytes === digest.length) return [{ header, algorithm: algorithm.name, digest }]
    const faults = [{ pointer: `/header/${header}`, detail: 'is no digest that can be read' }]
    throw coreErrors.create('INPUT_INVALID', {}, { faults })
  })
}
