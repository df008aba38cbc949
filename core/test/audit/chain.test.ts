import type { Knex } from 'knex'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { insertAuditEntries } from '../../src/audit/audit-store.ts'
import { ChainVerifier } from '../../src/audit/chain-verifier.ts'
import { sealBatch, sealed } from '../../src/audit/sequencer.ts'
import { verifyChain } from '../../src/audit/verify-chain.ts'
import { canonicalJson } from '../../src/sealing/canonical-json.ts'
import { AuditRoom, entry, signerOf } from '../support/audit-chain.ts'

t.test('canonical JSON is that of RFC 8785', async (t) => {
  // Its section 3.2.3 and 3.2.2.
  const value = {
    numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
    '\ud83d\ude00': 1,
    '\u20ac': 2,
    '\ufb33': 3,
    gone: undefined,
  }
  t.equal(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/","€":2,"😀":1,"\ufb33":3}',
  )
  for (const bad of [Number.NaN, 1n, '\ud800', { '\udc00': 1 }, () => 0]) {
    t.throws(() => canonicalJson(bad), TypeError)
  }
})

t.test('entries are sealed by tenant, and the chain verifies', async (t) => {
  const room = await AuditRoom.open(t)
  await room.sealed('acme', 3)
  await room.sealed(null, 2)
  await room.sealed('acme', 4)
  await room.sequencer.sign()
  t.match(await room.verify('acme'), { ok: true, checked: 7, checkpoints: 1, signedUpTo: 7 })
  t.match(await room.verify(':host'), { ok: true, checked: 2, checkpoints: 1 })
  t.match(await room.verify('nobody'), { ok: true, checked: 0, head: { number: 0 } })
})

t.test('the database takes no statement that changes or deletes an entry', async (t) => {
  const room = await AuditRoom.open(t)
  await room.sealed('acme', 2)
  await room.sequencer.sign()
  const attempts = [
    "update audit_entries set actor = 'nobody'",
    'delete from audit_entries',
    'truncate audit_entries',
    "update audit_seals set hash = ''",
    'delete from audit_seals',
    "update audit_checkpoints set jws = ''",
    'delete from audit_checkpoints',
    'truncate audit_checkpoints',
  ]
  for (const attempt of attempts) await t.rejects(room.knex.raw(attempt), /append-only/, attempt)
  await insertTombstone(room)
  await t.rejects(room.knex.raw('delete from audit_tombstones'), /only moves on/)
  await t.rejects(room.knex.raw('update audit_tombstones set number = 0'), /only moves on/)
})

async function insertTombstone({ knex }: AuditRoom): Promise<void> {
  await knex('audit_tombstones').insert({ chain: 'none', number: 1, jws: '' })
}

t.test('an entry that commits late gets a later number, and none is skipped', async (t) => {
  const room = await AuditRoom.open(t)
  const late = await room.knex.transaction()
  await insertAuditEntries(late, [entry('acme', 'late')])
  await room.sealed('acme', 2)
  t.match(await room.verify('acme'), { ok: true, checked: 2 })
  await late.commit()
  await room.sequencer.seal()
  t.match(await room.verify('acme'), { ok: true, checked: 3, unsealed: { waiting: 0 } })
  const [first] = await room
    .knex('audit_seals as s')
    .join('audit_entries as e', 'e.id', 's.entry')
    .orderBy('number', 'desc')
  t.equal(first.subject, 'late')
})

/** What somebody with the rights of the database's owner may try, and how it is seen. */
const attacks: readonly (readonly [
  name: string,
  sql: readonly string[],
  kind: string,
  at: number,
])[] = [
  ['a row is changed', ["update audit_entries set actor = 'x' where id = #3"], 'entry changed', 3],
  [
    'its detail is changed',
    [`update audit_entries set detail = '{}' where id = #3`],
    'entry changed',
    3,
  ],
  [
    'its time is changed by a microsecond',
    ["update audit_entries set at = at + interval '1 microsecond' where id = #3"],
    'entry changed',
    3,
  ],
  ['a row is deleted', ['delete from audit_entries where id = #3'], 'entry missing', 3],
  [
    'a row and its seal are deleted',
    ['delete from audit_entries where id = #3', 'delete from audit_seals where entry = #3'],
    'number missing',
    3,
  ],
  [
    'a row is deleted and those behind it move up',
    [
      'delete from audit_entries where id = #3',
      'delete from audit_seals where entry = #3',
      'update audit_seals set number = -number where chain = @chain and number > 3',
      'update audit_seals set number = -number - 1 where chain = @chain and number < 0',
    ],
    'entry changed',
    3,
  ],
  [
    'two rows change places',
    [
      'update audit_seals set entry = -1 where entry = #3',
      'update audit_seals set entry = #3 where entry = #4',
      'update audit_seals set entry = #4 where entry = -1',
    ],
    'entry changed',
    3,
  ],
  [
    'rows of two tenants change places',
    [
      'update audit_seals set entry = -1 where entry = #3',
      'update audit_seals set entry = #3 where entry = ~3',
      'update audit_seals set entry = ~3 where entry = -1',
    ],
    'entry of another chain',
    3,
  ],
  [
    'a row is moved to another tenant, and made to say so',
    ['update audit_entries set tenant = @other where id = #3'],
    'entry of another chain',
    3,
  ],
  [
    'the tail is cut off',
    [
      'delete from audit_entries where id between #8 and #10',
      'delete from audit_seals where entry between #8 and #10',
    ],
    'tail missing',
    8,
  ],
  [
    'a checkpoint is changed',
    ["update audit_checkpoints set jws = jws || 'x' where chain = @chain"],
    'checkpoint not signed',
    10,
  ],
  [
    "another tenant's checkpoint is put in its place",
    [
      `update audit_checkpoints set jws = (select jws from audit_checkpoints where chain = @other)
        where chain = @chain`,
    ],
    'checkpoint not signed',
    10,
  ],
  [
    'a tombstone is forged',
    [
      "insert into audit_tombstones (chain, number, jws) values (@chain, 5, 'eyJ.eyJ.x')",
      'delete from audit_entries where id between #1 and #5',
      'delete from audit_seals where entry between #1 and #5',
    ],
    'tombstone not signed',
    5,
  ],
]

t.test('whatever the owner of the database does to a chain is seen', async (t) => {
  const room = await AuditRoom.open(t)
  for (const [index, [name, sql, kind, at]] of attacks.entries()) {
    const [chain, other] = [`a${index}`, `b${index}`]
    await room.sealed(chain, 10)
    await room.sealed(other, 10)
    await room.sequencer.sign()
    t.match(await room.verify(chain), { ok: true, checked: 10 })
    const [own, others] = [await room.entries(chain), await room.entries(other)]
    const statements = sql.map((one) =>
      one
        .replaceAll('@chain', `'${chain}'`)
        .replaceAll('@other', `'${other}'`)
        .replaceAll(/#(\d+)/g, (_, number) => String(own[Number(number) - 1]))
        .replaceAll(/~(\d+)/g, (_, number) => String(others[Number(number) - 1])),
    )
    await room.asOwner(...statements)
    t.match(await room.verify(chain), { ok: false, fault: { kind, number: at } }, name)
  }
})

t.test('a row that was put past the sequencer is seen', async (t) => {
  const room = await AuditRoom.open(t)
  await room.sealed('acme', 1)
  await room.knex.raw("select nextval('audit_entries_id_seq')")
  await room.sealed('acme', 1)
  await room.asOwner(
    `insert into audit_entries (id, tenant, actor, action, subject, outcome, detail)
     values (2, 'acme', 'x', 'y', 'z', 'done', '{}')`,
  )
  t.match(await room.verify('acme'), { ok: false, fault: { kind: 'entry outside the chain' } })
})

t.test('a chain that was written anew is not what was signed', async (t) => {
  const room = await AuditRoom.open(t)
  await room.sealed('acme', 5)
  await room.sequencer.sign()
  // All of it, hashes included, by somebody who knows how they are made, but has no key.
  await room.asOwner("update audit_entries set actor = 'x'", 'delete from audit_seals')
  await room.knex.raw('insert into audit_unsealed (entry) select id from audit_entries')
  await room.sequencer.seal()
  t.match(await room.verify('acme'), {
    ok: false,
    fault: { kind: 'checkpoint differs', number: 5 },
  })
})

t.test('a key that somebody put into the database signs nothing', async (t) => {
  const room = await AuditRoom.open(t)
  await room.sealed('acme', 5)
  const stranger = await signerOf(t, room.knex)
  const { number, hash } = (await room.verify('acme')).head
  const said = { chain: 'acme', number, hash, at: '2026-06-01T00:00:00.000Z' }
  const jws = await stranger.sign('signalbox-audit-checkpoint+jws', said)
  await room.knex('audit_checkpoints').insert({ chain: 'acme', number, jws })
  t.match(await room.verify('acme'), { ok: false, fault: { kind: 'checkpoint not signed' } })
})

t.test('a clock that is set back breaks nothing, and is told', async (t) => {
  const times = ['2026-06-01T10:00:00.000000Z', '2026-06-01T09:00:00.000000Z']
  const verifier = new ChainVerifier('acme')
  for (const [index, sealedAt] of times.entries()) {
    const id = String(index + 1)
    const one = { ...entry('acme', 'thing'), id, at: sealedAt, generation: null }
    const heads = new Map([['acme', verifier.head]])
    for (const seal of sealed([one], heads, sealedAt)) verifier.link({ seal, entry: one })
  }
  t.equal(verifier.fault, undefined)
  t.equal(verifier.clockSetBackAt, 2)
})

t.test('a part is verified from where the last one ended', async (t) => {
  const room = await AuditRoom.open(t)
  await room.sealed('acme', 10)
  await room.sequencer.sign()
  const keys = await room.signer.publicKeys()
  const parts = []
  for (let after: { number: number; hash: string } | undefined; ; ) {
    const part = await verifyChain(room.knex, keys, { chain: 'acme', after, limit: 4 })
    parts.push(part.checked)
    t.ok(part.ok)
    after = part.next
    if (after === undefined) break
  }
  t.same(parts, [4, 4, 2])
  const wrong = { number: 4, hash: 'another' }
  t.match(await verifyChain(room.knex, keys, { chain: 'acme', after: wrong, limit: 4 }), {
    fault: { kind: 'entry changed', number: 5 },
  })
})

t.test('many sequencers at once make one chain', async (t) => {
  const room = await AuditRoom.open(t)
  await insertAuditEntries(
    room.knex,
    Array.from({ length: 200 }, (_, n) => entry(n % 3 === 0 ? null : `t${n % 3}`, String(n))),
  )
  while (
    (await Promise.all(Array.from({ length: 8 }, () => sealBatch(room.knex, 7)))).some(Boolean)
  );
  await room.sequencer.seal()
  const chains = await Promise.all([':host', 't1', 't2'].map((chain) => room.verify(chain)))
  t.same(
    chains.map(({ ok, checked }) => [ok, checked]),
    [
      [true, 67],
      [true, 67],
      [true, 66],
    ],
  )
})

type Step =
  | { readonly do: 'write'; readonly writer: number; readonly tenant: string | null }
  | { readonly do: 'commit' | 'rollback'; readonly writer: number }
  | { readonly do: 'seal'; readonly limit: number }

t.test('whatever commits between whatever runs of sequencers, no entry is left out', async (t) => {
  const room = await AuditRoom.open(t)
  const writer = fc.nat({ max: 3 })
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({
      do: fc.constant('write' as const),
      writer,
      tenant: fc.constantFrom('acme', 'globex', null),
    }),
    fc.record({ do: fc.constantFrom('commit' as const, 'rollback' as const), writer }),
    fc.record({ do: fc.constant('seal' as const), limit: fc.integer({ min: 1, max: 3 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      await playAll(room, steps)
      while ((await sealBatch(room.knex, 100)) > 0);
      const counted = await room.knex('audit_entries').count().first()
      const chains = await Promise.all(['acme', 'globex', ':host'].map((of) => room.verify(of)))
      const checked = chains.reduce((sum, chain) => sum + chain.checked, 0)
      return chains.every(({ ok }) => ok) && checked === Number(counted?.count)
    }),
    { numRuns: 40 },
  )
})

async function playAll({ knex }: AuditRoom, steps: readonly Step[]): Promise<void> {
  const open = new Map<number, Knex.Transaction>()
  for (const step of steps) {
    if (step.do === 'seal') await sealBatch(knex, step.limit)
    else if (step.do === 'write') {
      const trx = open.get(step.writer) ?? (await knex.transaction())
      open.set(step.writer, trx)
      await insertAuditEntries(trx, [entry(step.tenant, 'thing')])
    } else {
      await open.get(step.writer)?.[step.do]()
      open.delete(step.writer)
    }
  }
  for (const trx of open.values()) await trx.commit()
}
