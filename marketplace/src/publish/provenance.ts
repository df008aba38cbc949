import { marketplaceErrors } from '../errors.ts'

/** Of a predicate's type: a URL. */
const MAX_TYPE_LENGTH = 200

/**
 * Reads what a Sigstore bundle says it is about: the in-toto statement (v1) in its DSSE envelope. The signature is the
 * installing client's to verify; that the statement is about these bytes is said here, so that nothing else is served
 * beside them.
 * @returns the type of its predicate, or null when the bundle holds no such statement
 * @throws `MKT_INTEGRITY_MISMATCH` when the statement is about other bytes
 */
export function provenanceType(
  bundle: string | undefined,
  published: { readonly package: string; readonly integrity: string },
): string | null {
  const statement = statementOf(bundle)
  const type = statement?.['predicateType']
  if (typeof type !== 'string' || type.length > MAX_TYPE_LENGTH) return null
  const digest = Buffer.from(published.integrity.slice('sha512-'.length), 'base64').toString('hex')
  if (subjectsOf(statement).every((sha512) => sha512 !== digest)) {
    const words = { package: published.package, claim: 'provenance', actual: published.integrity }
    throw marketplaceErrors.create('INTEGRITY_MISMATCH', words)
  }
  return type
}

function statementOf(bundle: string | undefined): Readonly<Record<string, unknown>> | undefined {
  const payload = objectIn(objectIn(parsed(bundle))?.['dsseEnvelope'])?.['payload']
  if (typeof payload !== 'string') return undefined
  return objectIn(parsed(Buffer.from(payload, 'base64').toString('utf8')))
}

function subjectsOf(statement: Readonly<Record<string, unknown>> | undefined): unknown[] {
  const subjects = statement?.['subject']
  if (!Array.isArray(subjects)) return []
  return subjects.map((subject) => objectIn(objectIn(subject)?.['digest'])?.['sha512'])
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined
}
