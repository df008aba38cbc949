import type { Knex } from 'knex'
import type { Ground } from '../move-rollout.ts'
import { findRollout, type Rollout } from '../rollout-store.ts'
import { listOrphaned } from './document-rollout-store.ts'

const ground: Ground = {
  reason: {
    en: 'its plugin is not enabled in the tenant any more, or its grant of rollout:use was taken back',
    'zh-CN': '其插件在该租户内已被停用，或其 rollout:use 授权已被收回',
  },
}

/** A document that its plugin cannot release any more is back on its stable version. */
export async function endOrphans(
  knex: Knex,
  abort: (rollout: Rollout, ground: Ground) => Promise<void>,
): Promise<void> {
  for (const id of await listOrphaned(knex)) {
    const rollout = await findRollout(knex, id)
    if (rollout !== undefined) await abort(rollout, ground)
  }
}
