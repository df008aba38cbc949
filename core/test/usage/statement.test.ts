import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { verifiedStatement } from '../../src/sealing/host-signer.ts'
import { beginUse } from '../../src/usage/call-use.ts'
import { decimalOf, decimalText, plus, times } from '../../src/usage/decimal.ts'
import { csvOf, differences, type Statement, statementOf } from '../../src/usage/statement.ts'
import { STATEMENT_TYPE, StatementService } from '../../src/usage/statement-service.ts'
import { AuditRoom } from '../support/audit-chain.ts'
import { snapshotOf, subscription, usageNode } from '../support/usage.ts'

const line = {
  month: '2026-06',
  tenant: 'acme',
  app: 'web',
  subscription: 'sub_1',
  service: 'orders.status@1',
  plugin: '@acme/orders',
  operation: 'get',
  version: '1.0.0',
}
const known = { corrections: [], gaps: [], unknown: [] }

t.test('decimals are exact, and what is none is refused', async (t) => {
  const [tenth, fifth] = [decimalOf('0.1'), decimalOf('0.2')]
  t.equal(tenth && fifth && decimalText(plus(tenth, fifth)), '0.3')
  const cases = { '1.50': '1.5', '-0.05': '-0.05', '007': '7', '0.000000000001': '0.000000000001' }
  for (const [text, shown] of Object.entries(cases)) {
    const decimal = decimalOf(text)
    t.equal(decimal && decimalText(decimal), shown)
  }
  for (const bad of ['', '.5', '1.', '1e3', '1,5', ' 1', 'NaN', '1.0000000000001', '٣']) {
    t.equal(decimalOf(bad), undefined, bad)
  }
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.nat(), (cents, factor) => {
      const one = { units: cents, scale: 2 }
      const text = decimalText(times(one, BigInt(factor)))
      const [whole = '', part = ''] = text.split('.')
      return BigInt(whole) * 100n + BigInt(part.padEnd(2, '0')) === cents * BigInt(factor)
    }),
  )
})

t.test('calls are paid where they were answered, units where the price is theirs', async (t) => {
  const used = [
    { ...line, status: '2xx', quantity: '3', price: '0.1 CNY call' },
    { ...line, status: '5xx', quantity: '9', price: '0.1 CNY call' },
    { ...line, unit: 'rows', quantity: '10', price: '0.003 USD rows' },
    { ...line, unit: 'pages', quantity: '10', price: '0.003 USD rows' },
    { ...line, status: '2xx', quantity: '7' },
  ]
  const statement = statementOf('tenant:acme', '2026-06', { ...known, used })
  t.same(statement.totals, { CNY: '0.3', USD: '0.03' })
  t.same(statementOf('tenant:acme', '2026-06', { ...known, used: used.toReversed() }), statement)
  const text = csvOf({
    ...statement,
    lines: [{ ...line, operation: '=1+1', app: 'a"b,c', quantity: '-1' }],
  })
  t.match(text, `"a""b,c",sub_1,orders.status@1,'@acme/orders,'=1+1,1.0.0,,,,-1,\r\n`)
})

t.test('a difference is what was counted beyond what was said', async (t) => {
  const of = (quantity: string, more = {}) => ({ ...line, status: '2xx', quantity, ...more })
  const said = [of('3'), of('2'), of('1', { operation: 'gone' })]
  t.same(differences([of('7'), of('4', { operation: 'new' })], said), [
    of('2'),
    of('4', { operation: 'new' }),
    of('-1', { operation: 'gone' }),
  ])
  t.same(differences([of('5'), of('1', { operation: 'gone' })], said), [])
})

t.test('a closed month does not change: what comes late is corrected by the next', async (t) => {
  const room = await AuditRoom.open(t)
  const { knex, signer } = room
  const price = { amount: '0.05', currency: 'CNY', per: 'call' }
  const own = subscription('sub_1', { price })
  let at = Date.parse('2026-06-15T12:00:00Z')
  const now = () => at
  const node = await usageNode(knex, { snapshot: snapshotOf(own), now })
  const use = async (calls: number) => {
    for (let n = 0; n < calls; n++) {
      const taken = await node.admit(own)
      const sizes = { bytesIn: 0, bytesOut: 0 }
      node.count({
        subscription: own,
        operation: 'get',
        version: '1.0.0',
        status: 200,
        ...sizes,
        taken,
      })
    }
    await node.flush()
  }
  const statements = new StatementService({ knex, signer, now })
  const party = { tenant: 'acme' }
  const caller = { actor: 'operator', traceId: 'a' }
  const close = async (month: string) => {
    const { body, jws } = await statements.close(caller, party, month)
    return { body, jws, statement: JSON.parse(body) as Statement }
  }
  await use(100)
  at = Date.parse('2026-07-01T05:00:00Z')
  await t.rejects(close('2026-06'), { code: 'CORE_STATEMENT_TOO_EARLY' })
  t.match(await statements.draft(party, '2026-06'), { totals: { CNY: '5' } })
  at = Date.parse('2026-07-01T06:00:00Z')
  const [june, again] = await Promise.all([close('2026-06'), close('2026-06')])
  t.equal(june.body, again.body)
  t.match(june.statement, { totals: { CNY: '5' }, lines: [{ quantity: '100', amount: '5' }] })
  const keys = await signer.publicKeys()
  t.same(await verifiedStatement(june.jws, STATEMENT_TYPE, keys), june.statement)
  t.equal(await verifiedStatement(june.jws, 'another+jws', keys), undefined)

  await use(10)
  at = Date.parse('2026-06-30T23:59:00Z')
  await use(1)
  at = Date.parse('2026-08-02T00:00:00Z')
  t.equal((await close('2026-06')).body, june.body)
  const july = (await close('2026-07')).statement
  t.match(july, {
    lines: [{ month: '2026-07', quantity: '10', amount: '0.5' }],
    corrections: [{ month: '2026-06', quantity: '1', amount: '0.05' }],
    totals: { CNY: '0.55' },
  })
  at = Date.parse('2026-09-02T00:00:00Z')
  t.match((await close('2026-08')).statement, { lines: [], corrections: [], totals: {} })

  await knex('publishers').insert({ name: 'acme-ltd' })
  await knex('publisher_scopes').insert({ scope: '@acme', publisher: 'acme-ltd' })
  const theirs = await statements.close(caller, { publisher: 'acme-ltd' }, '2026-06')
  t.match(JSON.parse(theirs.body), { party: 'publisher:acme-ltd', lines: [{ quantity: '101' }] })
})

t.test('what the host measures is paid where the price is by it, of answered calls', async (t) => {
  const { knex, signer } = await AuditRoom.open(t)
  const of = (id: string, amount: string, per: string) =>
    subscription(id, { price: { amount, currency: 'CNY', per } })
  const [cpu, bytes, rows] = [
    of('sub_cpu', '0.5', 'host:cpu-ms'),
    of('sub_bytes', '0.000000000002', 'host:bytes-out'),
    of('sub_rows', '0.01', 'rows'),
  ]
  const now = () => Date.parse('2026-06-15T12:00:00Z')
  const node = await usageNode(knex, { snapshot: snapshotOf(cpu, bytes, rows), now })
  for (const own of [cpu, bytes, rows]) {
    for (const status of [200, 200, 502]) {
      node.count({
        ...{ subscription: own, operation: 'get', version: '1.0.0', status },
        ...{ bytesIn: 1, bytesOut: 500_000_000_000, taken: await node.admit(own) },
        use: { ...beginUse(), cpuMs: 1.75, units: new Map([['rows', 4]]) },
      })
    }
  }
  await node.flush()
  const statements = new StatementService({ knex, signer, now })
  const { lines, totals } = await statements.draft({ tenant: 'acme' }, '2026-06')
  const paid = lines.filter(({ amount }) => amount !== undefined)
  t.same(
    paid.map(({ subscription: id, unit, quantity, amount }) => [id, unit, quantity, amount]),
    [
      ['sub_bytes', 'host:bytes-out', '1000000000000', '2'],
      ['sub_cpu', 'host:cpu-ms', '3', '1.5'],
      ['sub_rows', 'rows', '8', '0.08'],
    ],
  )
  t.same(totals, { CNY: '3.58' })
})

t.test(
  'a month that two hosts close at once is closed once, and so it is in the audit',
  async (t) => {
    const { knex, signer } = await AuditRoom.open(t)
    const now = () => Date.parse('2026-08-01T00:00:00Z')
    const hosts = [1, 2, 3].map(() => new StatementService({ knex, signer, now }))
    const caller = { actor: 'operator', traceId: 'a' }
    const closed = await Promise.all(
      hosts.map((host) => host.close(caller, { tenant: 'acme' }, '2026-06')),
    )
    t.equal(new Set(closed.map(({ jws }) => jws)).size, 1)
    t.equal((await knex('audit_entries').where({ action: 'usage.stated' })).length, 1)
  },
)
