import { fUpperTail } from '../distributions/f-ratio.ts'
import { mean } from '../distributions/moments.ts'
import type { StudyTable } from './study-readings.ts'

export interface AnovaRow {
  readonly source: 'part' | 'operator' | 'interaction' | 'repeatability'
  readonly freedom: number
  readonly squares: number
  readonly meanSquare: number
  /** Null for what the others are compared with, and where nothing varies. */
  readonly f: number | null
  readonly p: number | null
}

export interface Components {
  readonly repeatability: number
  readonly operator: number
  readonly interaction: number
  readonly part: number
}

export interface AnovaStudy {
  readonly rows: readonly AnovaRow[]
  /** The interaction was not significant, and counts as repeatability. */
  readonly isPooled: boolean
  readonly components: Components
}

/**
 * Two-way analysis of variance of a balanced crossed study with random parts and operators (AIAG MSA 4th edition, III.B
 * and appendix A). The interaction is pooled into repeatability where its p exceeds `poolAbove`; components below 0
 * count as 0.
 * @param poolAbove AIAG and Minitab: 0.25; 1 never pools
 */
export function anovaStudy(table: StudyTable, poolAbove: number): AnovaStudy {
  const { parts, operators, trials } = table
  const { part, operator, interaction, error } = sumsOfSquares(table)
  const freedom = {
    part: parts - 1,
    operator: operators - 1,
    interaction: (parts - 1) * (operators - 1),
    error: parts * operators * (trials - 1),
  }
  const inter = ratio(interaction, freedom.interaction, error, freedom.error)
  const isPooled = inter.p === null || inter.p > poolAbove
  const restSquares = isPooled ? error + interaction : error
  const restFreedom = isPooled ? freedom.error + freedom.interaction : freedom.error
  const below = isPooled
    ? { squares: restSquares, freedom: restFreedom }
    : { squares: interaction, freedom: freedom.interaction }
  const rest = restSquares / restFreedom
  const compared = below.squares / below.freedom
  const rows: AnovaRow[] = [
    row('part', part, freedom.part, ratio(part, freedom.part, below.squares, below.freedom)),
    row(
      'operator',
      operator,
      freedom.operator,
      ratio(operator, freedom.operator, below.squares, below.freedom),
    ),
    ...(isPooled ? [] : [row('interaction', interaction, freedom.interaction, inter)]),
    row('repeatability', restSquares, restFreedom, { f: null, p: null }),
  ]
  const components = {
    repeatability: rest,
    operator: Math.max(0, (operator / freedom.operator - compared) / (parts * trials)),
    interaction: isPooled ? 0 : Math.max(0, (compared - rest) / trials),
    part: Math.max(0, (part / freedom.part - compared) / (operators * trials)),
  }
  return { rows, isPooled, components }
}

/** Each from the distances to means, so that a large origin costs no digits. */
function sumsOfSquares({ parts, operators, trials, readings }: StudyTable) {
  const grand = mean(readings.flat(2))
  const cells = readings.map((row) => row.map(mean))
  const partMeans = cells.map(mean)
  const operatorMeans = Array.from({ length: operators }, (_, o) =>
    mean(cells.map((row) => row[o] ?? 0)),
  )
  const squaresTo = (means: readonly number[]) =>
    means.reduce((sum, m) => sum + (m - grand) ** 2, 0)
  let interaction = 0
  let error = 0
  for (const [p, row] of readings.entries()) {
    for (const [o, cell] of row.entries()) {
      const middle = cells[p]?.[o] ?? 0
      interaction += (middle - (partMeans[p] ?? 0) - (operatorMeans[o] ?? 0) + grand) ** 2
      for (const value of cell) error += (value - middle) ** 2
    }
  }
  return {
    part: operators * trials * squaresTo(partMeans),
    operator: parts * trials * squaresTo(operatorMeans),
    interaction: trials * interaction,
    error,
  }
}

interface Ratio {
  readonly f: number | null
  readonly p: number | null
}

function ratio(squares: number, freedom: number, below: number, belowFreedom: number): Ratio {
  if (!(below > 0)) return { f: null, p: null }
  const f = squares / freedom / (below / belowFreedom)
  return { f, p: fUpperTail(f, freedom, belowFreedom) }
}

function row(
  source: AnovaRow['source'],
  squares: number,
  freedom: number,
  { f, p }: Ratio,
): AnovaRow {
  return { source, freedom, squares, meanSquare: squares / freedom, f, p }
}
