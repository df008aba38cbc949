import type { Knex } from 'knex'
import type { MarketEntry } from '../registry/withdrawn/record-market-change.ts'
import { wakeUpdates } from './update-store.ts'

/** After these another version may be the one to roll out. */
const told: ReadonlySet<string> = new Set([
  'package.published',
  'package.mirrored',
  'package.deprecated',
  'package.unyanked',
  'package.unblocked',
  'dist-tag.set',
])

/** Of a package that is updated by itself: it is looked at once this is committed, and not before. */
export async function noteForUpdates(
  { action, subject }: MarketEntry,
  trx: Knex.Transaction,
): Promise<void> {
  if (!told.has(action)) return
  const at = subject.lastIndexOf('@')
  // Of some the subject is a version, of others the package.
  await wakeUpdates(trx, at > 0 ? subject.slice(0, at) : subject)
}
