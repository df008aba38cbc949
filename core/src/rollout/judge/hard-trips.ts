import type { Localized } from '@signalbox/sdk/errors'
import type { Arm } from '../cohorts/cohort.ts'

/**
 * What needs no statistics. A version that cannot be loaded, that breaks its own contract where stable keeps
 * it, or whose circuit the sandbox opened because it ended its process again and again, is taken back at once;
 * one that is killed or hangs, after a few times in a short while.
 */
export type TripKind = 'load' | 'contract' | 'circuit' | 'kill'

export interface Kill {
  readonly at: number
  /** That the call was the canary's, fixed when it was admitted. */
  readonly chance: number
}

export interface TripState {
  /** The canary's latest kills, oldest first; no more than the rule may ask for. */
  readonly canaryKills: readonly Kill[]
  readonly canary: Readonly<Record<TripKind, number>>
  /** Since the rollout began. A stable version that does the same takes the rule out of force. */
  readonly stable: Readonly<Record<TripKind, number>>
}

const nothing = Object.freeze({ load: 0, contract: 0, circuit: 0, kill: 0 })
export const emptyTripState: TripState = Object.freeze({
  canaryKills: Object.freeze([]),
  canary: nothing,
  stable: nothing,
})

const KILL_WINDOW_MS = 60_000
const LEAST_KILLS = 3
/**
 * While both versions are killed equally often, the first kills are all the canary's with the product of the chances
 * that their calls had to be the canary's. It has to be below one in 2,000: 3 kills up to 7 %, 6 at 25 %, 11 at 50 %.
 * Always 3 would stop one healthy rollout in eight at 50 %.
 *
 * The chance is each call's own and not the weight of the step: a cohort at weight 0 may have most of the calls. Where
 * calls are not drawn one by one it is the canary's share of them, and only kills come here that the other version got
 * through (see NodeCounters.observe): a payload that hangs every version, such as the heavy write of a listed tenant,
 * would be the canary's each time, and neither's fault.
 */
const LOG_CHANCE = Math.log(1 / 2000)
const MOST_KILLS = 32

/** What a code means for the rules; undefined: nothing. */
const tripByCode: Readonly<Record<string, TripKind>> = {
  SBX_LOAD_FAILED: 'load',
  SBX_LOAD_TIMEOUT: 'load',
  SBX_LOAD_MEMORY_EXCEEDED: 'load',
  SBX_HANDLER_MISSING: 'load',
  CORE_ANSWER_BREAKS_CONTRACT: 'contract',
  SBX_OUTPUT_NOT_JSON: 'contract',
  SBX_TURN_TIMEOUT: 'kill',
  SBX_MEMORY_EXCEEDED: 'kill',
  SBX_LANE_LOST: 'kill',
  SBX_DEADLINE_EXCEEDED: 'kill',
}

/**
 * @param blame who is at fault, as the sandbox says
 * @returns what to record; of a safe call only after the other arm has answered it, or a payload that hangs
 *   every version, or an outage, would trip the rule.
 */
export function tripOfFailure(code: string, blame: 'plugin' | 'host'): TripKind | undefined {
  return blame === 'plugin' ? tripByCode[code] : undefined
}

/**
 * @param chance that the call was the canary's. Absent, of runs that nobody was answered by, three kills are enough:
 *   to go back costs nobody anything
 */
export function recordTrip(
  state: TripState,
  arm: Arm,
  kind: TripKind,
  now: number,
  chance = 0,
): TripState {
  const counts = { ...state[arm], [kind]: state[arm][kind] + 1 }
  if (arm === 'stable') return { ...state, stable: counts }
  if (kind !== 'kill') return { ...state, canary: counts }
  return {
    ...state,
    canary: counts,
    canaryKills: latest([...state.canaryKills, { at: now, chance }]),
  }
}

export function mergeTripStates(left: TripState, right: TripState): TripState {
  return {
    canaryKills: latest([...left.canaryKills, ...right.canaryKills].sort((a, b) => a.at - b.at)),
    canary: sum(left.canary, right.canary),
    stable: sum(left.stable, right.stable),
  }
}

const latest = (kills: readonly Kill[]): readonly Kill[] => kills.slice(-MOST_KILLS)

function sum(
  left: Readonly<Record<TripKind, number>>,
  right: Readonly<Record<TripKind, number>>,
): Record<TripKind, number> {
  return {
    load: left.load + right.load,
    contract: left.contract + right.contract,
    circuit: left.circuit + right.circuit,
    kill: left.kill + right.kill,
  }
}

/** Whether so many kills of the canary within a minute, and none of stable, end it. */
function areTooMany(kills: readonly Kill[]): boolean {
  if (kills.length < LEAST_KILLS) return false
  if (kills.length >= MOST_KILLS) return true
  return kills.reduce((sum, { chance }) => sum + Math.log(chance), 0) <= LOG_CHANCE
}

export interface Trip {
  readonly kind: TripKind
  readonly sentence: Localized
}

/** @returns the rule that ends the rollout at once, or undefined. */
export function hardTrip(
  state: TripState,
  at: { readonly now: number; readonly canary: string },
): Trip | undefined {
  const { now, canary } = at
  if (state.canary.load > 0 && state.stable.load === 0) {
    return {
      kind: 'load',
      sentence: {
        en: `stopped: ${canary} could not be loaded, and stable could`,
        'zh-CN': `已停止：${canary} 无法加载，而稳定版本可以`,
      },
    }
  }
  if (state.canary.contract > 0 && state.stable.contract === 0) {
    return {
      kind: 'contract',
      sentence: {
        en: `stopped: ${canary} answered against its own contract, and stable did not`,
        'zh-CN': `已停止：${canary} 的应答违反自身契约，而稳定版本没有`,
      },
    }
  }
  if (state.canary.circuit > 0 && state.stable.circuit === 0) {
    return {
      kind: 'circuit',
      sentence: {
        en: `stopped: ${canary} ended its sandbox process again and again, and stable did not`,
        'zh-CN': `已停止：${canary} 反复使其沙箱进程终止，而稳定版本没有`,
      },
    }
  }
  // Instants of other nodes may lie a little ahead of this clock.
  const recent = state.canaryKills.filter((kill) => kill.at > now - KILL_WINDOW_MS)
  if (state.stable.kill > 0 || !areTooMany(recent)) return undefined
  return {
    kind: 'kill',
    sentence: {
      en: `stopped: ${recent.length} calls of ${canary} hung or had to be killed within a minute, and none of stable`,
      'zh-CN': `已停止：一分钟内 ${canary} 有 ${recent.length} 次调用挂起或被强制终止，而稳定版本没有`,
    },
  }
}
