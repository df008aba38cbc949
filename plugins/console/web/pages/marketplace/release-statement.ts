/** What the marketplace signed of a version when it let it out. */
export interface ReleaseStatement {
  readonly publisher: string
  readonly publishedAt: string
  /** The author's own key; null: only the marketplace signed. */
  readonly author: string | null
  /** Who looked at it before. */
  readonly approvals: readonly string[]
}

/**
 * Reads a DSSE envelope with an in-toto statement, to be shown. Whether the signature holds, the host has found out when it
 * installed the version, and `signalbox verify` does without it. Pure.
 * @returns undefined for what is none
 */
export function readRelease(envelope: string): ReleaseStatement | undefined {
  const payload = stringIn(parsed(envelope), 'payload')
  const statement = payload === undefined ? undefined : parsed(decoded(payload))
  const predicate = memberOf(statement, 'predicate')
  const publisher = stringIn(predicate, 'publisher')
  if (publisher === undefined) return undefined
  return {
    publisher,
    publishedAt: stringIn(predicate, 'publishedAt') ?? '',
    author: stringIn(memberOf(predicate, 'author'), 'keyid') ?? null,
    approvals: approvalsOf(memberOf(predicate, 'review')),
  }
}

function approvalsOf(review: unknown): readonly string[] {
  const approvals = memberOf(review, 'approvals')
  if (!Array.isArray(approvals)) return []
  return approvals.flatMap((one) => stringIn(one, 'reviewer') ?? [])
}

function memberOf(value: unknown, name: string): unknown {
  const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name)
  return isObject ? (value as Record<string, unknown>)[name] : undefined
}

function stringIn(value: unknown, name: string): string | undefined {
  const member = memberOf(value, name)
  return typeof member === 'string' ? member : undefined
}

function decoded(base64: string): string {
  try {
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
    return new TextDecoder().decode(bytes)
  } catch {
    return ''
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
