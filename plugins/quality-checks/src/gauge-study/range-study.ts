import { mean, range } from '../distributions/moments.ts'
import { rangeConstants } from '../spc/control-constants.ts'
import type { Components } from './anova.ts'
import type { StudyTable } from './study-readings.ts'

/**
 * Average and range method (AIAG MSA 4th edition, III.B): repeatability R̿ · K1, reproducibility from the range of the
 * operators' means less the repeatability in them, part variation Rp · K3. K1 = 1/d2; K2 and K3 = 1/d2* of one range,
 * d2* = √(d2² + d3²) (Duncan, appendix D3). It knows no interaction.
 */
export function rangeStudy({ parts, operators, trials, readings }: StudyTable): Components {
  const cells = readings.map((row) => row.map(mean))
  const partRange = range(cells.map(mean))
  const operatorMeans = Array.from({ length: operators }, (_, o) =>
    mean(cells.map((row) => row[o] ?? 0)),
  )
  const meanRange = mean(readings.flat().map(range))
  const repeatability = (meanRange / rangeConstants(trials, 'computed').d2) ** 2
  const between = (range(operatorMeans) / oneRange(operators)) ** 2
  return {
    repeatability,
    operator: Math.max(0, between - repeatability / (parts * trials)),
    interaction: 0,
    part: (partRange / oneRange(parts)) ** 2,
  }
}

function oneRange(size: number): number {
  const { d2, d3 } = rangeConstants(size, 'computed')
  return Math.hypot(d2, d3)
}
