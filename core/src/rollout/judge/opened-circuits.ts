import type { BatchCulprit, SandboxEvent } from '@signalbox/sandbox'
import type { Knex } from 'knex'
import { commitChange } from '../../audit/change.ts'
import type { RolloutController } from '../rollout-controller.ts'
import type { Snapshot } from '../routing/snapshot.ts'

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  readonly rollouts: Pick<RolloutController, 'countersOf' | 'look'>
  readonly log: { error(fields: object, message: string): void }
  readonly now: () => number
}

/**
 * The sandbox does not call a version for a while: it cost its process again and again. A rollout of it ends
 * by that; and the operator finds it in the audit and among the events.
 */
export async function circuitOpened(
  { knex, snapshot, rollouts, log, now }: Ports,
  { plugin, version, code, tenant }: BatchCulprit,
  strikes: number,
): Promise<void> {
  const rollout = snapshot().rollouts.get(plugin)
  if (rollout !== undefined && (version === rollout.to || version === rollout.from)) {
    rollouts
      .countersOf(rollout.id)
      .circuitOpened(version === rollout.to ? 'canary' : 'stable', now())
    rollouts.look()
  }
  const change = {
    actor: 'sandbox',
    action: 'plugin.circuit_opened',
    subject: `${plugin}@${version}`,
    tenant: null,
    traceId: null,
    detail: { strikes, code, tenant },
  }
  try {
    await commitChange(knex, change, async () => undefined)
  } catch (err) {
    // The circuit is open all the same; what is lost is the news of it.
    log.error({ err, plugin, version, strikes }, 'an opened circuit cannot be written down')
  }
}

/** What the sandbox tells of calls is heard here. @returns who is to be told of functions over columns. */
export function followCircuits(
  ports: Ports,
  news: { on(kind: 'event', listener: (event: SandboxEvent) => void): unknown },
): (culprit: BatchCulprit, strikes: number) => void {
  const tell = (culprit: BatchCulprit, strikes: number) => {
    void circuitOpened(ports, culprit, strikes)
  }
  news.on('event', (event) => {
    if (event.kind === 'circuit-opened') tell(event.culprit, event.strikes)
  })
  return tell
}
