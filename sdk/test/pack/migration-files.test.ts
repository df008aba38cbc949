import t from 'tap'
import { migrationNameFaults } from '../../src/pack/migration-files.ts'

const cases: readonly [title: string, names: readonly string[], faulty: readonly string[]][] = [
  ['a step with its way back', ['0001-a.expand.sql', '0001-a.expand.down.sql'], []],
  [
    'a step with all four parts',
    ['0001-a.expand.sql', '0001-a.expand.down.sql', '0001-a.backfill.sql', '0001-a.contract.sql'],
    [],
  ],
  ['a step without a way back', ['0001-a.expand.sql'], ['0001-a.expand.down.sql']],
  [
    'only the second half',
    ['0002-b.contract.sql'],
    ['0002-b.expand.sql', '0002-b.expand.down.sql'],
  ],
  ['a file that is no step', ['notes.txt'], ['notes.txt', '0001-name.expand.sql']],
  [
    'one number for two steps',
    ['0001-a.expand.sql', '0001-a.expand.down.sql', '0001-b.expand.sql', '0001-b.expand.down.sql'],
    ['0001-b.expand.sql'],
  ],
  ['nothing', [], ['0001-name.expand.sql']],
]
for (const [title, names, faulty] of cases) {
  t.test(`judges ${title}`, async (t) => {
    t.same(
      migrationNameFaults(names).map(([name]) => name),
      faulty,
    )
  })
}
