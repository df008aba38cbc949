import type { Localized } from '@signalbox/sdk/errors'

/**
 * No news is not good news, and a source that fails is not bad news of the version: these rules tell the three
 * apart. They say nothing of what the figures mean; that is the judge's.
 */
export interface DataHealth {
  readonly now: number
  /** Of the canary, in basis points: without calls there is nothing to be blind to. */
  readonly weightBp: number
  readonly stepStartedAt: number
  readonly exposuresInStep: number
  /** What figures are read from: the nodes' counters, data services that are asked for a metric. */
  readonly sources: readonly SourceHealth[]
}

export interface SourceHealth {
  /** As an admin knows it: `calls`, or the metric's name. */
  readonly name: string
  /** Failed reads since the last that succeeded. */
  readonly failuresInRow: number
  /** Milliseconds since the epoch; null: never, in this rollout. */
  readonly lastReadAt: number | null
  /** What went wrong last, coded; null: nothing. */
  readonly lastError: string | null
}

export interface DataRules {
  /** Read errors in a row that pause a rollout. At ten seconds a try: as soon as the fault is no blip. */
  readonly mostFailures: number
  /** Longest that the canary may have calls which nobody can judge. */
  readonly mostBlindMs: number
  /** A step that no call has reached in so long is spoken of; null: it just waits. */
  readonly noTrafficMs: number | null
}

/** Four errors and two minutes are those of the notes; half an hour is longer than any traffic pauses by day. */
export const defaultDataRules: DataRules = {
  mostFailures: 4,
  mostBlindMs: 120_000,
  noTrafficMs: 1_800_000,
}

export type DataFinding =
  | { readonly kind: 'sound' }
  /** The step waits; nothing else changes. */
  | { readonly kind: 'hold'; readonly because: 'no_traffic'; readonly sentence: Localized }
  | { readonly kind: 'pause'; readonly because: 'metrics_error'; readonly sentence: Localized }
  | { readonly kind: 'abort'; readonly because: 'blind'; readonly sentence: Localized }

/** The strongest finding. Also asked while a rollout is paused: a paused canary still has its calls. */
export function dataFinding(health: DataHealth, rules: DataRules = defaultDataRules): DataFinding {
  const { weightBp } = health
  if (weightBp <= 0) return { kind: 'sound' }
  return blindness(health, rules) ?? failure(health, rules) ?? silence(health, rules) ?? sound
}

const sound: DataFinding = { kind: 'sound' }

/** One source that is not heard is enough: what it would tell may be the worst. */
function blindness(
  { now, sources, stepStartedAt }: DataHealth,
  { mostBlindMs }: DataRules,
): DataFinding | undefined {
  const unheard = (source: SourceHealth) => now - (source.lastReadAt ?? stepStartedAt)
  const blind = sources.find((source) => source.failuresInRow > 0 && unheard(source) > mostBlindMs)
  if (blind === undefined) return undefined
  const seconds = Math.round(unheard(blind) / 1000)
  const because = blind.lastError === null ? '' : ` (${blind.lastError})`
  return {
    kind: 'abort',
    because: 'blind',
    sentence: {
      en: `stopped: "${blind.name}" could not be read for ${seconds} s${because}, or not be judged; nothing is known against the version, but nobody could see it fail`,
      'zh-CN': `已停止：“${blind.name}”已有 ${seconds} 秒无法读取或判定${because}；并无证据表明该版本有问题，但也无从发现其故障`,
    },
  }
}

function failure({ sources }: DataHealth, { mostFailures }: DataRules): DataFinding | undefined {
  const failing = sources.find(({ failuresInRow }) => failuresInRow >= mostFailures)
  if (failing === undefined) return undefined
  const { name, failuresInRow, lastError } = failing
  const because = lastError === null ? '' : ` (${lastError})`
  return {
    kind: 'pause',
    because: 'metrics_error',
    sentence: {
      en: `paused: "${name}" could not be read ${failuresInRow} times in a row${because}, or not be judged; this says nothing against the version`,
      'zh-CN': `已暂停：“${name}”连续 ${failuresInRow} 次读取或判定失败${because}；这并不说明该版本有问题`,
    },
  }
}

function silence(
  { now, stepStartedAt, exposuresInStep }: DataHealth,
  { noTrafficMs }: DataRules,
): DataFinding | undefined {
  if (noTrafficMs === null || exposuresInStep > 0) return undefined
  const waitedMs = now - stepStartedAt
  if (waitedMs < noTrafficMs) return undefined
  const minutes = Math.floor(waitedMs / 60_000)
  return {
    kind: 'hold',
    because: 'no_traffic',
    sentence: {
      en: `held: no call has reached the new version in ${minutes} minutes, and no data is never success; give the step more weight or another cohort`,
      'zh-CN': `已暂缓：${minutes} 分钟内新版本未收到任何调用，没有数据不等于成功；请提高本步骤权重或更换灰度人群`,
    },
  }
}
