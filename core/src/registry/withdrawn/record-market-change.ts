import type { Knex } from 'knex'
import { type Change, recordChange, recordRoutedChange } from '../../audit/change.ts'
import { deleteWithdrawn, putWithdrawn } from './withdrawn-store.ts'

/** What the marketplace says of one of its changes. */
export interface MarketEntry {
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly traceId: string
  readonly details: Readonly<Record<string, unknown>>
}

/** After these the host runs, or installs, something else than before. */
const withdrawals: ReadonlySet<string> = new Set([
  'package.yanked',
  'package.unyanked',
  'package.blocked',
  'package.unblocked',
])

/**
 * The marketplace's changes stand in the same audit and outbox as the host's own. What it takes out of circulation is
 * routed by from the same transaction on: every node hears of the generation within a second.
 */
export async function recordMarketChange(entry: MarketEntry, trx: Knex.Transaction): Promise<void> {
  const { actor, action, subject, traceId, details } = entry
  const change: Change = { actor, action, subject, traceId, tenant: null, detail: details }
  if (!withdrawals.has(action)) return recordChange(trx, change, null)
  const at = subject.lastIndexOf('@')
  const [name, version] = [subject.slice(0, at), subject.slice(at + 1)]
  const { to, reason } = details
  if (to === 'yanked' || to === 'blocked') {
    await putWithdrawn(trx, { package: name, version, state: to, reason: String(reason) }, actor)
  } else {
    await deleteWithdrawn(trx, name, version)
  }
  await recordRoutedChange(trx, change)
}
