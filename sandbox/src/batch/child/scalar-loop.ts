import type { UdfNulls } from '@signalbox/sdk'
import type { ColumnType } from '../../columns/column.ts'

/** What a scalar function is given of a row that has a value. */
const argument: Readonly<Record<ColumnType, (index: number) => string>> = {
  f64: (n) => `a${n}[row]`,
  i32: (n) => `a${n}[row]`,
  i64: (n) => `a${n}[row]`,
  bool: (n) => `a${n}[row] !== 0`,
  utf8: (n) => `c${n}.text(row)`,
  json: (n) => `c${n}.json(row)`,
}

/** Puts `answer`, which is not null, into the result. */
const store: Readonly<Record<ColumnType, string>> = {
  f64: `if (typeof answer === 'number') values[row] = answer; else result.refuse(row, answer)`,
  i32: `if (typeof answer === 'number' && (answer | 0) === answer) values[row] = answer
      else result.refuse(row, answer)`,
  i64: `result.setInt64(row, answer)`,
  bool: `result.setBool(row, answer)`,
  utf8: `result.setText(row, answer)`,
  json: `result.setJson(row, answer)`,
}

/**
 * The loop over the rows as source, one for each signature: V8 learns types per place in the source, and a
 * loop that serves every function would call each of them as a stranger. (A loop of its own lets V8 inline the function.)
 * The text is made of the tables above and of numbers only; nothing of a guest gets into it.
 */
export function scalarLoop(
  args: readonly ColumnType[],
  returns: ColumnType,
  nulls: UdfNulls,
): string {
  const isNull = (n: number) =>
    `(v${n} !== undefined && ((v${n}[row >> 3] >> (row & 7)) & 1) === 0)`
  const values = args.map((type, n) => {
    const value = argument[type](n)
    return nulls === 'pass' ? `${isNull(n)} ? null : ${value}` : value
  })
  const skip =
    nulls === 'pass' || args.length === 0
      ? ''
      : `if (${args.map((_, n) => isNull(n)).join(' || ')}) { result.markNull(row); continue }`
  return `'use strict';
((udf, columns, rows, result, at) => {
  const values = result.values
  ${args.map((_, n) => `const c${n} = columns[${n}], a${n} = c${n}.values, v${n} = c${n}.validity`).join('\n  ')}
  let row = 0
  try {
    for (; row < rows; row++) {
      ${skip}
      const answer = udf(${values.join(', ')})
      if (answer === null || answer === undefined) { result.markNull(row); continue }
      ${store[returns]}
    }
  } catch (error) {
    at.row = row
    throw error
  }
})`
}
