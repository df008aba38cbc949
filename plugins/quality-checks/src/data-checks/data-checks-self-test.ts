import { cellsOf } from './cells.ts'
import type { CheckDefinition, DatasetDefinition } from './data-check-types.ts'
import { evaluateRows } from './evaluate-rows.ts'
import { isCnId, isUscc } from './identity-codes.ts'

const definition: DatasetDefinition = {
  dataset: 'self-test',
  columns: [
    { name: 'n', type: 'number' },
    { name: 't', type: 'text' },
  ],
}
const rows = [
  [1, 'ab'],
  [1, 'b'],
  [2, null],
  [null, 'aab'],
].map((row) => cellsOf(row, definition.columns))
const known: readonly (readonly [Omit<CheckDefinition, 'check' | 'dataset'>, string])[] = [
  [{ rule: 'unique', columns: ['n'] }, '2 of 3'],
  [{ rule: 'not-null', column: 't' }, '1 of 4'],
  [{ rule: 'pattern', column: 't', pattern: '^a+b$' }, '1 of 3'],
]

/** Known answers of the engine and of the check digits of GB 32100 and GB 11643. */
export function dataChecksSelfTest(): void {
  for (const [rule, expected] of known) {
    const { unexpected, assessed } = evaluateRows(
      { ...rule, check: 'self-test', dataset: 'self-test' },
      { definition, rows },
    )
    if (`${unexpected} of ${assessed}` !== expected)
      throw new Error(
        `The rule ${rule.rule} finds ${unexpected} of ${assessed} instead of ${expected}`,
      )
  }
  if (!isUscc('91350100M000100Y43') || isUscc('91350100M000100Y44'))
    throw new Error('GB 32100: a check digit is wrong')
  if (!isCnId('11010519491231002X') || isCnId('110105194912310021'))
    throw new Error('GB 11643: a check digit is wrong')
}
