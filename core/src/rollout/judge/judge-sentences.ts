import type { Localized } from '@signalbox/sdk/errors'
import { businessTally } from './business-metrics.ts'
import type { Ground, JudgedVersions, JudgeState } from './judge-state.ts'
import { wrongShare } from './sample-ratio.ts'
import { callsOver, type SlowLine, tellingLine } from './slow-bands.ts'
import { unitTally } from './unit-failures.ts'

/** A share that is wrong is never what stops a version, nor what almost did. */
type Told = Exclude<Ground, 'share'>

/** What the judge found, in words for somebody who has never heard of it. */
export function stopSentence(
  state: JudgeState,
  ground: Told,
  versions: JudgedVersions,
  alpha: number,
): Localized {
  const found = finding(state, ground, versions)
  const percent = `${Number((alpha * 100).toPrecision(2))} %`
  return {
    en: `stopped: ${found.en}; chance of this with a healthy version: under ${percent}`,
    'zh-CN': `已停止：${found['zh-CN']}；若版本正常，出现此情况的概率低于 ${percent}`,
  }
}

export function suspectSentence(
  state: JudgeState,
  ground: Ground,
  versions: JudgedVersions,
): Localized {
  if (ground === 'share') return shareSentence(state, versions)
  const found = finding(state, ground, versions)
  return {
    en: `held: ${found.en}; ${isOfPlan(ground) ? signalWords.en : payloadWords.en}`,
    'zh-CN': `已暂缓：${found['zh-CN']}；${isOfPlan(ground) ? signalWords['zh-CN'] : payloadWords['zh-CN']}`,
  }
}

const payloadWords: Localized = {
  en: 'as its cohort stays together, its payloads may be to blame as well, so it is never aborted for this: look, then abort or resume it',
  'zh-CN':
    '由于该批调用方固定不变，也可能是其数据所致，因此不会据此自动中止：请查看后决定中止或继续',
}

const signalWords: Localized = {
  en: 'the plan asks a person to look',
  'zh-CN': '按计划需要人工查看',
}

function shareSentence({ admissions }: JudgeState, { canary }: JudgedVersions): Localized {
  const { weightBp, counts } = wrongShare(admissions) ?? { weightBp: 0, counts: nobody }
  const all = counts.canary + counts.stable
  const planned = `${weightBp / 100} %`
  const share = `${Number(((100 * counts.canary) / Math.max(1, all)).toPrecision(3))} %`
  return {
    en: `held: ${canary} was given ${counts.canary} of ${all} calls, ${share} where ${planned} was planned; calls are lost or drawn wrongly, so that nothing else can be trusted`,
    'zh-CN': `已暂缓：${canary} 收到 ${all} 次调用中的 ${counts.canary} 次，占 ${share}，而计划为 ${planned}；调用有丢失或分配有误，其余数据不可信`,
  }
}

const nobody = { canary: 0, stable: 0 }

export function clearSentence(
  state: JudgeState,
  ground: Told,
  versions: JudgedVersions,
  e: number,
  threshold: number,
): Localized {
  const { canary } = versions
  if (countOf(state, ground) === 0) {
    const calls = state.calls.canary
    return {
      en: `nothing against ${canary} in ${calls} of its calls`,
      'zh-CN': `${canary} 的 ${calls} 次调用中未发现问题`,
    }
  }
  const found = finding(state, ground, versions)
  const line = `${e.toPrecision(2)} / ${threshold}`
  return {
    en: `nothing proven against ${canary}: ${found.en}; evidence ${line}`,
    'zh-CN': `尚无证据表明 ${canary} 有问题：${found['zh-CN']}；证据值 ${line}`,
  }
}

/** Slower than how many of stable's calls. */
const slowerThan: Readonly<Record<SlowLine, Localized>> = {
  overHalf: { en: 'half', 'zh-CN': '一半' },
  overQuarter: { en: '3 in 4', 'zh-CN': '四分之三' },
  overTenth: { en: '9 in 10', 'zh-CN': '九成' },
  overHundredth: { en: '99 in 100', 'zh-CN': '99%' },
}

/** What share would be fair, where it is known; a step at one weight makes it exact. */
function fairShare({ calls }: JudgeState): Localized {
  const all = calls.canary + calls.stable
  if (all === 0) return { en: '', 'zh-CN': '' }
  const percent = `${Number(((100 * calls.canary) / all).toPrecision(2))} %`
  return { en: `, which had ${percent} of all calls`, 'zh-CN': `（其承担全部调用的 ${percent}）` }
}

function finding(state: JudgeState, ground: Told, versions: JudgedVersions): Localized {
  if (ground === 'rescues') return rescueWords(state, versions)
  if (ground === 'units') return unitWords(state, versions)
  const words = ground === 'slow' ? slowWords(state, versions) : wordsOf(state, ground, versions)
  const share = fairShare(state)
  return { en: words.en + share.en, 'zh-CN': words['zh-CN'] + share['zh-CN'] }
}

function countOf(state: JudgeState, ground: Told): number {
  const { rescues, slow, tallies, business } = state
  if (ground === 'units') return Object.keys(state.unitFailures).length
  if (ground === 'rescues') return rescues.rescued
  if (ground === 'slow') return callsOver(slow, 'overHalf').canary
  if (isOfPlan(ground)) {
    const tally = businessTally(business, ground.slice(METRIC.length)) ?? nobody
    return tally.canary + tally.stable
  }
  return tallies[ground].canary + tallies[ground].stable
}

function rescueWords({ rescues }: JudgeState, { canary, stable }: JudgedVersions): Localized {
  const { rescued, stood } = rescues
  return {
    en: `${rescued} of ${rescued + stood} calls of ${canary} had to be answered by ${stable}`,
    'zh-CN': `${canary} 的 ${rescued + stood} 次调用中有 ${rescued} 次由 ${stable} 代为应答`,
  }
}

function unitWords({ unitFailures }: JudgeState, { canary, cohortBy }: JudgedVersions): Localized {
  const { canary: own, stable } = unitTally(unitFailures)
  const total = own + stable
  return {
    en: `the first failure of ${own} of ${total} of cohort "${cohortBy}" was on ${canary}, each counted once at each weight`,
    'zh-CN': `按“${cohortBy}”分组，${total} 个单位的首次失败中有 ${own} 个发生在 ${canary}（每个单位在每个权重下只计一次）`,
  }
}

function slowWords({ slow }: JudgeState, { canary, stable }: JudgedVersions): Localized {
  const line = tellingLine(slow)
  const over = callsOver(slow, line)
  const total = over.canary + over.stable
  const share = slowerThan[line]
  return {
    en: `${over.canary} of ${total} calls slower than ${share.en} of those of ${stable} were of ${canary}`,
    'zh-CN': `慢于 ${stable} ${share['zh-CN']}调用的 ${total} 次调用中有 ${over.canary} 次属于 ${canary}`,
  }
}

function wordsOf(
  state: JudgeState,
  ground: Exclude<Told, 'rescues' | 'units'>,
  versions: JudgedVersions,
): Localized {
  if (ground === 'slow') return slowWords(state, versions)
  if (isOfPlan(ground)) return businessWords(state, ground.slice(METRIC.length), versions)
  const { canary } = versions
  const tally = state.tallies[ground]
  const total = tally.canary + tally.stable
  if (ground === 'unpaired') {
    return {
      en: `${tally.canary} of ${total} failed calls that could not be tried again were of ${canary}`,
      'zh-CN': `无法重试的 ${total} 次失败调用中有 ${tally.canary} 次属于 ${canary}`,
    }
  }
  return {
    en: `${tally.canary} of ${total} failed calls were of ${canary}`,
    'zh-CN': `${total} 次失败调用中有 ${tally.canary} 次属于 ${canary}`,
  }
}

const METRIC = 'metric:'

function isOfPlan(ground: Ground): ground is `metric:${string}` {
  return ground.startsWith(METRIC)
}

/** Which way is bad is said as well: of ten orders one may be few or many. */
function businessWords(
  { business }: JudgeState,
  name: string,
  { canary, metrics }: JudgedVersions,
): Localized {
  const { canary: own, stable } = businessTally(business, name) ?? nobody
  const isMore = metrics?.find((metric) => metric.name === name)?.direction === 'increase'
  return {
    en: `${isMore ? 'as many as' : 'only'} ${own} of ${own + stable} events of "${name}" were of ${canary}`,
    'zh-CN': `“${name}”的 ${own + stable} 个事件中${isMore ? '多达' : '仅'} ${own} 个属于 ${canary}`,
  }
}
