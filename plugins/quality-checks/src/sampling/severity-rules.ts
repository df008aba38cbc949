import type { LocalText } from '../words/local-text.ts'
import type { SwitchingState } from './plan-types.ts'

/** Lots that the rule from normal to tightened inspection looks at, and those of them that must not be accepted (ISO 2859-1, 9.3.1). */
export const LOTS_LOOKED_AT = 5
const REJECTED_FOR_TIGHTENED = 2
/** Lots accepted in succession that end tightened inspection (9.3.2). */
const ACCEPTED_FOR_NORMAL = 5
/** Lots not accepted on tightened inspection that end inspection (9.4). */
const REJECTED_FOR_DISCONTINUED = 5
/** The switching score that allows reduced inspection (9.3.3.1). */
const SCORE_FOR_REDUCED = 30

/** What a rule may look at: the state that the lot has been counted into, and what is known beside lots. */
export interface Facts extends SwitchingState {
  /** The newest outcome, where it is of a lot. */
  readonly lot?: 'accepted' | 'returned' | 'rejected'
  readonly steadyProduction: boolean
  readonly authorityAgrees: boolean
  readonly productionIrregular: boolean
  readonly authorityRequiresNormal: boolean
  readonly correctiveActionEffective: boolean
}

interface Rule {
  readonly from: SwitchingState['severity']
  readonly to: SwitchingState['severity']
  readonly code: string
  readonly text: LocalText
  readonly when: (facts: Facts) => boolean
}

/** Switching by ISO 2859-1:1999, 9.3 and 9.4, and MIL-STD-105E, 4.7. The first rule that holds is taken. */
export const severityRules: readonly Rule[] = [
  {
    from: 'normal',
    to: 'tightened',
    code: 'TWO_OF_FIVE_REJECTED',
    text: {
      en: '2 of 5 or fewer successive lots were not accepted on normal inspection.',
      'zh-CN': '正常检验时，连续5批或不足5批中有2批不接收。',
    },
    when: ({ recent }) => rejectedAmong(recent) >= REJECTED_FOR_TIGHTENED,
  },
  {
    from: 'normal',
    to: 'reduced',
    code: 'SCORE_ALLOWS_REDUCED',
    text: {
      en: 'The switching score reached 30, production is steady and the responsible authority agrees.',
      'zh-CN': '转移得分已达到30分，生产稳定，且负责部门同意使用放宽检验。',
    },
    when: ({ score, steadyProduction, authorityAgrees }) =>
      score >= SCORE_FOR_REDUCED && steadyProduction && authorityAgrees,
  },
  {
    from: 'tightened',
    to: 'discontinued',
    code: 'FIVE_REJECTED_ON_TIGHTENED',
    text: {
      en: '5 lots were not accepted while on tightened inspection: acceptance ends until the supplier has improved.',
      'zh-CN': '加严检验期间累计5批不接收：暂停检验，直至供方采取改进措施。',
    },
    when: ({ rejectedWhileTightened }) => rejectedWhileTightened >= REJECTED_FOR_DISCONTINUED,
  },
  {
    from: 'tightened',
    to: 'normal',
    code: 'FIVE_ACCEPTED_ON_TIGHTENED',
    text: {
      en: '5 successive lots were accepted on tightened inspection.',
      'zh-CN': '加严检验时，连续5批接收。',
    },
    when: ({ recent }) => recent.length >= ACCEPTED_FOR_NORMAL && rejectedAmong(recent) === 0,
  },
  {
    from: 'reduced',
    to: 'normal',
    code: 'REJECTED_ON_REDUCED',
    text: {
      en: 'A lot was not accepted on reduced inspection.',
      'zh-CN': '放宽检验时有1批不接收。',
    },
    when: ({ lot }) => lot === 'rejected',
  },
  {
    from: 'reduced',
    to: 'normal',
    code: 'BETWEEN_ACCEPT_AND_REJECT',
    text: {
      en: 'A lot was accepted with more nonconforming items than the acceptance number of its reduced plan.',
      'zh-CN': '放宽检验时，样本不合格数超过接收数但未达到拒收数：该批接收，下一批恢复正常检验。',
    },
    when: ({ lot }) => lot === 'returned',
  },
  {
    from: 'reduced',
    to: 'normal',
    code: 'PRODUCTION_IRREGULAR',
    text: {
      en: 'Production became irregular or was delayed.',
      'zh-CN': '生产不稳定或延迟。',
    },
    when: ({ productionIrregular }) => productionIrregular,
  },
  {
    from: 'reduced',
    to: 'normal',
    code: 'AUTHORITY_REQUIRES_NORMAL',
    text: {
      en: 'Other conditions warrant normal inspection, by the responsible authority.',
      'zh-CN': '负责部门认为有必要恢复正常检验。',
    },
    when: ({ authorityRequiresNormal }) => authorityRequiresNormal,
  },
  {
    from: 'discontinued',
    to: 'tightened',
    code: 'CORRECTIVE_ACTION_EFFECTIVE',
    text: {
      en: "The supplier's corrective action is effective: inspection resumes as tightened.",
      'zh-CN': '供方的改进措施有效：恢复检验，从加严检验开始。',
    },
    when: ({ correctiveActionEffective }) => correctiveActionEffective,
  },
]

function rejectedAmong(recent: SwitchingState['recent']): number {
  return recent.filter((outcome) => outcome === 'rejected').length
}
