import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { cellsOf } from '../../src/data-checks/cells.ts'
import type {
  CheckDefinition,
  DatasetDefinition,
  Value,
} from '../../src/data-checks/data-check-types.ts'
import { evaluateRows } from '../../src/data-checks/evaluate-rows.ts'
import { dropKeys, keepKeys, keptKeySource } from '../../src/data-checks/kept-keys-sql.ts'
import { insertRowsSql } from '../../src/data-checks/rows-sql.ts'
import { wayOf } from '../../src/data-checks/rule-fields.ts'
import { badRowsSql, type SqlText, scanGroups, scanSql } from '../../src/data-checks/scan-sql.ts'
import { setPieces } from '../../src/data-checks/set-pieces.ts'
import type { CellRows } from '../../src/data-checks/set-rules.ts'
import {
  countsSql,
  examplesSql,
  type KeySource,
  keysOfRows,
  type Side,
} from '../../src/data-checks/set-sql.ts'
import { slotRow, slotsOf } from '../../src/data-checks/slots.ts'
import { validateCheck } from '../../src/data-checks/validate-check.ts'
import { ownDatabase } from '../tenant-database.ts'
import { fields, left, leftRow, right, rightRow } from './random-checks.ts'

const database = await ownDatabase(t, 1)

const tenant = 'acme'

async function load(
  definition: DatasetDefinition,
  rows: readonly (readonly Value[])[],
): Promise<CellRows> {
  await database.query('delete from data_rows where dataset = $1', [definition.dataset])
  const cells = rows.map((row) => cellsOf(row, definition.columns))
  const slots = slotsOf(definition.columns)
  const { sql, parameters } = insertRowsSql(
    tenant,
    definition.dataset,
    0,
    cells.map((row) => slotRow(row, slots)),
  )
  await database.query(sql, parameters)
  return { definition, rows: cells }
}

const ask = async ({ sql, parameters }: SqlText) => (await database.query(sql, parameters)).rows

async function scanned(checks: readonly CheckDefinition[], rows: number) {
  const text = scanSql(checks, left, { tenant, dataset: 'left', from: 0, to: rows })
  const [{ counts }] = (await ask(text)) as [{ counts: number[] }]
  return text.places.map((places) => places.map((place) => counts[place]))
}

async function bySql(check: CheckDefinition, rows: number, others: number) {
  if (wayOf(check) === 'set') return bySet(check, { own: rows, other: others })
  const span = { tenant, dataset: 'left', from: 0, to: rows }
  const [[assessed, unexpected]] = (await scanned([check], rows)) as [[number, number]]
  const first = await ask(badRowsSql(check, left, span, 20))
  return { assessed, unexpected, first: first.map((row) => row.seq) }
}

const sideRows = (side: Side, from: number, to: number) => ({
  definition: side === 'own' ? left : right,
  span: { tenant, dataset: side === 'own' ? 'left' : 'right', from, to },
})

/** At once, and by keys that are kept a few rows at a time: both ways must say the same. */
async function bySet(check: CheckDefinition, rows: Readonly<Record<Side, number>>) {
  const direct: KeySource = (side, parameters) =>
    keysOfRows(check, side, sideRows(side, 0, rows[side]), parameters)
  const [counts] = await ask(countsSql(check, direct))
  const examples = await ask(examplesSql(check, direct, 20))
  const kept = { tenant, run: 'r', check: check.check }
  const sum = { assessed: 0, unexpected: 0 }
  let shown = 0
  const sides = {
    own: { from: 0, to: rows.own },
    other: { from: 0, to: check.rule === 'unique' ? 0 : rows.other },
  }
  for (const piece of setPieces(sides, { chunk: 7, counted: 9 })) {
    if (piece.do === 'at-once') return { ...counts, first: examples.map((row) => row.first) }
    if (piece.do === 'keep') {
      const { sql, parameters = [] } = keepKeys(
        check,
        piece.side,
        sideRows(piece.side, piece.rows.from, piece.rows.to),
        kept,
      )
      // A piece that is done twice keeps its keys once.
      for (let time = 0; time < 2; time++) await database.query(sql, parameters)
      continue
    }
    const source = keptKeySource(kept, piece.buckets)
    const [found] = await ask(countsSql(check, source))
    sum.assessed += found.assessed
    sum.unexpected += found.unexpected
    shown += (await ask(examplesSql(check, source, 20))).length
    const { sql, parameters = [] } = dropKeys(kept, piece.buckets)
    await database.query(sql, parameters)
  }
  const isSame = sum.assessed === counts.assessed && sum.unexpected === counts.unexpected
  if (!isSame || sum.unexpected > 0 !== shown > 0)
    throw new Error(
      `kept ${sum.assessed}/${sum.unexpected}, at once ${counts.assessed}/${counts.unexpected}: ${JSON.stringify(check)}`,
    )
  return { ...counts, first: examples.map((row) => row.first) }
}

function checkOf(one: object): CheckDefinition {
  const check = { ...JSON.parse(JSON.stringify(one)), check: 'c', dataset: 'left' }
  validateCheck(check, left, right)
  return check
}

/** Of duplicates PostgreSQL is asked for the first row of each group, of other rules for the first bad rows. */
function differenceOf(
  check: CheckDefinition,
  memory: ReturnType<typeof evaluateRows>,
  sql: Awaited<ReturnType<typeof bySql>>,
): string | undefined {
  const { assessed, unexpected, unexpectedRows } = memory
  if (sql.assessed !== assessed || sql.unexpected !== unexpected)
    return `memory ${assessed}/${unexpected}, SQL ${sql.assessed}/${sql.unexpected}`
  if (check.rule === 'agree') return undefined
  const areSame =
    check.rule === 'unique'
      ? sql.first.every((seq: number) => unexpectedRows.includes(seq))
      : `${sql.first}` === `${unexpectedRows.slice(0, 20)}`
  return areSame ? undefined : `rows ${sql.first} instead of ${unexpectedRows}`
}

t.test('PostgreSQL answers what the engine in memory does, over whatever rows come', async (t) => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      fc.array(leftRow, { maxLength: 25 }),
      fc.array(rightRow, { maxLength: 12 }),
      fc.array(fields, { minLength: 6, maxLength: 12 }),
      async (rows, others, made) => {
        const own = await load(left, rows)
        const other = await load(right, others)
        for (const one of made) {
          const check = checkOf(one)
          seen.add(check.rule)
          const difference = differenceOf(
            check,
            evaluateRows(check, own, other),
            await bySql(check, rows.length, others.length),
          )
          if (difference)
            throw new Error(`${difference}: ${JSON.stringify({ check, rows, others })}`)
        }
      },
    ),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 60) },
  )
  t.equal(seen.size, 13, 'each rule of rows and of sets was asked')
  const { rows } = await database.query('select count(*) as kept from data_run_keys')
  t.equal(rows[0].kept, 0, 'counted keys are gone')
})

t.test('fifty checks are one scan, and answer what each of them alone does', async (t) => {
  const rows = fc.sample(leftRow, { numRuns: 300, seed: 7 })
  const own = await load(left, rows)
  const checks = fc
    .sample(fields, { numRuns: 200, seed: 11 })
    .map(
      (one, at): CheckDefinition => ({
        ...JSON.parse(JSON.stringify(one)),
        check: `c${at}`,
        dataset: 'left',
      }),
    )
    .filter((check) => wayOf(check) === 'rows')
    .slice(0, 50)
  const groups = scanGroups(checks, left)
  t.equal(checks.length, 50)
  t.equal(groups.length, 1)
  const text = scanSql(checks, left, { tenant, dataset: 'left', from: 0, to: 300 })
  t.ok(text.sql.length < 32 * 1024, `${text.sql.length} characters of SQL`)
  t.strictSame(
    await scanned(checks, 300),
    checks.map((check) => {
      const { assessed, unexpected } = evaluateRows(check, own)
      return [assessed, unexpected]
    }),
  )
})
