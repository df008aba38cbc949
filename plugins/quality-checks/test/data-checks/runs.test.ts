import { createTestHost } from '@signalbox/sdk/testing'
import t from 'tap'
import type { DataChecksPort } from '../../src/data-checks/ports.ts'
import { cutoffsOf, pruneDataChecks } from '../../src/data-checks/retention.ts'
import { pruneSteps } from '../../src/data-checks/retention-store.ts'
import { continueRun, resumeRun, startRun } from '../../src/data-checks/run-service.ts'
import { findRun } from '../../src/data-checks/runs-store.ts'
import plugin from '../../src/index.ts'
import { ownDatabase } from '../tenant-database.ts'

const database = await ownDatabase(t, 1)

const host = await createTestHost({
  folder: new URL('../../', import.meta.url),
  plugin,
  tenant: 'acme',
  now: Date.UTC(2026, 10, 27),
  answers: {
    database: async (sql, parameters) => {
      const { rows, rowCount } = await database.query(sql, parameters)
      return { rows, rowCount: rowCount ?? 0 }
    },
    contributions: {
      'quality.data/check/v1': [
        {
          plugin: '@acme/odd',
          value: { id: 'odd', handler: 'odd' },
          handlers: {
            odd: (input: unknown) => ({
              unexpected: (input as { rows: number[][] }).rows.flatMap(([n = 0], at) =>
                n % 2 ? [] : [at],
              ),
            }),
          },
        },
      ],
    },
  },
})
// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever comes
const call = (operation: string, input: object): Promise<any> =>
  host.call('quality.data', operation, input)
const newest = async (check: string) => (await call('results', { check })).items[0]
const rowsOf = async (sql: string) => (await database.query(sql)).rows

t.test('a condition chooses the rows that a check of any rule is about', async (t) => {
  await call('defineDataset', {
    dataset: 'orders',
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'status', type: 'text' },
      { name: 'at', type: 'timestamp' },
      { name: 'card', type: 'text' },
    ],
    watermark: 'at',
    maxAgeMinutes: 60,
  })
  const paid = [{ column: 'status', values: ['paid', 'shipped'] }]
  const checks: [string, object][] = [
    ['at-present', { rule: 'not-null', column: 'at', where: paid }],
    ['id-once', { rule: 'unique', columns: ['id'], where: [...paid, { column: 'id', min: 2 }] }],
    ['fresh', { rule: 'fresh', where: paid }],
    ['paid-rows', { rule: 'volume', min: 3, where: paid }],
    ['card', { rule: 'format', column: 'card', format: 'cn-id', where: paid }],
    ['odd', { rule: 'custom', provider: 'odd', columns: ['id'], where: paid }],
    ['none', { rule: 'not-null', column: 'at', where: [{ column: 'status', values: ['lost'] }] }],
  ]
  for (const [check, fields] of checks)
    await call('defineCheck', { check, dataset: 'orders', ...fields })
  const rows = [
    [1, 'paid', null, '11010519491231002X'],
    [1, 'new', null, 'x'],
    [2, 'shipped', '2026-11-26T20:00:00Z', 'x'],
    [2, 'new', '2026-11-26T23:59:00Z', 'x'],
    [2, null, '2026-11-26T23:59:00Z', 'x'],
  ]
  await call('appendRows', { dataset: 'orders', batch: 'b', rows })
  t.match(await call('run', { dataset: 'orders' }), { state: 'finished' })
  t.match(await newest('at-present'), { assessed: 2, unexpected: 1 })
  t.match(await newest('id-once'), { assessed: 1, unexpected: 0 })
  t.match(await newest('fresh'), { state: 'fail', value: 240 }, 'newer rows are not among them')
  t.match(await newest('paid-rows'), { state: 'fail', value: 2 })
  t.match(await newest('card'), { assessed: 2, unexpected: 1 })
  t.match(await newest('odd'), { assessed: 2, unexpected: 1 })
  t.strictSame(
    (await call('badRows', { check: 'odd' })).items.map((row: { row: number }) => row.row),
    [2],
  )
  t.match(await newest('none'), { state: 'not-assessed', reason: 'NOTHING_CHOSEN' })
  t.match(await call('explain', { check: 'none' }), { text: { en: /chosen by status/ } })
  t.strictSame((await call('checks', { dataset: 'orders' })).items[0].where, paid)
})

/** With a quarter as many in the other dataset more than one statement takes. */
const BIG = 328_000

/** A dataset of many rows and one to compare it with, and what is asked of them: rules of each way that goes in pieces. */
async function makeBig(): Promise<void> {
  const columns = [
    { name: 'n', type: 'integer' },
    { name: 's', type: 'text' },
    { name: 'at', type: 'timestamp' },
  ]
  await call('defineDataset', { dataset: 'big', columns, watermark: 'at', maxAgeMinutes: 60 })
  await call('defineDataset', { dataset: 'known', columns })
  const checks: [string, object][] = [
    ['a-scan', { rule: 'between', column: 'n', min: 3 }],
    ['b-unique', { rule: 'unique', columns: ['s'] }],
    ['c-known', { rule: 'reference', columns: ['s'], otherDataset: 'known', otherColumns: ['s'] }],
    [
      'd-agree',
      {
        rule: 'agree',
        columns: ['s'],
        column: 'n',
        otherDataset: 'known',
        otherColumns: ['s'],
        otherColumn: 'n',
        aggregate: 'max',
      },
    ],
    ['e-fresh', { rule: 'fresh' }],
    ['f-volume', { rule: 'volume', of: 'total', min: 1, where: [{ column: 'n', max: 49 }] }],
  ]
  for (const [check, fields] of checks)
    await call('defineCheck', { check, dataset: 'big', ...fields })
  // Two rows for each s; the other dataset has those whose number is even, and of every thousandth another n.
  await database.query(
    `insert into data_rows (tenant, dataset, seq, n1, t1, n2) select 'acme', 'big', i, i % 100, 's' || i / 2, $2::float8 + i from generate_series(0, $1::int - 1) i`,
    [BIG, Date.UTC(2026, 10, 27, 23, 30)],
  )
  await database.query(
    `insert into data_rows (tenant, dataset, seq, n1, t1) select 'acme', 'known', i, (i * 4 + 1) % 100 + (case when i % 1000 = 7 then 1 else 0 end), 's' || i * 2 from generate_series(0, $1::int - 1) i`,
    [BIG / 4],
  )
  await database.query(`update data_sets set next_row = $1 where dataset = 'big'`, [BIG])
  await database.query(`update data_sets set next_row = $1 where dataset = 'known'`, [BIG / 4])
}

interface Faults {
  /** Called before each transaction, and after it came about. */
  readonly before?: () => void
  readonly after?: () => void
}

function contextWith({ before, after }: Faults = {}) {
  let now = Date.UTC(2026, 10, 28)
  const scheduled: object[] = []
  // There is one connection: what runs beside a transaction would be part of it.
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    const answer = turn.then(ask)
    turn = answer.catch(() => undefined)
    return answer
  }
  const ctx = {
    db: {
      query: (sql: string, parameters: unknown[]) => inTurn(() => database.query(sql, parameters)),
      transaction: (statements: Parameters<typeof database.transaction>[0]) =>
        inTurn(async () => {
          before?.()
          const results = await database.transaction(statements)
          after?.()
          return results
        }),
    },
    tenant: 'acme',
    config: {},
    // Each look at the clock finds time gone: a call has room for a few steps.
    now: () => (now += 100),
    log: { info: () => undefined, error: () => undefined, warn: () => undefined },
    jobs: {
      schedule: async (job: string, when: object) => scheduled.push({ job, ...when }),
      cancel: async () => ({ cancelled: 1 }),
    },
  } as unknown as DataChecksPort & { readonly config: unknown }
  return { ctx, scheduled }
}

const outcome = async (run: string) => ({
  results: await rowsOf(
    `select check_id, state, assessed, unexpected, pass_rate, reason from data_results where run = '${run}' order by check_id`,
  ),
  bad: await rowsOf(
    `select check_id, place, shown from data_bad_rows where run = '${run}' order by check_id, place`,
  ),
  kept: (await rowsOf('select count(*) as kept from data_run_keys'))[0]?.kept,
})

t.test(
  'a run that is killed between any two steps, and whose job comes twice, says what one that nothing befell does',
  async (t) => {
    await makeBig()
    const { ctx: calm, scheduled } = contextWith()
    let run = await startRun('big', 'all', 'calm', calm)
    while (run.state === 'running') run = await continueRun('calm', calm)
    t.ok(scheduled.length > 1, 'one call is not enough')
    t.equal(
      (await continueRun('calm', calm)).state,
      'finished',
      'a job that comes late finds it done',
    )
    const expected = await outcome('calm')
    t.match(expected.results, [
      { check_id: 'a-scan', assessed: BIG, unexpected: (BIG / 100) * 3 },
      { check_id: 'b-unique', assessed: BIG, unexpected: BIG },
      { check_id: 'c-known', assessed: BIG, unexpected: BIG / 2 },
      { check_id: 'd-agree', assessed: BIG / 2, unexpected: BIG / 4 + 82 },
      { check_id: 'e-fresh', assessed: 1, unexpected: 0 },
      { check_id: 'f-volume', assessed: 1, unexpected: 0 },
    ])
    t.equal(expected.bad.filter(({ check_id }) => check_id === 'c-known').length, 20)
    t.equal(expected.kept, 0)

    let moves = 0
    const died = new Error('the process is gone')
    const dying = contextWith({
      before: () => {
        moves++
        if (moves % 4 === 1) throw Object.assign(died, { code: 'CORE_DATABASE_UNAVAILABLE' })
      },
      after: () => {
        if (moves % 4 === 3) throw Object.assign(died, { code: 'CORE_DATABASE_UNAVAILABLE' })
      },
    }).ctx
    const attempts: Promise<unknown>[] = [startRun('big', 'all', 'killed', dying)]
    await Promise.allSettled(attempts)
    for (let calls = 0; calls < 200; calls++) {
      const seen = await findRun('killed', calm)
      if (seen?.state !== 'running') break
      // The job and its double.
      await Promise.allSettled([continueRun('killed', dying), continueRun('killed', dying)])
    }
    t.equal((await findRun('killed', calm))?.state, 'finished')
    t.strictSame(await outcome('killed'), expected)
    t.ok(moves > 20, `${moves} transactions`)
  },
)

t.test(
  'a step that cannot be done ends its run with a code, and one that may be is tried again',
  async (t) => {
    const failing = (error: unknown) => {
      const { ctx, scheduled } = contextWith()
      return {
        ctx: {
          ...ctx,
          db: {
            ...ctx.db,
            query: (sql: string, parameters: unknown[]) => {
              if (sql.includes('filter')) throw error
              return database.query(sql, parameters)
            },
          },
        } as unknown as DataChecksPort,
        scheduled,
      }
    }
    const codes: [unknown, string][] = [
      [Object.assign(new Error('no'), { code: 'CORE_SQL_FAILED' }), 'CORE_SQL_FAILED'],
      [Object.assign(new Error('full'), { code: 'CORE_QUOTA_EXCEEDED' }), 'CORE_QUOTA_EXCEEDED'],
      [new TypeError('a defect'), 'STEP_FAILED'],
      ['a text', 'STEP_FAILED'],
    ]
    for (const [at, [error, problem]] of codes.entries()) {
      const run = await startRun('big', 'all', `failing-${at}`, failing(error).ctx)
      t.match(run, { state: 'failed', problem }, problem)
    }
    const late = failing(Object.assign(new Error('late'), { code: 'CORE_SQL_DEADLINE' }))
    await t.rejects(startRun('big', 'all', 'late', late.ctx), { code: 'CORE_SQL_DEADLINE' })
    t.match(
      late.scheduled,
      [{ job: 'continue-data-run', key: 'late', payload: { run: 'late' } }],
      'a job goes on with it',
    )
    await t.rejects(resumeRun('late', 1, late.ctx), { code: 'CORE_SQL_DEADLINE' })
    await resumeRun('late', 5, late.ctx)
    t.match(await findRun('late', late.ctx), { state: 'failed', problem: 'STEP_GIVEN_UP' })
    await resumeRun('nobody', 1, late.ctx)
  },
)

t.test('what is older than the settings keep goes, some rows at a time', async (t) => {
  await database.query(
    'truncate data_rows, data_sets, data_checks, data_runs, data_results, data_bad_rows, data_run_keys, data_batches',
  )
  const day = (days: number) => new Date(Date.UTC(2026, 10, 28) - days * 86_400_000).toISOString()
  const { ctx } = contextWith()
  await database.query(`insert into data_sets values ('acme', 'd', 1, '{}', 10, 20, 0)`)
  await database.query(
    `insert into data_checks values ('acme', 'c', 'd', 1, '{}'), ('acme', 'rare', 'd', 1, '{}')`,
  )
  await database.query(
    `insert into data_runs select 'acme', 'r' || i, 'd', 'finished', 1, '{}', '{}', null, $1::timestamptz - i * interval '1 day', $1::timestamptz - i * interval '1 day', $1::timestamptz - i * interval '1 day' from generate_series(0, 999) i`,
    [day(0)],
  )
  await database.query(
    `insert into data_results select 'acme', 'd', 'c', run, finished_at, 'pass', 1, 0, 1, null, null from data_runs`,
  )
  await database.query(
    `insert into data_results values ('acme', 'd', 'rare', 'r990', $1, 'pass', 1, 0, 1, null, null)`,
    [day(990)],
  )
  await database.query(
    `insert into data_bad_rows select 'acme', run, 'c', place, '{}' from data_runs, generate_series(0, 1) place`,
  )
  await database.query(
    `insert into data_batches select 'acme', 'd', 'b' || i, '', 1, i, $1::timestamptz - i * interval '1 day' from generate_series(0, 199) i`,
    [day(0)],
  )
  await database.query(
    `insert into data_rows (tenant, dataset, seq) select 'acme', 'd', i from generate_series(0, 19) i`,
  )
  await database.query(
    `insert into data_run_keys values ('acme', 'r1', 'c', 0, 1, 0, '{}', '{}', null)`,
  )
  await database.query(
    `insert into data_runs values ('acme', 'stuck', 'd', 'running', 1, '{}', '{}', null, $1, $1, null)`,
    [day(1)],
  )
  const limited = cutoffsOf({ dataChecks: { badRowDays: 100 } }, Date.UTC(2026, 10, 28))
  t.equal(limited.badRows, day(100), 'a setting')
  const [, badRows] = pruneSteps
  t.equal(await badRows?.(limited, 7, ctx), 7, 'a step is bounded')
  await pruneDataChecks(ctx)
  const counts = async (sql: string) => (await rowsOf(`select count(*) as n from ${sql}`))[0]?.n
  t.equal(await counts('data_bad_rows'), 30 * 2)
  t.equal(await counts('data_runs'), 90 + 1)
  t.equal(await counts('data_batches'), 90)
  t.equal(await counts(`data_results where check_id = 'rare'`), 1, 'the newest of a check stays')
  t.equal(
    await counts(`data_results where check_id = 'c'`),
    730 + 20,
    'and those that set the limits of its chart',
  )
  t.equal(await counts('data_run_keys'), 0)
  t.equal(await counts('data_rows'), 10, 'rows that were replaced')
  t.match(await rowsOf(`select state, problem from data_runs where run = 'stuck'`), [
    { state: 'failed', problem: 'ABANDONED' },
  ])
})
