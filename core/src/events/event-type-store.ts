import type { Manifest } from '@signalbox/sdk/manifest'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { claimNames } from '../registry/claim-names.ts'
import { declaredTypes } from './event-types.ts'

const register = { table: 'event_types', column: 'type' } as const

/**
 * Gives the types that a version declares to the scope of its plugin, for good.
 * @throws CORE_EVENT_TYPE_TAKEN where another scope was first, or the type is the host's own
 */
export function claimEventTypes(trx: Knex, plugin: string, manifest: Manifest): Promise<void> {
  const names = declaredTypes(manifest).map(({ type }) => type)
  return claimNames(trx, register, { plugin, names }, (type, owner) =>
    coreErrors.create('EVENT_TYPE_TAKEN', { type, owner }),
  )
}
