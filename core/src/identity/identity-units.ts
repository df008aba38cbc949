import { identityUnitsRule, shownUnits, UNITS_PAGE } from '@signalbox/sdk/host-calls/identity-rules'
import type { Knex } from 'knex'
import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import { listUnits } from './identity-store.ts'

/** `ctx.identity.units`: the tenant's units, by id, with just the fields that were granted. */
export function identityUnits(knex: Knex): HostCall {
  return {
    ...identityUnitsRule,
    run: async ({ scope, request: { cursor }, grant }: GrantedCall<{ cursor?: string }>) =>
      shownUnits(await listUnits(knex, scope.tenant, { limit: UNITS_PAGE, cursor }), grant),
  }
}
