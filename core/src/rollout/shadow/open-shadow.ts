import { setTimeout as delay } from 'node:timers/promises'
import type { Sandbox } from '@signalbox/sandbox'
import type { Knex } from 'knex'
import type { BundleCache } from '../../broker/bundle-cache.ts'
import type { Invocations } from '../../invocations/invocations.ts'
import type { StopStack } from '../../stop-stack.ts'
import type { Arm } from '../cohorts/cohort.ts'
import type { TripKind } from '../judge/hard-trips.ts'
import type { RoutingTable } from '../routing/routing-table.ts'
import { RecordedMirrors } from './recorded-mirrors.ts'
import { ShadowRunner } from './shadow-runner.ts'
import { ShadowSide } from './shadow-side.ts'

interface Ports {
  readonly knex: Knex
  readonly node: string
  readonly routing: RoutingTable
  readonly sandbox: Sandbox
  readonly bundles: BundleCache
  readonly invocations: Pick<Invocations, 'keys'>
  readonly onTrip: (rollout: string, arm: Arm, kind: TripKind) => void
  readonly log: { warn(fields: object, message: string): void }
}

export function openShadow(
  { knex, node, routing, sandbox, bundles, invocations, onTrip, log }: Ports,
  stops: StopStack,
): ShadowSide {
  const snapshot = () => routing.snapshot
  const runner = new ShadowRunner({
    isBusy: () => areLanesBusy(sandbox.stats()),
    isLive: ({ rollout, plugin }) => {
      const live = snapshot().rollouts.get(plugin)
      return live?.id === rollout && live.shadow !== undefined && live.isWithheld !== true
    },
    random: Math.random,
    pause: (ms) => delay(ms),
    onTrip,
    log,
  })
  stops.push(() => runner.stop())
  const recorded = new RecordedMirrors({
    knex,
    keys: invocations.keys,
    snapshot,
    runGuest: (call) => sandbox.call({ ...call, apart: true }),
    loadBundle: (version) => bundles.load(version),
    now: Date.now,
  })
  const side = new ShadowSide({ knex, node, snapshot, runner, recorded, random: Math.random, log })
  stops.push(() => side.stop())
  return side
}

const notServing: ReadonlySet<string> = new Set(['standby', 'none', 'apart'])

/** Something waits for a lane, or each has something to do: what runs beside it would take its processor. */
function areLanesBusy({ queued, lanes }: ReturnType<Sandbox['stats']>): boolean {
  const serving = lanes.filter(({ pool }) => !notServing.has(pool))
  return queued > 0 || (serving.length > 0 && serving.every(({ calls }) => calls > 0))
}
