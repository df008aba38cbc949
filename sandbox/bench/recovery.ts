import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { setTimeout as delay } from 'node:timers/promises'
import { Sandbox } from '../src/index.ts'
import { progress, rounds } from './effort.ts'
import { distribution, percentile, rounded } from './figures.ts'
import { lanesUp } from './lanes-up.ts'
import { answer } from './must-answer.ts'
import { orderCall } from './order-plugin.ts'

const KILLS = 110
const COLD_KILLS = 8
/** How often the neighbour calls: the resolution of an outage that it did not wait through. */
const NEIGHBOUR_MS = 2
/** Of the plugin that kills its lane. It is over this by 150 ms when the lane is killed. */
const TURN_MS = 50

/** One call of the neighbour that was under way when the lane was killed, or the first one after. */
interface Outage {
  /** From the signal that ends the lane to the neighbour's answer. */
  readonly recoveryMs: number
  /** As long as the neighbour waited in all: the stuck turn, its grace, and the recovery. */
  readonly outageMs: number
}

/**
 * A plugin that gets stuck where no limit of V8 reaches, one of another publisher each time, so that none is
 * known for it yet; beside it, in the same lane, a neighbour that goes on calling.
 */
export async function recovery(): Promise<Record<string, unknown>> {
  const kills = new KillTimes()
  const sandbox = await Sandbox.start({ lanes: 1 })
  try {
    const outages: Outage[] = []
    const count = rounds(KILLS, 5)
    for (let kill = 0; kill < count; kill++) {
      if (kill % 25 === 0) progress(`recovery: kill ${kill + 1} of ${count}`)
      await lanesUp(sandbox, 2)
      outages.push(await killedByNeighbour(sandbox, kills, kill))
    }
    const cold: number[] = []
    for (let kill = 0; kill < rounds(COLD_KILLS, 2); kill++) {
      await lanesUp(sandbox, 2)
      cold.push(await killedAll(sandbox))
    }
    const recovered = outages.map(({ recoveryMs }) => recoveryMs)
    return {
      recovery_ms_p99: rounded(percentile(recovered, 0.99)),
      recovery_ms: distribution(recovered),
      recovery_outage_ms: distribution(outages.map(({ outageMs }) => outageMs)),
      recovery_turn_limit_ms: TURN_MS,
      recovery_cold_ms: rounded(percentile(cold, 0.5)),
      recovery_cold: distribution(cold),
      recovery_lanes_lost: sandbox.stats().lanesLost,
    }
  } finally {
    kills.stop()
    await sandbox.stop()
  }
}

async function killedByNeighbour(
  sandbox: Sandbox,
  kills: KillTimes,
  round: number,
): Promise<Outage> {
  const neighbour = orderCall('price')
  await answer(sandbox, neighbour)
  const plugin = `@stranger-${round}/stuck`
  const bad = orderCall('stuck', { plugin, limits: { turnMs: TURN_MS } })
  kills.latest = undefined
  const stuck = sandbox.call(bad)
  for (;;) {
    const askedAt = performance.now()
    await answer(sandbox, neighbour)
    const answeredAt = performance.now()
    if (kills.latest !== undefined && answeredAt > kills.latest) {
      const outcome = await stuck
      if (outcome.kind !== 'failed') throw new Error('The lane was killed for nothing')
      return { recoveryMs: answeredAt - kills.latest, outageMs: answeredAt - askedAt }
    }
    await delay(NEIGHBOUR_MS)
  }
}

/**
 * Without a standby: every lane and the standby are killed from outside in one instant. A call that met both
 * before their ends were noticed has lost two lanes and is told so: its caller asks again.
 */
async function killedAll(sandbox: Sandbox): Promise<number> {
  const killedAt = performance.now()
  for (const { pid } of sandbox.stats().lanes) process.kill(pid, 'SIGKILL')
  while ((await sandbox.call(orderCall('price'))).kind !== 'ok');
  return performance.now() - killedAt
}

/** When the host gave the order to end a lane: its exit is noticed later, and that delay is part of a recovery. */
class KillTimes {
  latest: number | undefined
  readonly #onSpawn = (message: unknown): void => {
    const { process: child } = message as { readonly process: ChildProcess }
    const kill = child.kill.bind(child)
    child.kill = (signal) => {
      this.latest = performance.now()
      return kill(signal)
    }
  }

  constructor() {
    subscribe('child_process', this.#onSpawn)
  }

  stop(): void {
    unsubscribe('child_process', this.#onSpawn)
  }
}
