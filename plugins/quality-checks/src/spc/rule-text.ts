import type { LocalText } from '../words/local-text.ts'
import { rulesOf } from './chart-flags.ts'
import { limitsOnly } from './rule-sets.ts'
import type { ChartRow } from './spc-rows.ts'

const drawings: Readonly<Record<string, LocalText>> = {
  'dispersion-limits': { en: 'The spread lies outside of its limits', 'zh-CN': '离散度超出控制限' },
  'lower-limits': {
    en: 'The lower sum lies beyond the decision interval',
    'zh-CN': '下侧累积和超出判定区间',
  },
  limits: { en: 'The point lies outside of its limits', 'zh-CN': '该点超出控制限' },
}

/** What a rule of a chart says, for people. */
export function ruleText(
  { definition, rules }: Pick<ChartRow, 'definition' | 'rules'>,
  rule: string,
): LocalText {
  const found = [...rulesOf(definition, rules), ...limitsOnly].find(({ id }) => id === rule)
  return drawings[rule] ?? found?.text ?? { en: rule, 'zh-CN': rule }
}
