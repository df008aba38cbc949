import { gunzipSync } from 'node:zlib'
import fastify from 'fastify'
import t from 'tap'
import { type ExportLine, exportLines, ndjsonOf } from '../../src/audit/audit-export.ts'
import { MIN_KEEP_DAYS, retireBite } from '../../src/audit/audit-retention.ts'
import { auditRoutes } from '../../src/audit/audit-routes.ts'
import { lineOf, verifyExport } from '../../src/audit/verify-export.ts'
import { problemOf } from '../../src/gateway/problem.ts'
import { strictValidator } from '../../src/gateway/strict-validator.ts'
import type { Principal } from '../../src/identity/principal.ts'
import { AuditRoom, atAnotherTime } from '../support/audit-chain.ts'

const room = await AuditRoom.open(t)
const ports = { ...room, now: Date.now, log: { warn: () => undefined } }

async function exported(chain: string, more: object = {}): Promise<string[]> {
  const { keys } = await room.signer.jwks()
  const wish = { chain, after: { number: 0, hash: '' }, limit: 1_000_000, ...more }
  let text = ''
  for await (const chunk of ndjsonOf(exportLines(room.knex, keys, wish))) text += chunk
  return text.trimEnd().split('\n')
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

async function trusted() {
  return (await room.signer.jwks()).keys
}

t.test('an export is verified without the host', async (t) => {
  await room.sealed('acme', 6)
  await room.sequencer.sign()
  await room.sealed('acme', 4)
  const lines = await exported('acme')
  t.match(await verifyExport(each(lines), await trusted()), {
    ok: true,
    checked: 10,
    checkpoints: 1,
    trustedItself: false,
  })
  t.match(await verifyExport(each(lines), undefined), { ok: true, trustedItself: true })
})

t.test('an export that was worked on does not verify', async (t) => {
  const lines = await exported('acme')
  const at = (number: number) => lines.findIndex((line) => line.includes(`"number":${number},`))
  const without = (index: number) => lines.toSpliced(index, 1)
  const cases: readonly (readonly [string, readonly string[], object])[] = [
    ['changed', lines.map((line) => line.replace('thing-3', 'thing-9')), { kind: 'entry changed' }],
    ['deleted', without(at(3)), { kind: 'number missing', number: 3 }],
    [
      'reordered',
      lines.toSpliced(at(3), 2, lines[at(4)] as string, lines[at(3)] as string),
      { kind: 'number missing', number: 3 },
    ],
    ['its tail cut, the end kept', without(at(10)), { kind: 'tail missing', number: 10 }],
  ]
  for (const [name, worked, fault] of cases) {
    t.match(await verifyExport(each(worked), await trusted()), { ok: false, fault }, name)
  }
  const cut = await verifyExport(each(lines.slice(0, -1)), await trusted())
  t.match(cut, { ok: false, isCut: true, fault: undefined })
  t.equal(await verifyExport(each(['{}']), undefined), undefined)
})

t.test('what an earlier export signed must stand in a later one', async (t) => {
  const earlier = (await exported('acme')).flatMap((line) => lineOf(line) ?? [])
  const witnesses = earlier.filter(({ type }) => type === 'checkpoint')
  await room.asOwner(
    "update audit_entries set actor = 'x' where tenant = 'acme'",
    "delete from audit_seals where chain = 'acme'",
    "delete from audit_checkpoints where chain = 'acme'",
    "insert into audit_unsealed select id from audit_entries where tenant = 'acme'",
  )
  await room.sequencer.seal()
  await room.sequencer.sign()
  const lines = await exported('acme')
  t.match(await verifyExport(each(lines), await trusted()), { ok: true }, 'a chain made anew')
  t.match(await verifyExport(each(lines), await trusted(), witnesses as ExportLine[]), {
    ok: false,
    fault: { kind: 'checkpoint differs' },
  })
})

t.test('old entries leave below a signed tombstone, and the rest still verifies', async (t) => {
  await room.sealed('globex', 10)
  await room.sequencer.sign()
  const ids = await room.entries('globex')
  await room.asOwner(
    `update audit_seals set sealed_at = '2020-01-01T00:00:00Z' where entry = any('{${ids.slice(0, 6)}}')`,
  )
  const wish = { chain: 'globex', before: '2021-01-01T00:00:00.000Z', limit: 4 }
  t.equal(await retireBite(ports, wish), 0, 'a chain that was worked on keeps what it has')

  await room.sealed('initech', 10)
  await room.sequencer.sign()
  const later = new Date(Date.now() + 1000).toISOString()
  const gone = []
  for (let bite = 0; bite < 4; bite++) {
    gone.push(await retireBite(ports, { chain: 'initech', before: later, limit: 4 }))
  }
  t.same(gone, [4, 4, 1, 0], 'the newest link stays for the next to follow')
  await room.sequencer.seal()
  await room.sequencer.sign()
  t.match(await room.verify('initech'), { ok: true, removedUpTo: 9, checked: 4 })
  t.match(await verifyExport(each(await exported('initech')), await trusted()), {
    ok: true,
    checked: 4,
  })
  const left = await room
    .knex('audit_entries')
    .where({ tenant: 'initech', action: 'audit.retired' })
  t.equal(left.length, 3, 'who let them go is in the audit')
  await atAnotherTime(room.knex, { tenant: 'initech', action: 'audit.retired' }, new Date(0))
  t.match(await room.verify('initech'), { ok: false })
})

async function served(principal: Principal) {
  const app = fastify()
  app.setValidatorCompiler(strictValidator)
  app.decorateRequest('principal')
  app.decorateRequest('trace')
  app.addHook('onRequest', async (request) => {
    request.principal = principal
    request.trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) } as never
  })
  app.setErrorHandler((error, _request, reply) => {
    const coded = error as never
    const { status } = error as { status?: number }
    return reply.code(status ?? 400).send(status === undefined ? {} : problemOf(coded, 'en', ''))
  })
  auditRoutes(app, room)
  t.teardown(() => app.close())
  return app
}

t.test('the routes list, verify and export a tenant to its admin', async (t) => {
  const app = await served({ kind: 'admin', tenant: 'hooli', token: 'tok_1' })
  await room.sealed('hooli', 30, { actor: 'app:hooli/web', outcome: 'CORE_FORBIDDEN' })
  await room.sealed('hooli', 5)
  const get = async (url: string) => (await app.inject(url)).json()
  const seen = []
  for (let cursor = ''; ; ) {
    const page = await get(`/v1/audit?actor=app:hooli/web&limit=8${cursor}`)
    seen.push(...page.items)
    if (page.next === undefined) break
    cursor = `&cursor=${page.next}`
  }
  t.equal(new Set(seen.map(({ id }) => id)).size, 30)
  t.equal((await get('/v1/audit?action=thing.change&outcome=done')).items.length, 5)
  t.equal((await get('/v1/audit?subject=thing-29')).items.length, 1)
  t.equal(
    (await get('/v1/audit?from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z')).items.length,
    0,
  )
  t.equal((await get('/v1/audit?from=2020-13-01T00:00:00Z')).code, 'CORE_INPUT_INVALID')
  t.match(await get('/v1/audit:verify?limit=20'), { ok: true, checked: 20, next: { number: 20 } })
  t.match(await get('/v1/audit:verify?after=20'), { ok: true, checked: 15 })
  const wrong = 'f'.repeat(64)
  t.match(await get(`/v1/audit:verify?after=20&hash=${wrong}`), { ok: false })
  t.equal((await get('/v1/audit:verify?after=99')).code, 'CORE_AUDIT_LINK_MISSING')
  const zipped = await app.inject('/v1/audit:export?gz=true')
  const lines = gunzipSync(zipped.rawPayload).toString().trimEnd().split('\n')
  t.match(await verifyExport(each(lines), await trusted()), {
    ok: true,
    chain: 'hooli',
    checked: 35,
  })
  t.match(
    lineOf((await app.inject('/v1/audit:export?after=30&limit=2')).body.split('\n')[3] ?? ''),
    {
      type: 'end',
      whole: false,
    },
  )
})

t.test('a policy is in the audit, and keeps no less than a quarter', async (t) => {
  const app = await served({ kind: 'operator' })
  const url = '/v1/tenants/hooli/audit-policy'
  const put = async (keepDays: number | null) =>
    (await app.inject({ method: 'PUT', url, payload: { keepDays } })).json()
  t.equal((await put(MIN_KEEP_DAYS - 1)).code, 'CORE_AUDIT_KEPT_TOO_SHORT')
  t.match(await put(365), { keepDays: 365 })
  t.match((await app.inject(url)).json(), { keepDays: 365, leastDays: MIN_KEEP_DAYS })
  t.match(await put(null), { keepDays: null })
  t.match((await app.inject('/v1/audit-policy')).json(), { keepDays: null })
  const [change] = await room.knex('audit_entries').where({ action: 'audit.kept' }).orderBy('id')
  t.match(change, { tenant: 'hooli', actor: 'operator', detail: { keepDays: 365 } })
})

t.test('a chain without a key of the host is verified as far as its hashes go', async (t) => {
  const { HostKeys } = await import('../../src/sealing/host-keys.ts')
  const { HostSigner } = await import('../../src/sealing/host-signer.ts')
  const unsigned = new HostSigner({ knex: room.knex, hostKeys: new HostKeys(undefined) })
  t.same(await unsigned.jwks(), { keys: [] })
  await t.rejects(unsigned.sign('x', {}), { code: 'CORE_HOST_KEY_ABSENT' })
})

t.test('keys follow the newest key of the host, and what they signed still verifies', async (t) => {
  const { writeFile } = await import('node:fs/promises')
  const { HostKeys } = await import('../../src/sealing/host-keys.ts')
  const { HostSigner, verifiedStatement } = await import('../../src/sealing/host-signer.ts')
  const { keyFile, keyLine } = await import('../support/sealing.ts')
  await room.knex('host_signing_keys').delete()
  const older = keyLine()
  const newer = keyLine()
  const file = await keyFile(t, older)
  const signer = () =>
    new HostSigner({ knex: room.knex, hostKeys: new HostKeys({ file, setting: 'KEYS' }) })
  const jws = await signer().sign('a+jws', { of: 'june' })
  await writeFile(file, newer + older)
  await room.knex.transaction((trx) => signer().reseal(trx))
  await writeFile(file, newer)
  const after = signer()
  t.equal((await after.jwks()).keys.length, 1)
  t.same(await verifiedStatement(jws, 'a+jws', await after.publicKeys()), { of: 'june' })
})
