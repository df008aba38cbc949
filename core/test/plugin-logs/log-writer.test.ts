import t from 'tap'
import type { EndedCall, RawLog } from '../../src/invocations/watched-call.ts'
import { gapLine } from '../../src/plugin-logs/log-line.ts'
import { LogRetention } from '../../src/plugin-logs/log-retention.ts'
import { LogWriter } from '../../src/plugin-logs/log-writer.ts'
import { insertLines, type LogFilter, listLines } from '../../src/plugin-logs/plugin-log-store.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'
import { snapshot, version } from '../support/recorded-call.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const log = { warn: () => undefined }
const DAY_MS = 24 * 3_600_000

const line = (message: string, fields: object = {}, level: RawLog['level'] = 'info'): RawLog => ({
  ...{ at: Date.now(), level, message, fieldsJson: JSON.stringify(fields) },
})

/** A call as the writer gets it. */
function ended(
  tenant: string,
  logs: readonly RawLog[],
  { input = {}, length = 100 }: { input?: object; length?: number | undefined } = {},
): EndedCall {
  const isolate = { plugin: '@test/one', version: '1.0.0', tenant, configJson: '{}' }
  const principal = { kind: 'app', id: 'planner' }
  const named = { service: 'test.one', major: 1, operation: 'run', traceId: 'f'.repeat(32) }
  return {
    guest: { isolate, context: { arm: 'canary' } },
    call: { ...named, principal, inputJson: JSON.stringify(input) },
    ...{ version, snapshot, operation: version.operations.get('test.one/run') },
    outcome: { kind: 'ok', outputJson: 'null' },
    ...{ hostCalls: [], logs, lines: logs.length, length, startedAt: Date.now() },
  } as unknown as EndedCall
}

function writerOf({
  onto = knex,
  now = Date.now,
  retention = new LogRetention({ knex, now, log }),
} = {}) {
  return new LogWriter({
    ...{ knex: onto, configMarks: async () => undefined, now, log },
    wrote: (lines) => retention.wrote(lines),
  })
}

const read = (tenant: string, filter: Partial<LogFilter> = {}) =>
  listLines(knex, { tenant, plugin: '@test/one', limit: 200, ...filter })
const countOf = async (tenant: string) =>
  Number((await knex('plugin_logs').where({ tenant }).count())[0]?.count)

t.test('lines are kept with their call, without what its contract marks', async (t) => {
  const writer = writerOf()
  const told = [line('for Ada Lovelace', { who: 'Ada Lovelace', n: 1 }), line('done', {}, 'debug')]
  writer.add(ended('marks', told, { input: { customer: 'Ada Lovelace' } }), 'inv_gone')
  await writer.flush()
  t.match(await read('marks'), [
    { message: 'done', level: 'debug', fields: null },
    {
      message: 'for ⟦redacted string 1⟧',
      fields: { who: '⟦redacted string 1⟧', n: 1 },
      ...{ level: 'info', version: '1.0.0', arm: 'canary', traceId: 'f'.repeat(32) },
      ...{ kind: 'service', name: 'test.one/run', invocation: null },
    },
  ])
  t.match(writer.counts, { kept: 2 })
  const rows = JSON.stringify(await knex('plugin_logs').where({ tenant: 'marks' }))
  t.notMatch(rows, 'Lovelace')
})

t.test('what is beyond the budget is told as a gap, and errors are not', async (t) => {
  let now = Date.now()
  const writer = writerOf({ now: () => now })
  writer.add(ended('chatty', Array(1500).fill(line('chatter'))), undefined)
  writer.add(ended('chatty', [line('alas', {}, 'error')]), undefined)
  await writer.flush()
  const found = await read('chatty', { level: 'error' })
  t.match(found, [
    { missed: 500, message: 'too-many', level: 'error', version: null },
    { message: 'alas', missed: null },
  ])
  t.equal(await countOf('chatty'), 1002)
  t.same(await read('chatty', { words: 'too-many' }), [], 'no word of a plugin')
  now += 1000
  writer.add(ended('chatty', [line('again')]), undefined)
  await writer.flush()
  t.match((await read('chatty'))[0], { message: 'again' })
  t.match(writer.counts, { kept: 1002, missed: { 'too-many': 500 } })
})

t.test('what a line marks that is not kept is not said by those that are', async (t) => {
  const writer = writerOf()
  const told = [
    ...Array(1000).fill(line('chatter')),
    line('in', { password: 'open sesame 7' }),
    line('failed with open sesame 7', {}, 'error'),
  ]
  writer.add(ended('beyond', told), undefined)
  await writer.flush()
  t.match((await read('beyond', { level: 'error' })).at(-1)?.message, /^failed with ⟦redacted/)
  t.equal(await countOf('beyond'), 1002, 'the gap is one')
})

t.test('a call that is too large to be searched tells how many lines it had', async (t) => {
  const writer = writerOf()
  const call = ended('large', [], { length: undefined })
  writer.add({ ...call, length: undefined, lines: 3 }, undefined)
  await writer.flush()
  t.match(await read('large'), [{ missed: 3, message: 'too-large' }])
})

t.test(
  'while PostgreSQL is away so much waits and no more, and one plugin takes a quarter',
  async (t) => {
    const dead = createKnex('postgres://nobody@127.0.0.1:1/none')
    t.teardown(() => dead.destroy())
    const writer = writerOf({ onto: dead })
    const megabyte = { length: 1024 * 1024 }
    for (let n = 0; n < 10; n++) writer.add(ended('greedy', [line('much')], megabyte), undefined)
    t.match(writer.counts.missed, { 'queue-full': 6 })
    for (const tenant of ['b', 'c', 'd', 'e']) {
      for (let n = 0; n < 4; n++) writer.add(ended(tenant, [line('much')], megabyte), undefined)
    }
    t.match(writer.counts.missed, { 'queue-full': 10 }, 'sixteen megabytes of all')
    await writer.flush()
    t.match(writer.counts, { kept: 0 })
    await writer.stop()
    t.match(writer.counts.missed, { 'not-written': 16 })
  },
)

t.test('a clean stop writes what waits, gaps too', async (t) => {
  const writer = writerOf()
  writer.start()
  writer.add(ended('stopped', Array(1001).fill(line('last'))), undefined)
  await writer.stop()
  t.equal(await countOf('stopped'), 1001)
  t.match(await read('stopped', { limit: 1 }), [{ missed: 1 }])
})

t.test('a line that PostgreSQL refuses costs none beside it', async (t) => {
  const writer = writerOf()
  const bad = ended('beside', [line('bad')])
  const odd = { ...bad, call: { ...bad.call, operation: 'a\0b' } }
  writer.add(ended('beside', [line('good')]), undefined)
  writer.add(odd as EndedCall, undefined)
  writer.add(ended('beside', [line('fine')]), undefined)
  await writer.flush()
  await writer.flush()
  t.same(
    (await read('beside')).map(({ message, missed }) => [message, missed]),
    [
      ['not-written', 1],
      ['fine', null],
      ['good', null],
    ],
  )
  t.match(writer.counts, { kept: 2, missed: { 'not-written': 1 } })
})

t.test('of each plugin in each tenant the newest stay, of the last seven days', async (t) => {
  let now = Date.now()
  const retention = new LogRetention({
    ...{ knex, log, maxLines: 10, trimAfter: 20 },
    now: () => now,
  })
  const of = (tenant: string, count: number) =>
    Array.from({ length: count }, (_, n) =>
      gapLine({ tenant, plugin: '@test/one' }, 'too-many', n, now),
    )
  const write = async (lines: ReturnType<typeof of>) => {
    await insertLines(knex, lines)
    await retention.wrote(lines)
  }
  await write([...of('many', 15), ...of('few', 5)])
  t.equal(await countOf('many'), 15, 'not yet: it would be cut off with every batch')
  await write(of('many', 15))
  t.equal(await countOf('many'), 10)
  t.match(await read('many', { limit: 1 }), [{ missed: 14 }], 'the newest')
  await write(of('many', 3))
  await retention.run()
  t.equal(await countOf('many'), 10)
  t.equal(await countOf('few'), 5)
  now += 8 * DAY_MS
  await write(of('few', 2))
  await retention.run()
  t.equal(await countOf('many'), 0)
  t.equal(await countOf('few'), 2)
})

t.test('pages of lines follow each other without a hole', async (t) => {
  const lines = Array.from({ length: 450 }, (_, n) =>
    gapLine({ tenant: 'paged', plugin: '@test/one' }, 'too-many', n, Date.now()),
  )
  await insertLines(knex, lines)
  const seen: (number | null)[] = []
  for (let before: string | undefined; ; ) {
    const page = await read('paged', { before })
    seen.push(...page.map(({ missed }) => missed))
    before = page.at(-1)?.sequence
    if (page.length < 200) break
  }
  t.same(seen, lines.map(({ missed }) => missed).reverse())
})
