import { type Column, castColumn, columnFromValues } from '@signalbox/sandbox'
import type { UdfSignature, UdfType } from '@signalbox/sdk'
import { CodedError, type InputFault } from '@signalbox/sdk/errors'
import { coreErrors } from '../errors.ts'

/** One row, given as its values. @throws CORE_INPUT_INVALID with a pointer to each value that does not fit */
export function columnsOfArgs(
  signature: UdfSignature | null,
  args: readonly unknown[],
): readonly Column[] {
  requireArity(signature, args.length, '/args')
  const columns = args.map((value) => [value])
  return columnsOf(signature, columns, (column) => `/args/${column}`)
}

/** Rows, given as the values of each argument. @throws CORE_INPUT_INVALID with a pointer to the first value of each column that does not fit */
export function columnsOfJson(
  signature: UdfSignature | null,
  columns: readonly (readonly unknown[])[],
): readonly Column[] {
  requireArity(signature, columns.length, '/columns')
  const rows = columns[0]?.length ?? 0
  refuse(
    columns.flatMap(({ length }, index) =>
      length === rows
        ? []
        : [{ pointer: `/columns/${index}`, detail: `has ${length} rows, the first has ${rows}` }],
    ),
  )
  return columnsOf(signature, columns, (column, row) => `/columns/${column}/${row}`)
}

/** Columns of an Arrow stream, each as the type its argument has. @throws CORE_INPUT_INVALID with a pointer to each column that does not fit */
export function columnsOfArrow(
  signature: UdfSignature | null,
  columns: readonly Column[],
): readonly Column[] {
  requireArity(signature, columns.length, '/columns')
  if (signature === null) return columns
  const faults: InputFault[] = []
  const fitting = columns.flatMap((column, index) => {
    const type = typeOf(signature, index)
    const cast = castColumn(column, type)
    if (cast !== undefined) return [cast]
    const detail = `is ${column.type} and holds what ${type} cannot`
    faults.push({ pointer: `/columns/${index}`, detail })
    return []
  })
  refuse(faults)
  return fitting
}

function columnsOf(
  signature: UdfSignature | null,
  columns: readonly (readonly unknown[])[],
  pointerTo: (column: number, row: number) => string,
): readonly Column[] {
  const faults: InputFault[] = []
  const built = columns.flatMap((values, index) => {
    try {
      return [columnFromValues(typeOf(signature, index), values, String(index))]
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'SBX_COLUMN_VALUE') throw error
      const { row, found, expected } = error.parameters
      const detail = `is ${found}, where ${expected} is expected`
      faults.push({ pointer: pointerTo(index, Number(row)), detail })
      return []
    }
  })
  refuse(faults)
  return built
}

/** A function without a signature takes values of any kind. */
function typeOf(signature: UdfSignature | null, index: number): UdfType {
  return signature?.args[index] ?? 'json'
}

function requireArity(signature: UdfSignature | null, found: number, pointer: string): void {
  if (signature === null || signature.args.length === found) return
  const { args } = signature
  refuse([
    { pointer, detail: `has ${found}, the function takes ${args.length}: ${args.join(', ')}` },
  ])
}

function refuse(faults: readonly InputFault[]): void {
  if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
}
