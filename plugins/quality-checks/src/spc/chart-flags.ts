import { chartKinds } from './chart-kinds.ts'
import type { ChartDefinition, ChartPoint, Drawn } from './control-chart.ts'
import { type Flag, flagRules } from './flag-rules.ts'
import { limitsOnly, type Rule, type RuleSetName, ruleSets } from './rule-sets.ts'

/** Which of a chart's drawings a flag is of. */
export type Drawing = 'location' | 'dispersion' | 'lower'

export interface ChartFlag extends Flag {
  readonly drawing: Drawing
}

const drawings = ['location', 'dispersion', 'lower'] as const

/** The rules of a set that hold for a kind of chart (AIAG SPC 2005, II.A: zones ask for a symmetric law). */
export function rulesOf({ kind, width }: ChartDefinition, set: RuleSetName): readonly Rule[] {
  const { patterns } = chartKinds[kind]
  if (patterns === 'limits') return limitsOnly
  const rules = atWidth(ruleSets[set], width)
  return patterns === 'zones' ? rules : rules.filter(isRunRule)
}

/** A chart that is drawn with other limits than three sigma alarms at those. */
function atWidth(rules: readonly Rule[], width: number): readonly Rule[] {
  if (width === 3) return rules
  return rules.map((rule) => (isLimit(rule) ? { ...rule, zone: width } : rule))
}

function isLimit(rule: Rule): boolean {
  return rule.kind === 'share' && rule.of === 1 && rule.zone === 3
}

function isRunRule(rule: Rule): boolean {
  return (
    isLimit(rule) ||
    rule.kind === 'trend' ||
    rule.kind === 'alternating' ||
    (rule.kind === 'share' && (rule.of === 1 || rule.zone === 0))
  )
}

/**
 * Flags of a chart's points from `from` on. Points without spread (sigma 0) have no rules: where the limits are one
 * line, a chart says so instead.
 */
export function flagChart(
  definition: ChartDefinition,
  set: RuleSetName,
  points: readonly ChartPoint[],
  from = 0,
): ChartFlag[] {
  const flags = drawings.flatMap((drawing) => {
    const rules = drawing === 'location' ? rulesOf(definition, set) : limitsOnly
    // A CUSUM is drawn so that its decision interval lies at three sigma, whatever the width.
    const width = definition.kind === 'cusum' ? 3 : definition.width
    return flagDrawing(points, drawing, rules, width, from)
  })
  return flags.sort((a, b) => a.index - b.index)
}

function flagDrawing(
  points: readonly ChartPoint[],
  drawing: Drawing,
  rules: readonly Rule[],
  width: number,
  from: number,
): ChartFlag[] {
  const places: number[] = []
  const drawn: Drawn[] = []
  for (const [index, point] of points.entries()) {
    const value = point[drawing]
    if (value === null || value.sigma === 0) continue
    places.push(index)
    drawn.push(value)
  }
  const first = places.findIndex((place) => place >= from)
  if (first === -1) return []
  const scale = drawing === 'location' && rules !== limitsOnly ? 1 : width / 3
  const flags = flagRules(
    drawn.map(({ value }) => value),
    {
      centre: drawn.map(({ centre }) => centre),
      sigma: drawn.map(({ sigma }) => sigma * scale),
      rules,
      from: first,
    },
  )
  return flags.map(({ index, rule }) => ({ index: places[index] ?? index, rule, drawing }))
}
