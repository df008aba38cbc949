export const stepIds = ['D0', 'D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7', 'D8'] as const
export type StepId = (typeof stepIds)[number]

interface StepRule {
  readonly title: { readonly en: string; readonly 'zh-CN': string }
  /** Calendar days after the opening, where the settings say nothing. */
  readonly dueDays: number
  readonly evidence: boolean
  /** Steps that have to be over before this one can be. */
  readonly after: readonly StepId[]
  /** May be skipped, with a reason. */
  readonly optional: boolean
}

/**
 * The disciplines of an 8D report (VDA "8D – Problem solving in 8 disciplines"; Ford's G8D has D0). The days are the usual
 * ones between customer and supplier: first answer within a day, containment within two, root cause within ten to fourteen.
 */
export const eightDSteps: Readonly<Record<StepId, StepRule>> = {
  D0: {
    title: { en: 'Emergency response', 'zh-CN': '应急响应' },
    ...{ dueDays: 1, evidence: false, after: [], optional: true },
  },
  D1: {
    title: { en: 'Team', 'zh-CN': '成立小组' },
    ...{ dueDays: 1, evidence: false, after: [], optional: false },
  },
  D2: {
    title: { en: 'Problem description', 'zh-CN': '问题描述' },
    ...{ dueDays: 2, evidence: false, after: [], optional: false },
  },
  D3: {
    title: { en: 'Containment', 'zh-CN': '临时围堵措施' },
    ...{ dueDays: 2, evidence: true, after: [], optional: false },
  },
  D4: {
    title: { en: 'Root cause', 'zh-CN': '根本原因' },
    ...{ dueDays: 10, evidence: true, after: ['D2'], optional: false },
  },
  D5: {
    title: { en: 'Corrective action chosen', 'zh-CN': '选定纠正措施' },
    ...{ dueDays: 14, evidence: false, after: ['D4'], optional: false },
  },
  D6: {
    title: { en: 'Corrective action in place', 'zh-CN': '实施纠正措施' },
    ...{ dueDays: 30, evidence: true, after: ['D5'], optional: false },
  },
  D7: {
    title: { en: 'Prevention of recurrence', 'zh-CN': '预防再发' },
    ...{ dueDays: 45, evidence: true, after: ['D6'], optional: false },
  },
  D8: {
    title: { en: 'Closing and thanks', 'zh-CN': '总结与表彰' },
    ...{
      dueDays: 60,
      evidence: false,
      after: ['D0', 'D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7'],
      optional: true,
    },
  },
}

/** What a failed check of effectiveness throws into doubt: the cause and all that followed from it. */
export const doubtedSteps: readonly StepId[] = ['D4', 'D5', 'D6', 'D7', 'D8']
