import { MOST_WAYS, waysThrough } from './curves-operation.ts'
import { acceptanceProbability } from './operating-characteristics.ts'
import { cellKey, parseRow, parseStages } from './parse-cells.ts'
import type { InspectionLevel, PlanStage, PlanType, Severity } from './plan-types.ts'
import { tabledPlan } from './sampling-plan.ts'
import type { MasterTable, SchemeTables, StageTable } from './scheme-tables.ts'

const SEVERITIES = ['normal', 'tightened', 'reduced'] as const
const TYPES = ['single', 'double', 'multiple'] as const
/** Tables say probabilities by rounded numbers: a tightened plan this little easier is rounding, not a mistake. */
const ROUNDING = 0.02

/** What is wrong with the tables of a scheme, each with its place; empty where plans can be taken from them. */
export function schemeProblems(tables: SchemeTables): string[] {
  const shape = [...frameProblems(tables), ...SEVERITIES.flatMap((s) => tableProblems(tables, s))]
  // Plans are looked up only in tables that are whole: else each mistake would be told many times.
  return shape.length > 0 ? shape : planProblems(tables)
}

function frameProblems({ letters, lotSizesTo, codeLetters, aqls }: SchemeTables): string[] {
  const bounds = lotSizesTo.slice(0, -1)
  return [
    ...when(new Set(letters).size !== letters.length, 'letters: each stands once'),
    ...when(lotSizesTo.at(-1) !== null, 'lotSizesTo: the last is null, for lots of any size'),
    ...when(!isRising(bounds), 'lotSizesTo: each is larger than the one before, without null'),
    ...when(!isRising(aqls), 'aqls: each is larger than the one before'),
    ...Object.entries(codeLetters).flatMap(([level, row]) => [
      ...when(
        row.length !== lotSizesTo.length,
        `codeLetters/${level}: ${lotSizesTo.length} letters, one for each lot size`,
      ),
      ...when(
        [...row].some((letter) => !letters.includes(letter)),
        `codeLetters/${level}: every letter is one of letters`,
      ),
    ]),
  ]
}

function tableProblems(tables: SchemeTables, severity: Severity): string[] {
  const single = tables.single[severity]
  const staged = (['double', 'multiple'] as const).filter(
    (type) => tables[type]?.[severity] !== undefined,
  )
  if (single === undefined) {
    return [
      ...when(severity === 'normal', 'single/normal: a scheme has at least this table'),
      ...staged.map(
        (type) => `${type}/${severity}: its plans stand in the cells of single/${severity}`,
      ),
    ]
  }
  return [
    ...masterProblems(tables, single, `single/${severity}`),
    ...staged.flatMap((type) => {
      const table = tables[type]?.[severity]
      return table === undefined ? [] : stageProblems(table, severity, `${type}/${severity}`)
    }),
  ]
}

function masterProblems({ letters, aqls }: SchemeTables, table: MasterTable, at: string): string[] {
  const rows = Object.entries(table.rows)
  return [
    ...when(
      rows.some(([letter]) => !letters.includes(letter)),
      `${at}/rows: every letter is one of letters`,
    ),
    ...when(
      table.sizes.some((size, i) => size < (table.sizes[i - 1] ?? 1)),
      `${at}/sizes: no sample is smaller than that of the letter before`,
    ),
    ...rows.flatMap(([letter, row]) => {
      const cells = parseRow(row)
      const plans = cells.filter((cell) => typeof cell !== 'string')
      return [
        ...when(
          table.sizes[letters.indexOf(letter)] === undefined,
          `${at}/sizes: none for the letter ${letter}`,
        ),
        ...when(
          cells.length !== aqls.length,
          `${at}/rows/${letter}: ${aqls.length} cells, one for each AQL`,
        ),
        ...when(
          plans.some(({ accept, reject }) => accept === null || accept >= reject),
          `${at}/rows/${letter}: Ac is below Re`,
        ),
        ...when(
          !isRising(plans.map(({ reject }) => reject)) ||
            plans.some(({ accept }, i) => (accept ?? 0) < (plans[i - 1]?.accept ?? 0)),
          `${at}/rows/${letter}: Re rises with the AQL, and Ac never falls`,
        ),
      ]
    }),
  ]
}

function stageProblems(table: StageTable, severity: Severity, at: string): string[] {
  return Object.entries(table.stages).flatMap(([key, text]) => {
    const stages = parseStages(text)
    const last = stages.at(-1)
    const closes = last?.accept !== null && last?.accept === (last?.reject ?? 0) - 1
    // Reduced plans of MIL-STD-105E leave a gap at the end, in which a lot is accepted.
    const mayStayOpen = severity === 'reduced' && last?.accept !== null
    return [
      ...when(stages.length < 2, `${at}/stages/${key}: two stages or more`),
      ...when(
        waysThrough(stages.map((numbers) => ({ sampleSize: 1, ...numbers }))) > MOST_WAYS,
        `${at}/stages/${key}: too many counts lie between Ac and Re`,
      ),
      ...when(!closes && !mayStayOpen, `${at}/stages/${key}: the last Re is Ac + 1`),
      ...when(
        stages.some(({ accept, reject }) => (accept ?? -1) >= reject),
        `${at}/stages/${key}: Ac is below Re`,
      ),
      ...when(
        stages.some(
          ({ accept, reject }, i) =>
            (accept ?? -1) < (stages[i - 1]?.accept ?? -1) || reject < (stages[i - 1]?.reject ?? 0),
        ),
        `${at}/stages/${key}: Ac and Re count all stages so far and never fall`,
      ),
    ]
  })
}

function planProblems(tables: SchemeTables): string[] {
  const problems: string[] = []
  for (const level of Object.keys(tables.codeLetters) as InspectionLevel[]) {
    for (const to of tables.lotSizesTo) {
      for (const aql of tables.aqls) {
        const lotSize = to ?? (tables.lotSizesTo.at(-2) ?? 0) + 1
        const problem = lookUpProblem(tables, { level, lotSize, aql })
        if (problem !== undefined && !problems.includes(problem)) problems.push(problem)
      }
    }
  }
  return problems
}

interface Place {
  readonly level: InspectionLevel
  readonly lotSize: number
  readonly aql: number
}

function lookUpProblem(tables: SchemeTables, place: Place): string | undefined {
  const found = new Map<string, readonly PlanStage[]>()
  for (const severity of SEVERITIES) {
    for (const type of TYPES) {
      if ((tables[type] as SchemeTables['single'] | undefined)?.[severity] === undefined) continue
      const stages = stagesOf(tables, place, severity, type)
      if (stages === undefined)
        return `single/${severity}: the arrows at AQL ${place.aql} lead out of the table`
      found.set(`${type} ${severity}`, stages)
    }
  }
  const [normal, tightened] = [found.get('single normal'), found.get('single tightened')]
  if (normal === undefined || tightened === undefined) return undefined
  const chance = (stages: readonly PlanStage[]) =>
    acceptanceProbability(stages, { kind: 'poisson' }, place.aql / 100)
  return chance(tightened) > chance(normal) + ROUNDING
    ? `single/tightened: at AQL ${place.aql} and lots of ${place.lotSize} (${place.level}) it accepts more often than normal inspection: ${keyOf(tightened)} beside ${keyOf(normal)}`
    : undefined
}

function stagesOf(
  tables: SchemeTables,
  place: Place,
  severity: Severity,
  type: PlanType,
): readonly PlanStage[] | undefined {
  try {
    return tabledPlan({ scheme: tables.scheme, type, severity, ...place }, tables).stages
  } catch {
    return undefined
  }
}

function keyOf([stage]: readonly PlanStage[]): string {
  return stage === undefined ? '' : `${stage.sampleSize}, ${cellKey(stage)}`
}

function isRising(values: readonly (number | null)[]): boolean {
  return values.every((value, i) => value !== null && (i === 0 || value > (values[i - 1] ?? 0)))
}

function when(isWrong: boolean, problem: string): string[] {
  return isWrong ? [problem] : []
}
