import type { Localized } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { listGroup, listLiveOf, type Rollout } from './rollout-store.ts'

/**
 * What a start that supersedes ends: the rollouts that share calls of the same plugins, each with its whole group, as
 * a group is moved together.
 */
export async function listSuperseded(
  trx: Knex,
  starting: readonly Rollout[],
): Promise<readonly Rollout[]> {
  const live = await listLiveOf(
    trx,
    starting.map(({ plugin }) => plugin),
  )
  const own = new Set(starting.map(({ id }) => id))
  const found = new Map<string, Rollout>()
  for (const { id } of live.filter((one) => starting.some((newer) => isSameSubject(one, newer)))) {
    for (const one of await listGroup(trx, id)) if (!own.has(one.id)) found.set(one.id, one)
  }
  return [...found.values()]
}

function isSameSubject(one: Rollout, other: Rollout): boolean {
  if (one.plugin !== other.plugin || one.kind !== other.kind) return false
  return one.tenant === other.tenant && one.document === other.document
}

export function supersededBy({ id, to }: Rollout): Localized {
  return {
    en: `superseded: ${to} is tried instead, by ${id}; stable takes all calls of this one back`,
    'zh-CN': `已被取代：改由 ${id} 试行 ${to}；本次发布的调用全部交还稳定版`,
  }
}
