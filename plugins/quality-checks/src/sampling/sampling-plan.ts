import { Refusal } from '@signalbox/sdk'
import { builtInScheme } from './built-in-schemes.ts'
import { type AcceptReject, cellKey, cellsOf, parseStages } from './parse-cells.ts'
import type {
  AttributePlan,
  PlanRequest,
  PlanStage,
  PlanType,
  Severity,
  StageVerdict,
} from './plan-types.ts'
import type { MasterTable, SchemeTables, StageTable } from './scheme-tables.ts'

/** AQLs up to here may be percent nonconforming; above, an item has to be able to have several faults (ISO 2859-1, 5.1). */
const HIGHEST_PERCENT_AQL = 10

/** What is asked for when a plan of the asked type is not in the table: the next simpler one (105E, tables III and IV). */
const SIMPLER: Readonly<Record<PlanType, readonly PlanType[]>> = {
  single: ['single'],
  double: ['double', 'single'],
  multiple: ['multiple', 'double', 'single'],
}

/**
 * The plan of a lot by its scheme, with samples never larger than the lot: where the table's would be, every item is
 * looked at and judged by the plan's last numbers (MIL-STD-105E, 4.9.3 and the notes of its tables).
 * @param tables a tenant's own scheme; built-in ones are found by `request.scheme`.
 */
export function planFor(request: PlanRequest, tables?: SchemeTables): AttributePlan {
  return withinLot(tabledPlan(request, tables), request.lotSize)
}

/** The plan as the table prints it, whatever the lot holds. */
export function tabledPlan(request: PlanRequest, tables?: SchemeTables): AttributePlan {
  const scheme = tables ?? builtInScheme(request.scheme)
  if (scheme === undefined) {
    throw new Refusal(
      'SCHEME_UNKNOWN',
      `There is no sampling scheme "${request.scheme}": ask schemes for those there are, or load it by loadScheme.`,
    )
  }
  const letter = codeLetter(scheme, request)
  const column = aqlColumn(scheme, request)
  const single = masterTable(scheme, request.severity)
  const row = followArrows(scheme.letters, single, scheme.letters.indexOf(letter), column)
  const found = stagesAt(scheme, request, row.index, row.cell)
  return {
    scheme: scheme.scheme,
    letter: scheme.letters.charAt(row.index),
    severity: request.severity,
    ...found,
    wholeLot: false,
  }
}

/**
 * What a stage says of the lot.
 * @param stage counted from 0.
 * @param nonconforming found in this stage and all before it.
 */
export function judgeStage(
  plan: AttributePlan,
  stage: number,
  nonconforming: number,
): StageVerdict {
  const numbers = plan.stages[stage]
  if (numbers === undefined || !Number.isInteger(nonconforming) || nonconforming < 0) {
    throw new Refusal(
      'STAGE_RESULT_INVALID',
      `A plan of ${plan.stages.length} stages is judged at stage 0 to ${plan.stages.length - 1} by a whole number of nonconforming items.`,
    )
  }
  if (numbers.accept !== null && nonconforming <= numbers.accept) return 'accept'
  if (nonconforming >= numbers.reject) return 'reject'
  return stage === plan.stages.length - 1 ? 'accept-and-return' : 'continue'
}

/** The code letter of a lot (MIL-STD-105E and ISO 2859-1, table I). */
function codeLetter(scheme: SchemeTables, { lotSize, level }: PlanRequest): string {
  if (!Number.isSafeInteger(lotSize) || lotSize < 1) {
    throw new Refusal('LOT_SIZE_INVALID', 'A lot has a whole number of items, at least 1.')
  }
  const letters = scheme.codeLetters[level]
  if (letters === undefined) {
    throw new Refusal(
      'LEVEL_UNKNOWN',
      `${scheme.scheme} has the inspection levels ${Object.keys(scheme.codeLetters).join(', ')}.`,
    )
  }
  return letters.charAt(scheme.lotSizesTo.findIndex((to) => to === null || lotSize <= to))
}

function aqlColumn(scheme: SchemeTables, { aql, unit }: PlanRequest): number {
  if (unit === 'percent-nonconforming' && aql > HIGHEST_PERCENT_AQL) {
    throw new Refusal(
      'AQL_UNIT_MISMATCH',
      `An AQL above ${HIGHEST_PERCENT_AQL} counts nonconformities per 100 items: say so in unit, or choose a smaller AQL.`,
    )
  }
  const column = scheme.aqls.indexOf(aql)
  if (column === -1) {
    throw new Refusal(
      'AQL_NOT_IN_TABLE',
      `${scheme.scheme} has plans for the AQLs ${scheme.aqls.join(', ')}: choose one of them.`,
    )
  }
  return column
}

function masterTable(scheme: SchemeTables, severity: Severity): MasterTable {
  return scheme.single[severity] ?? notLoaded(scheme, 'single', severity)
}

function notLoaded(scheme: SchemeTables, type: PlanType, severity: Severity): never {
  throw new Refusal(
    'TABLE_NOT_LOADED',
    `The ${type} plans of ${severity} inspection are not part of ${scheme.scheme} here: load the table that you hold as a scheme of your own by loadScheme, or use mil-std-105e, which has them.`,
  )
}

interface Row {
  readonly index: number
  readonly cell: AcceptReject
}

/** Goes on in the direction of the first arrow until there is a plan. */
function followArrows(letters: string, table: MasterTable, from: number, column: number): Row {
  let step = 0
  for (let index = from; ; index += step) {
    const cell = cellsOf(table, letters.charAt(index))?.[column]
    if (cell === undefined) break
    if (typeof cell !== 'string') return { index, cell }
    step ||= cell === 'below' ? 1 : -1
  }
  throw new Refusal(
    'TABLE_BROKEN',
    `The arrows of column ${column + 1} lead out of the table: load the scheme again with a plan at their end.`,
  )
}

function stagesAt(
  scheme: SchemeTables,
  { type, severity }: PlanRequest,
  index: number,
  cell: AcceptReject,
): Pick<AttributePlan, 'type' | 'stages'> {
  if (type !== 'single' && scheme[type]?.[severity] === undefined) {
    return notLoaded(scheme, type, severity)
  }
  for (const candidate of SIMPLER[type]) {
    if (candidate === 'single') break
    const stages = sampledStages(scheme[candidate]?.[severity], index, cell)
    if (stages !== undefined) return { type: candidate, stages }
  }
  const size = masterTable(scheme, severity).sizes[index] ?? 0
  return { type: 'single', stages: [{ sampleSize: size, ...cell }] }
}

function sampledStages(
  table: StageTable | undefined,
  index: number,
  cell: AcceptReject,
): PlanStage[] | undefined {
  const size = table?.sizes[index]
  const stages = table?.stages[cellKey(cell)]
  if (typeof size !== 'number' || stages === undefined) return undefined
  return parseStages(stages).map((numbers, stage) => ({
    sampleSize: size * (stage + 1),
    ...numbers,
  }))
}

function withinLot(plan: AttributePlan, lotSize: number): AttributePlan {
  const whole = plan.stages.findIndex(({ sampleSize }) => sampleSize >= lotSize)
  const last = plan.stages.at(-1)
  if (whole === -1 || last === undefined) return plan
  // Nothing is left for later stages to find: the stage that reaches the end of the lot decides by the last one's numbers.
  const stages = [...plan.stages.slice(0, whole), { ...last, sampleSize: lotSize }]
  return { ...plan, stages, wholeLot: true }
}
