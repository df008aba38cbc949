import type { Knex } from 'knex'
import { DocumentRollouts, type Owner } from '../../src/rollout/documents/document-rollouts.ts'
import { RolloutController } from '../../src/rollout/rollout-controller.ts'
import { RolloutService } from '../../src/rollout/rollout-service.ts'
import { emptySnapshot, type Snapshot } from '../../src/rollout/routing/snapshot.ts'
import { loadSnapshot } from '../../src/rollout/routing/snapshot-store.ts'

/** A tenant that enabled the plugin and granted it these kinds. */
export async function grantDocuments(
  knex: Knex,
  tenant: string,
  plugin: string,
  kinds: readonly string[],
): Promise<void> {
  await knex('tenants').insert({ id: tenant, name: tenant }).onConflict('id').ignore()
  await knex('bindings').insert({ tenant, plugin, binding: 'enabled' })
  for (const kind of kinds) {
    await knex('grants').insert({
      id: `${tenant}/${plugin}/${kind}`,
      tenant,
      plugin,
      capability: 'rollout:use',
      parameters: JSON.stringify({ kind }),
      capability_hash: kind,
      approver: 'admin:test',
    })
  }
}

export const ownerOf = (plugin: string, tenant = 'acme'): Owner => ({
  tenant,
  plugin,
  traceId: '1'.repeat(32),
})

/** A node that reads its routing table when it is told to, and looks when it is told to. */
export async function documentNode(knex: Knex, clock: { now: number }, node: string) {
  let snapshot: Snapshot = emptySnapshot
  const read = async () => {
    snapshot = await loadSnapshot(knex, new Map(), () => undefined)
  }
  const routing = {
    get snapshot() {
      return snapshot
    },
    reach: read,
  }
  const now = () => clock.now
  const rollouts = new RolloutService({ knex, routing: routing as never, now })
  const log = { warn: (fields: object) => console.error(fields) }
  const controller = new RolloutController({ knex, rollouts, node, now, log })
  const documents = new DocumentRollouts({ knex, rollouts, routing, counters: controller, now })
  await read()
  return { documents, controller, rollouts, read }
}
