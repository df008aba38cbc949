import { Refusal } from '@signalbox/sdk'
import { type AnovaRow, anovaStudy, type Components } from './anova.ts'
import { rangeStudy } from './range-study.ts'
import { type Reading, studyTable } from './study-readings.ts'

export interface StudyRequest {
  readonly readings: readonly Reading[]
  readonly method?: 'anova' | 'range'
  /** Above this p the interaction counts as repeatability; 1: never. */
  readonly poolAbove?: number
  /** usl − lsl, for the share of the tolerance. */
  readonly tolerance?: number
  /** Standard deviations that a study variation spans: 6; 5.15 in older studies. */
  readonly span?: number
}

export interface VariationRow {
  readonly source:
    | 'gauge'
    | 'repeatability'
    | 'reproducibility'
    | 'operator'
    | 'interaction'
    | 'part'
    | 'total'
  readonly variance: number
  readonly sigma: number
  /** Shares in percent: of the total variance; of the total variation (these do not add up); of the tolerance. */
  readonly contribution: number
  readonly studyVariation: number
  readonly tolerance: number | null
}

export interface GaugeStudy {
  readonly method: 'anova' | 'range'
  readonly parts: number
  readonly operators: number
  readonly trials: number
  readonly anova: readonly AnovaRow[]
  readonly isPooled: boolean
  readonly variation: readonly VariationRow[]
  /** Number of distinct categories, 1.41 · part / gauge, cut to a whole; null for a gauge without variation. */
  readonly distinctCategories: number | null
  /** AIAG: below 10 % of study variation (and tolerance) good, to 30 % where the use allows, above not. */
  readonly verdict: 'acceptable' | 'marginal' | 'unacceptable'
}

const GOOD_BELOW = 10
const BAD_ABOVE = 30

/** @throws Refusal STUDY_TOO_SMALL, STUDY_UNBALANCED, STUDY_NO_SPREAD, SPC_VALUE_INVALID */
export function gaugeStudy(request: StudyRequest): GaugeStudy {
  const { readings, method = 'anova', poolAbove = 0.25, tolerance, span = 6 } = request
  const table = studyTable(readings)
  const anova = method === 'anova' ? anovaStudy(table, poolAbove) : null
  const components = anova?.components ?? rangeStudy(table)
  const variation = variationOf(components, { span, tolerance: tolerance ?? null })
  const gauge = variation.find(({ source }) => source === 'gauge')
  const part = Math.sqrt(components.part)
  const { parts, operators, trials } = table
  return {
    method,
    parts,
    operators,
    trials,
    anova: anova?.rows ?? [],
    isPooled: anova?.isPooled ?? false,
    variation,
    distinctCategories:
      gauge === undefined || gauge.sigma === 0 ? null : Math.floor((1.41 * part) / gauge.sigma),
    verdict: verdictOn(gauge),
  }
}

function variationOf(
  { repeatability, operator, interaction, part }: Components,
  { span, tolerance }: { readonly span: number; readonly tolerance: number | null },
): VariationRow[] {
  const reproducibility = operator + interaction
  const gauge = repeatability + reproducibility
  const total = gauge + part
  if (!(total > 0)) {
    const cure =
      'All readings are equal: choose parts that span the process, and a gauge that resolves them.'
    throw new Refusal('STUDY_NO_SPREAD', cure)
  }
  const row = (source: VariationRow['source'], variance: number): VariationRow => {
    const sigma = Math.sqrt(variance)
    return {
      source,
      variance,
      sigma,
      contribution: (100 * variance) / total,
      studyVariation: 100 * Math.sqrt(variance / total),
      tolerance: tolerance === null ? null : (100 * span * sigma) / tolerance,
    }
  }
  return [
    row('gauge', gauge),
    row('repeatability', repeatability),
    row('reproducibility', reproducibility),
    row('operator', operator),
    row('interaction', interaction),
    row('part', part),
    row('total', total),
  ]
}

function verdictOn(gauge: VariationRow | undefined): GaugeStudy['verdict'] {
  const worst = Math.max(gauge?.studyVariation ?? 0, gauge?.tolerance ?? 0)
  if (worst < GOOD_BELOW) return 'acceptable'
  return worst <= BAD_ABOVE ? 'marginal' : 'unacceptable'
}
