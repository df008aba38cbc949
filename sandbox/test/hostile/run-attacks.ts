import type { RuntimeLimits } from '@signalbox/sdk/manifest'
import { type GuestCall, type GuestOutcome, Sandbox } from '../../src/index.ts'
import { codeOf } from '../guest-fixture.ts'
import { until } from '../until.ts'
import type { Attack, Ending } from './attack.ts'
import { attackCalls } from './attack-call.ts'
import { Heartbeat } from './heartbeat.ts'
import { LaneWatch, lanesAlive } from './lane-watch.ts'

export interface AttackResult {
  readonly attack: Attack
  readonly plugin: string
  readonly outcome: GuestOutcome
  readonly code: string
  readonly allowed: readonly Ending[]
  /** Of a harmless call of the same version afterwards. */
  readonly after: string | undefined
  readonly latencyMs: number
  /** Longest time without an answer for the neighbour in the same lanes, and for its twin in lanes of its own. */
  readonly outageMs: number
  readonly controlMs: number
  readonly peakMb: number
}

export interface AttackReport {
  readonly results: readonly AttackResult[]
  readonly lanesLost: number
  readonly neighbourWrong: readonly string[]
  readonly neighbourCalls: number
  readonly peakMb: number
  readonly hostBusyMs: number
  readonly left: readonly number[]
}

/** The promise of the sandbox: so long may a neighbour wait beside an attack, beyond what its unharmed twin waits. */
export const MAX_OUTAGE_MS = 250

/** Of the sandbox under attack; beside them it keeps a standby. */
const LANES = 2

/** A machine may stop one process and not the other for a moment; what an attack costs, it costs each time. */
const MAX_TRIES = 3

export interface AttackOptions {
  readonly hardenGuests: boolean
  /** For attacks that do not ask for others. */
  readonly limits: Partial<RuntimeLimits>
  /** Each attack at once after the one before, while the lanes that one cost are still starting. */
  readonly isStorm?: true
}

/**
 * Runs attacks one after the other in lanes that also serve a neighbour. A second sandbox that nobody attacks
 * serves the neighbour's twin at the same time: what both of them wait for is the machine's doing, and the
 * outage is what the neighbour waits longer than its twin. So a machine that is busy does not fail a run.
 */
export async function runAttacks(
  attacks: readonly Attack[],
  options: AttackOptions,
): Promise<AttackReport> {
  const sandbox = await Sandbox.start({ lanes: LANES, hardenGuests: options.hardenGuests })
  const unharmed = await Sandbox.start({ lanes: 1 })
  const watch = new LaneWatch(sandbox)
  const neighbour = new Heartbeat(sandbox)
  const twin = new Heartbeat(unharmed)
  try {
    await Promise.all([neighbour.end(), twin.end()])
    watch.hostBusyMs = 0
    const results: AttackResult[] = []
    for (const [index, attack] of attacks.entries()) {
      const instruments = { neighbour, twin, watch }
      let result = await runAttack(sandbox, attack, `${index}`, options, instruments)
      for (let again = 1; again < MAX_TRIES && isCostly(result, options); again++) {
        result = await runAttack(sandbox, attack, `${index}-${again}`, options, instruments)
      }
      results.push(result)
    }
    const { lanesLost } = sandbox.stats()
    const { peakMb, hostBusyMs } = watch
    await Promise.all([neighbour.stop(), twin.stop()])
    await Promise.all([sandbox.stop(), unharmed.stop()])
    const neighbourWrong = [...neighbour.wrong, ...twin.wrong]
    const neighbourCalls = neighbour.beats
    const left = lanesAlive()
    return { results, lanesLost, neighbourWrong, neighbourCalls, peakMb, hostBusyMs, left }
  } finally {
    watch.stop()
    await Promise.all([sandbox.stop(), unharmed.stop()])
  }
}

/** A turn's limit is wall time: a machine that stands still ends even a harmless call, but hardly three. */
async function nextEnd(sandbox: Sandbox, call: GuestCall): Promise<string> {
  let code = ''
  for (let attempt = 0; attempt < 3 && code !== 'ok'; attempt++) {
    code = codeOf(await sandbox.call(call))
  }
  return code
}

/** What an attack costs is told from lanes that are all there: what the one before cost is not its doing. */
function isWhole(sandbox: Sandbox): boolean {
  const { lanes } = sandbox.stats()
  return lanes.length > LANES && lanes.every(({ mode }) => mode === 'serving')
}

/** In a storm each attack meets what those before have left: there is no other try. */
function isCostly({ outageMs, controlMs }: AttackResult, { isStorm }: AttackOptions): boolean {
  return !isStorm && outageMs - controlMs > MAX_OUTAGE_MS
}

interface Instruments {
  readonly neighbour: Heartbeat
  readonly twin: Heartbeat
  readonly watch: LaneWatch
}

async function runAttack(
  sandbox: Sandbox,
  attack: Attack,
  name: string,
  { hardenGuests, limits, isStorm }: AttackOptions,
  { neighbour, twin, watch }: Instruments,
): Promise<AttackResult> {
  const calls = attackCalls(attack, name, limits)
  for (let warm = 0; warm < (attack.warmUps ?? 0); warm++) await sandbox.call(calls.warmUp)
  if (!isStorm) {
    await until(() => isWhole(sandbox)).catch((cause: unknown) => {
      const lanes = JSON.stringify(sandbox.stats().lanes)
      throw new Error(`Before "${attack.name}" the lanes are not all there: ${lanes}`, { cause })
    })
  }
  neighbour.begin()
  twin.begin()
  const startedAt = performance.now()
  const outcome = await sandbox.call(calls.attack)
  const latencyMs = performance.now() - startedAt
  const after = calls.after === undefined ? undefined : await nextEnd(sandbox, calls.after)
  const [outageMs, controlMs] = await Promise.all([neighbour.end(), twin.end()])
  return {
    attack,
    plugin: calls.plugin,
    outcome,
    code: codeOf(outcome),
    allowed: hardenGuests ? attack.ends : (attack.openEnds ?? attack.ends),
    after,
    latencyMs,
    outageMs,
    controlMs,
    peakMb: watch.takePeakMb(),
  }
}
