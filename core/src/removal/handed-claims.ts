import type { Manifest } from '@signalbox/sdk/manifest'
import type { Knex } from 'knex'
import { declaredTypes } from '../events/event-types.ts'
import { declaredPermissions } from '../identity/permissions.ts'

const registers = [
  ['event_types', 'type', (manifest: Manifest) => declaredTypes(manifest).map(({ type }) => type)],
  ['permissions', 'id', (manifest: Manifest) => declaredPermissions(manifest).map(({ id }) => id)],
] as const

/**
 * Names of a scope belong to whoever of it declares them: what another installed plugin of the scope declares too is
 * its own from now on, and does not go with the plugin that was first.
 */
export async function handClaims(trx: Knex.Transaction, plugin: string): Promise<void> {
  for (const [table, column, declared] of registers) {
    const claims = await trx(table).where({ plugin }).select(column, 'scope')
    const scope = claims[0]?.scope
    if (scope === undefined) continue
    const heirs = await trx('installations')
      .whereNot({ plugin })
      .whereRaw('starts_with(plugin, ?)', [`${scope}/`])
      .orderBy(['plugin', 'version'])
      .select('plugin', 'manifest')
    for (const claim of claims) {
      const heir = heirs.find(({ manifest }) => declared(manifest).includes(claim[column]))
      if (heir === undefined) continue
      await trx(table)
        .where({ [column]: claim[column] })
        .update({ plugin: heir.plugin })
    }
  }
}
