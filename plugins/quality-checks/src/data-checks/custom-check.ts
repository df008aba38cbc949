import type { Cell } from './cells.ts'
import type { CheckDefinition, Column, DatasetDefinition, Value } from './data-check-types.ts'
import type { DataChecksPort } from './ports.ts'
import { writtenNumber } from './shown-row.ts'

/** Where other plugins put checks of their own. */
const POINT = 'quality.data/check/v1'

interface Provider {
  readonly id: string
  readonly handler: string
}

export interface CustomVerdict {
  /** Places in the rows that were handed over. */
  readonly unexpected: ReadonlySet<number>
  readonly ignored: ReadonlySet<number>
}

/**
 * Hands rows to the plugin that provides the check, as values in the order of the columns.
 * @returns PROVIDER_MISSING where no plugin of the tenant has it, PROVIDER_FAILED where it threw or answered something else
 */
export async function askProvider(
  check: CheckDefinition,
  definition: DatasetDefinition,
  rows: readonly (readonly Cell[])[],
  ctx: Pick<DataChecksPort, 'contributions' | 'log'>,
): Promise<CustomVerdict | 'PROVIDER_MISSING' | 'PROVIDER_FAILED'> {
  const found = (await ctx.contributions<Provider>(POINT)).find(
    ({ value }) => value.id === check.provider,
  )
  if (!found) return 'PROVIDER_MISSING'
  const chosen = definition.columns.flatMap((column, at) =>
    (check.columns?.includes(column.name) ?? true) ? [{ column, at }] : [],
  )
  const input = {
    columns: chosen.map(({ column: { name, type } }) => ({ name, type })),
    rows: rows.map((cells) => chosen.map(({ column, at }) => sentValue(cells[at] as Cell, column))),
    parameters: check.parameters ?? {},
  }
  try {
    return verdictOf(await found.call(found.value.handler, input), rows.length) ?? 'PROVIDER_FAILED'
  } catch (error) {
    const code = (error as { code?: unknown }).code
    ctx.log.warn('a provided check failed', {
      check: check.check,
      provider: found.plugin,
      code: String(code),
    })
    return 'PROVIDER_FAILED'
  }
}

function sentValue(cell: Cell, { type }: Column): Value {
  if (cell.is === 'null') return null
  return cell.is === 'number' ? writtenNumber(cell.number, type) : cell.text
}

function verdictOf(answer: unknown, rows: number): CustomVerdict | undefined {
  const { unexpected, ignored = [] } = (answer ?? {}) as { unexpected?: unknown; ignored?: unknown }
  const isPlaces = (value: unknown): value is number[] =>
    Array.isArray(value) &&
    value.every((place) => Number.isInteger(place) && place >= 0 && place < rows)
  if (!isPlaces(unexpected) || !isPlaces(ignored)) return undefined
  const passedOver = new Set(ignored)
  return {
    unexpected: new Set(unexpected.filter((place) => !passedOver.has(place))),
    ignored: passedOver,
  }
}
