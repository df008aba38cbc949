import type { Knex } from 'knex'
import { publisherOf } from '../broker/isolate-spec.ts'
import { isHostName } from './host-names.ts'

/** Where names stand that belong to a scope, and what they are called there. */
interface Register {
  readonly table: 'event_types' | 'permissions'
  readonly column: 'type' | 'id'
}

/**
 * Gives names to the scope of a plugin, for good: who relies on a name knows whose it is. A plugin of the same
 * scope may declare it too.
 * @throws what `taken` makes, where another scope was first
 */
export async function claimNames(
  trx: Knex,
  { table, column }: Register,
  { plugin, names }: { readonly plugin: string; readonly names: readonly string[] },
  taken: (name: string, owner: string) => Error,
): Promise<void> {
  const scope = publisherOf(plugin)
  // In one order everywhere: two installs that claim the same names would otherwise wait for each other.
  for (const name of [...names].sort()) {
    if (isHostName(name)) throw taken(name, 'the host')
    await trx(table)
      .insert({ [column]: name, scope, plugin })
      .onConflict(column)
      .ignore()
    const row = await trx(table)
      .where({ [column]: name })
      .first('scope')
    if (row.scope !== scope) throw taken(name, row.scope)
  }
}
