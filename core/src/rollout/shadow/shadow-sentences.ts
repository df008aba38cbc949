import type { Localized } from '@signalbox/sdk/errors'
import { WHOLE } from './answer-diff.ts'
import type { ShadowPlan } from './shadow-plan.ts'
import { missedReasons, type ShadowTally, WRITES } from './shadow-tally.ts'
import type { JudgedPath, ShadowFinding } from './shadow-verdict.ts'

export interface ShadowOf {
  readonly canary: string
  readonly plan: ShadowPlan
}

/** What the step found, as an admin reads it: the worst path and its counts. */
export function shadowSentence(
  finding: ShadowFinding,
  tally: ShadowTally,
  of: ShadowOf,
): Localized {
  const { kind, worst } = finding
  if (kind === 'different' && worst !== undefined) return differentSentence(worst, tally, of)
  return kind === 'same' ? sameSentence(worst, tally, of) : fewSentence(worst, tally, of)
}

function differentSentence(worst: JudgedPath, tally: ShadowTally, { canary }: ShadowOf): Localized {
  const { calls } = worst
  const { compared } = tally
  const runs = `${worst.canary} : ${worst.stable}`
  const chance = {
    en: 'chance of this with a healthy version: under 1 %',
    zh: '健康版本出现此情况的概率低于 1 %',
  }
  if (worst.path === WRITES) {
    const names = Object.keys(tally.refused).join(', ')
    return {
      en: `stopped: ${canary} asked to change something (${names}) in ${calls} of ${compared} compared calls that only read, and stable did not; it was refused (runs ${runs}; ${chance.en})`,
      'zh-CN': `已停止：在 ${compared} 次对比的只读调用中，${canary} 有 ${calls} 次请求更改数据（${names}），而稳定版本没有；请求均已被拒绝（运行 ${runs}；${chance.zh}）`,
    }
  }
  if (worst.path === WHOLE) {
    return {
      en: `stopped: ${canary} gave no answer, or quite another one, to ${calls} of ${compared} compared calls that stable answered (runs ${runs}; ${chance.en})`,
      'zh-CN': `已停止：稳定版本已应答的 ${compared} 次对比调用中，${canary} 有 ${calls} 次未应答或应答完全不同（运行 ${runs}；${chance.zh}）`,
    }
  }
  return {
    en: `stopped: ${canary} answered ${worst.path} differently in ${calls} of ${compared} compared calls, beyond the noise of stable (runs ${runs}; ${chance.en})`,
    'zh-CN': `已停止：${compared} 次对比调用中，${canary} 有 ${calls} 次在 ${worst.path} 的应答不同，超出稳定版本自身的波动（运行 ${runs}；${chance.zh}）`,
  }
}

function sameSentence(
  worst: JudgedPath | undefined,
  tally: ShadowTally,
  { canary }: ShadowOf,
): Localized {
  const { compared, replayed } = tally
  const noted = worst === undefined ? undefined : notedPath(worst)
  return {
    en: `${compared} calls compared, ${replayed} of them recorded ones: ${canary} answers as stable does${noted?.en ?? ''}`,
    'zh-CN': `已对比 ${compared} 次调用，其中 ${replayed} 次为录制回放：${canary} 与稳定版本应答一致${noted?.['zh-CN'] ?? ''}`,
  }
}

function fewSentence(
  worst: JudgedPath | undefined,
  tally: ShadowTally,
  { plan }: ShadowOf,
): Localized {
  const { compared, missed } = tally
  const noted = worst === undefined ? undefined : notedPath(worst)
  const left = missedReasons.filter((reason) => missed[reason] > 0)
  const en = left.map((reason) => `${missed[reason]} ${missedWords[reason].en}`).join(', ')
  const zh = left.map((reason) => `${missed[reason]} 次${missedWords[reason]['zh-CN']}`).join('，')
  return {
    en: `${compared} of ${plan.minRequests} calls compared so far${noted?.en ?? ''}${en === '' ? '' : `; left out: ${en}`}`,
    'zh-CN': `已对比 ${compared} / ${plan.minRequests} 次调用${noted?.['zh-CN'] ?? ''}${zh === '' ? '' : `；未对比：${zh}`}`,
  }
}

const missedWords: Readonly<Record<(typeof missedReasons)[number], Localized>> = {
  busy: { en: 'while the lanes were busy', 'zh-CN': '因通道繁忙' },
  full: { en: 'as too many waited', 'zh-CN': '因等待过多' },
  large: { en: 'as the answer was too large', 'zh-CN': '因应答过大' },
  unable: {
    en: 'as neither version answered again, or by no fault of either',
    'zh-CN': '因两个版本均未再次应答，或原因不在版本',
  },
}

function notedPath({ path, calls, canary, stable }: JudgedPath): Localized {
  const name = path === WHOLE ? '(whole answer)' : path
  return {
    en: `; most differs at ${name}: ${calls} calls, runs ${canary} : ${stable}`,
    'zh-CN': `；差异最多处 ${name}：${calls} 次调用，运行 ${canary} : ${stable}`,
  }
}
