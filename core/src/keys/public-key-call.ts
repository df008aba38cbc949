import type { Knex } from 'knex'
import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import { coreErrors } from '../errors.ts'
import { idSchema } from '../gateway/http-schemas.ts'
import type { Grant } from '../rollout/routing/snapshot.ts'
import { findKey } from './key-store.ts'
import { shownVersion } from './shown-key.ts'

interface Request {
  readonly key: string
}

/** An answer to a guest is bounded; older ones verify still. */
const MAX_VERSIONS = 10

/** `ctx.keys.publicKey`: what anybody may know of a key, for who builds what it will sign. */
export function publicKeyCall(knex: Knex): HostCall {
  return {
    capability: 'keys:verify',
    covers: (_grant: Grant) => true,
    schema: {
      type: 'object',
      required: ['key'],
      additionalProperties: false,
      properties: { key: idSchema },
    },
    hasEffect: () => false,
    budget: { ratePerS: 50, burst: 200 },
    facet: () => 'publicKey',
    run: async ({ scope: { tenant }, request }: GrantedCall<Request>) => {
      const key = await findKey(knex, tenant, request.key)
      if (key === undefined) throw coreErrors.create('KEY_MISSING', { key: request.key, tenant })
      const { algorithm, usages, state, id } = key
      const versions = key.versions
        .slice(0, MAX_VERSIONS)
        .map((version) => shownVersion({ id, algorithm }, version))
      return { key: id, algorithm, usages, state, versions }
    },
  }
}
