import type { LocalText } from '../words/local-text.ts'

/** Lots accepted in succession, and the score they must reach within so many lots, to qualify (ISO 2859-3, 5). */
const LOTS_TO_QUALIFY = 10
const MOST_LOTS_TO_QUALIFY = 20
const SCORE_TO_QUALIFY = 50
/** Points of an accepted lot that would have been accepted at the next smaller AQL too: ten such lots qualify. */
const GAIN = 5
/** Lots accepted in succession that end an interruption, and the lots within which another rejection ends skipping. */
const LOTS_TO_RESUME = 4
const MOST_LOTS_INTERRUPTED = 10
const RAREST = 5
const MOST_FREQUENT = 2

export type SkipLotPhase = 'qualifying' | 'skipping' | 'interrupted'

/** What skip-lot knows of one supplier × item; kept as JSON. */
export interface SkipLotState {
  readonly phase: SkipLotPhase
  /** One lot in so many is inspected while skipping. */
  readonly oneIn: number
  /** Inspected lots of this phase since the count last began, and the points they brought. */
  readonly lots: number
  readonly score: number
}

export interface SkipLotOutcome {
  readonly accepted: boolean
  /** It would have been accepted at the next smaller AQL too. */
  readonly withMargin: boolean
  /** The supplier still qualifies: a working quality system, steady production, not on tightened inspection. */
  readonly eligible: boolean
}

export interface SkipLotStep {
  readonly state: SkipLotState
  readonly reasons: readonly { readonly code: string; readonly text: LocalText }[]
}

export const firstSkipLotState: SkipLotState = start('qualifying', 1)

interface Facts extends SkipLotState, SkipLotOutcome {}

interface Rule {
  readonly from: SkipLotPhase
  readonly code: string
  readonly text: LocalText
  readonly when: (facts: Facts) => boolean
  readonly to: (facts: Facts) => SkipLotState
}

/**
 * Skip-lot inspection in the manner of ISO 2859-3:2005: qualification, one lot in 2 to 5, interruption and
 * disqualification. The first rule that holds is taken.
 */
export const skipLotRules: readonly Rule[] = [
  {
    from: 'qualifying',
    code: 'QUALIFIED',
    text: {
      en: 'Enough successive lots were accepted with a margin: only some lots are inspected from now on.',
      'zh-CN': '连续多批以足够裕度接收：自此实行跳批检验。',
    },
    when: ({ eligible, lots, score }) =>
      eligible && lots >= LOTS_TO_QUALIFY && score >= SCORE_TO_QUALIFY,
    to: ({ lots }) => start('skipping', firstFrequency(lots)),
  },
  {
    from: 'qualifying',
    code: 'QUALIFICATION_BEGINS_ANEW',
    text: {
      en: 'A lot was not accepted, or 20 lots did not reach the score: qualification begins anew.',
      'zh-CN': '有1批不接收，或20批内未达到资格得分：重新开始资格评定。',
    },
    when: ({ accepted, lots }) => !accepted || lots >= MOST_LOTS_TO_QUALIFY,
    to: () => firstSkipLotState,
  },
  ...(['skipping', 'interrupted'] as const).map((from) => ({
    from,
    code: 'NOT_ELIGIBLE',
    text: {
      en: 'The supplier does not meet the conditions of skip-lot inspection any more: every lot is inspected.',
      'zh-CN': '供方不再满足跳批检验条件：恢复逐批检验。',
    },
    when: ({ eligible }: Facts) => !eligible,
    to: () => firstSkipLotState,
  })),
  {
    from: 'skipping',
    code: 'INTERRUPTED',
    text: {
      en: 'An inspected lot was not accepted: every lot is inspected for now.',
      'zh-CN': '跳批检验中有1批不接收：暂时恢复逐批检验。',
    },
    when: ({ accepted }) => !accepted,
    to: ({ oneIn }) => start('interrupted', oneIn),
  },
  {
    from: 'skipping',
    code: 'RARER',
    text: {
      en: 'Ten successive inspected lots were accepted with a margin: lots are inspected more rarely.',
      'zh-CN': '连续10个受检批以足够裕度接收：降低检验频率。',
    },
    when: ({ oneIn, lots, score }) =>
      oneIn < RAREST && lots >= LOTS_TO_QUALIFY && score >= SCORE_TO_QUALIFY,
    to: ({ oneIn }) => start('skipping', oneIn + 1),
  },
  {
    from: 'interrupted',
    code: 'DISQUALIFIED',
    text: {
      en: 'Another lot was not accepted during the interruption: qualification begins anew.',
      'zh-CN': '中断期间又有1批不接收：取消跳批资格，重新评定。',
    },
    when: ({ accepted, lots }) => !accepted || lots >= MOST_LOTS_INTERRUPTED,
    to: () => firstSkipLotState,
  },
  {
    from: 'interrupted',
    code: 'RESUMED',
    text: {
      en: 'Four successive lots were accepted: lots are skipped again, but inspected more often than before.',
      'zh-CN': '连续4批接收：恢复跳批检验，但检验频率提高一级。',
    },
    when: ({ lots }) => lots >= LOTS_TO_RESUME,
    to: ({ oneIn }) => start('skipping', Math.max(MOST_FREQUENT, oneIn - 1)),
  },
]

/** Counts an inspected lot; skipped lots are accepted and change nothing. */
export function nextSkipLot(state: SkipLotState, outcome: SkipLotOutcome): SkipLotStep {
  const counted = count(state, outcome)
  const rule = skipLotRules.find(
    ({ from, when }) => from === state.phase && when({ ...counted, ...outcome }),
  )
  if (rule === undefined) return { state: counted, reasons: [] }
  const { code, text, to } = rule
  return { state: to({ ...counted, ...outcome }), reasons: [{ code, text }] }
}

/**
 * Whether the next lot is inspected: by chance, so that nobody can tell which (ISO 2859-3, 8).
 * @param draw from 0 to 1.
 */
export function isLotInspected({ phase, oneIn }: SkipLotState, draw: number): boolean {
  return phase !== 'skipping' || draw * oneIn < 1
}

function count(state: SkipLotState, { accepted, withMargin }: SkipLotOutcome): SkipLotState {
  // A lot without margin does not interrupt, but the run of good ones begins again after it.
  if (accepted && !withMargin && state.phase === 'skipping') return start('skipping', state.oneIn)
  return {
    ...state,
    lots: state.lots + 1,
    score: accepted && withMargin ? state.score + GAIN : state.score,
  }
}

function start(phase: SkipLotPhase, oneIn: number): SkipLotState {
  return { phase, oneIn, lots: 0, score: 0 }
}

/** The faster the score was reached, the rarer lots are inspected. */
function firstFrequency(lots: number): number {
  if (lots <= 11) return 4
  return lots <= 14 ? 3 : MOST_FREQUENT
}
