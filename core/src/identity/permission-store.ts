import type { Manifest } from '@signalbox/sdk/manifest'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { claimNames } from '../registry/claim-names.ts'
import { declaredPermissions } from './permissions.ts'

const register = { table: 'permissions', column: 'id' } as const

/**
 * Gives the permissions that a version declares to the scope of its plugin, for good.
 * @throws CORE_PERMISSION_TAKEN where another scope was first, or the id is the host's own
 */
export function claimPermissions(trx: Knex, plugin: string, manifest: Manifest): Promise<void> {
  const names = declaredPermissions(manifest).map(({ id }) => id)
  return claimNames(trx, register, { plugin, names }, (permission, owner) =>
    coreErrors.create('PERMISSION_TAKEN', { permission, owner }),
  )
}
