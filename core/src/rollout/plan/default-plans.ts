import type { Localized } from '@signalbox/sdk/errors'
import { FULL_WEIGHT_BP } from '../cohorts/cohort.ts'
import type { MeasuredTraffic } from '../judge/traffic-store.ts'
import { defaultSteps, type Step } from './steps.ts'

/** How much a plugin is called, as far as a plan must know. */
export type TrafficClass = 'rare' | 'slow' | 'steady' | 'busy' | 'unknown'

export interface PlanChoice {
  readonly traffic: TrafficClass
  readonly callsPerDay: number | null
  /** Over how many hours they were counted by the host; absent: whoever planned it said how many. */
  readonly measuredHours?: number
  readonly sentence: Localized
}

interface DefaultPlan {
  /** Calls a day from which the class begins. */
  readonly from: number
  readonly steps: readonly Step[]
  readonly why: Localized
}

const HOUR_MS = 3_600_000

/**
 * Why these numbers: each step asks for what the judge needs to stop a version that fails one call in ten, see
 * defaultSteps. A weight that would need more than about a day for that is left out, as nobody waits for it: at
 * 200 calls a day 5 % are ten calls, at 2,000 a day 1 % are twenty.
 */
const plans: Readonly<Record<Exclude<TrafficClass, 'unknown'>, DefaultPlan>> = {
  rare: {
    from: 0,
    steps: [
      { weightBp: 5000, hold: { durationMs: HOUR_MS, exposures: 10, mostMs: 7 * 24 * HOUR_MS } },
      { weightBp: FULL_WEIGHT_BP, hold: {}, bake: { durationMs: 24 * HOUR_MS } },
    ],
    why: {
      en: 'so few calls prove nothing about a share: half of them for an hour and ten calls, then all of them with the old version kept beside it for a day',
      'zh-CN':
        '调用太少，小比例无法说明问题：先将一半调用交给新版本，至少一小时且十次；再全部切换，旧版本保留一天',
    },
  },
  slow: {
    from: 200,
    steps: [
      { weightBp: 1000, hold: { durationMs: HOUR_MS, exposures: 20, mostMs: 48 * HOUR_MS } },
      { weightBp: 5000, hold: { durationMs: HOUR_MS, exposures: 100, mostMs: 48 * HOUR_MS } },
      { weightBp: FULL_WEIGHT_BP, hold: {}, bake: { durationMs: 2 * HOUR_MS } },
    ],
    why: {
      en: 'at 1 % it would wait for days: 10 % and 50 %, then all of them with the old version kept beside it for two hours',
      'zh-CN': '1 % 需等待数日：先 10 %、50 %，再全部切换，旧版本保留两小时',
    },
  },
  steady: {
    from: 2000,
    steps: [
      { weightBp: 500, hold: { durationMs: 600_000, exposures: 100 } },
      { weightBp: 2500, hold: { durationMs: 600_000, exposures: 300 } },
      { weightBp: 5000, hold: { durationMs: 600_000, exposures: 600 } },
      { weightBp: FULL_WEIGHT_BP, hold: {}, bake: { durationMs: 1_800_000 } },
    ],
    why: {
      en: '5 % shows a bad version within hours: 5, 25 and 50 %, then all of them with the old version kept beside it for half an hour',
      'zh-CN': '5 % 即可在数小时内发现问题：依次 5 %、25 %、50 %，再全部切换，旧版本保留半小时',
    },
  },
  busy: {
    from: 50_000,
    steps: defaultSteps,
    why: {
      en: '1 % shows a bad version within minutes: 1, 5, 25 and 50 %',
      'zh-CN': '1 % 即可在数分钟内发现问题：依次 1 %、5 %、25 %、50 %',
    },
  },
}

/**
 * The plan of a rollout that names none. Pure.
 * @param said of the plugin, over all tenants; undefined: nobody says
 * @param measured what the host counted, where nobody says
 */
export function defaultPlan(
  said: number | undefined,
  measured?: MeasuredTraffic | undefined,
): {
  readonly steps: readonly Step[]
  readonly choice: PlanChoice
} {
  const callsPerDay = said ?? measured?.callsPerDay
  if (callsPerDay === undefined) {
    const sentence = {
      en: 'nothing is known of its traffic: 1, 5, 25 and 50 %, each until it has seen enough calls',
      'zh-CN': '流量未知：依次 1 %、5 %、25 %、50 %，每步直到收到足够的调用',
    }
    return { steps: defaultSteps, choice: { traffic: 'unknown', callsPerDay: null, sentence } }
  }
  const calls = Math.max(0, Math.round(callsPerDay))
  const traffic = (['busy', 'steady', 'slow', 'rare'] as const).find(
    (name) => calls >= plans[name].from,
  ) as Exclude<TrafficClass, 'unknown'>
  const { steps, why } = plans[traffic]
  const hours = said === undefined ? measured?.hours : undefined
  const over = hours === undefined ? noWords : measuredWords(hours)
  const sentence = {
    en: `about ${calls} calls a day${over.en}: ${why.en}`,
    'zh-CN': `每天约 ${calls} 次调用${over['zh-CN']}：${why['zh-CN']}`,
  }
  const choice = { traffic, callsPerDay: calls, sentence }
  return { steps, choice: hours === undefined ? choice : { ...choice, measuredHours: hours } }
}

const noWords: Localized = { en: '', 'zh-CN': '' }

function measuredWords(hours: number): Localized {
  return {
    en: ` (measured over ${hours} ${hours === 1 ? 'hour' : 'hours'})`,
    'zh-CN': `（按最近 ${hours} 小时实测）`,
  }
}
