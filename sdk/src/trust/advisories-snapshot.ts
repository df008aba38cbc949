import type { KeyObject } from 'node:crypto'
import { isInstant } from './instant.ts'
import { type KeyChoice, openStatement, signStatement } from './statement.ts'
import { refused, type Verdict } from './verdict.ts'

/** What a marketplace warned of at one moment, for hosts that cannot ask it. By package name, as npm's bulk answer has it. */
export interface AdvisoriesSnapshot {
  readonly marketplace: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly advisories: Readonly<Record<string, readonly unknown[]>>
}

export function signAdvisories(snapshot: AdvisoriesSnapshot, privateKey: KeyObject): string {
  const predicate = { ...snapshot, at: new Date(snapshot.at).toISOString() }
  return signStatement('advisories', { subject: [], predicate }, privateKey)
}

export function verifyAdvisories(
  text: string,
  keys: KeyChoice,
): Verdict<{ readonly snapshot: AdvisoriesSnapshot }> {
  const opened = openStatement<Record<string, unknown>>(text, 'advisories', keys)
  if (!opened.ok) return opened
  const { marketplace, at, advisories } = opened.statement.predicate
  const isWhole = typeof marketplace === 'string' && isInstant(at) && isRecord(advisories)
  if (!isWhole) return refused('is no snapshot of advisories', '不是安全通告快照')
  return { ok: true, snapshot: { marketplace, at: Date.parse(at), advisories } }
}

function isRecord(value: unknown): value is AdvisoriesSnapshot['advisories'] {
  return typeof value === 'object' && value !== null && Object.values(value).every(Array.isArray)
}
