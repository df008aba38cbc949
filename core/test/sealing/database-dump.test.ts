import { createHmac, createPrivateKey, hkdfSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import t from 'tap'
import type { KeyAlgorithm, KeyUsage } from '../../src/keys/key-algorithms.ts'
import { pemOf } from '../../src/keys/key-pair.ts'
import { KeyService } from '../../src/keys/key-service.ts'
import { KeySigner } from '../../src/keys/key-signer.ts'
import { findKey } from '../../src/keys/key-store.ts'
import { withSecret } from '../../src/keys/sealed-secret.ts'
import { emptySnapshot, type Snapshot, tenantKey } from '../../src/rollout/routing/snapshot.ts'
import { HostKeys } from '../../src/sealing/host-keys.ts'
import { Sealer } from '../../src/sealing/sealer.ts'
import { open } from '../../src/sealing/sealing.ts'
import { secretKeys } from '../../src/sealing/secret-keys.ts'
import { HookService } from '../../src/webhooks/hook-service.ts'
import { caller, KeyRoom } from '../support/key-room.ts'
import { keyFile, keyLine, nodeKeys } from '../support/sealing.ts'

const room = await KeyRoom.open(t)
const { knex } = room
await knex('plugins').insert({ name: '@test/one' })

const made: readonly (readonly [id: string, algorithm: KeyAlgorithm, usage: KeyUsage])[] = [
  ['rsa', 'rsa-2048', 'cms'],
  ['p256', 'ec-p256', 'cms'],
  ['sm2', 'sm2', 'cms'],
  ['ed', 'ed25519', 'jwt'],
  ['mac', 'hmac-sha256', 'webhook'],
]
const jwt = { issuer: 'https://acme.example', maxTtlS: 300 }
for (const [id, algorithm, usage] of made) {
  await room.make({ id, algorithm, usages: [usage], policy: usage === 'jwt' ? { jwt } : {} })
}

const hook = { tenant: 'acme', plugin: '@test/one', path: 'gate' }
const parameters = { path: 'gate', signature: 'standard-webhooks' }
const grants = [{ id: 'grt_0', capability: 'http:receive', parameters }]
const snapshot: Snapshot = {
  ...emptySnapshot,
  grants: new Map([[tenantKey('acme', '@test/one'), grants]]),
}
const hooksOf = (sealer: Sealer) =>
  new HookService({
    knex,
    sealer,
    snapshot: () => snapshot,
    limiter: new RateLimiter(() => 0),
    now: Date.now,
    onReceived: () => undefined,
    onUse: () => undefined,
  })
const hooks = hooksOf(room.sealer)
const door = await hooks.open(caller, hook)
const token = door.address.split('/').at(-1) ?? ''

function signedHook(id: string) {
  const time = String(Math.floor(Date.now() / 1000))
  const key = Buffer.from(door.secret.slice('whsec_'.length), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${time}.{}`).digest('base64')
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': time,
    'webhook-signature': `v1,${mac}`,
  }
  const { plugin, path } = hook
  return { plugin, path, token, headers, body: Buffer.from('{}'), traceId: 'tr' }
}

/** Every row of every table as JSON text, and every binary value in it as bytes. */
async function dump(): Promise<{ readonly text: string; readonly bytes: readonly Buffer[] }> {
  const tables = await knex('pg_tables').where({ schemaname: 'public' }).pluck('tablename')
  t.ok(tables.length > 30, `${tables.length} tables`)
  const rows: object[] = []
  for (const table of tables) rows.push(...(await knex(table)))
  const values = rows.flatMap((row) => Object.values(row))
  return { text: JSON.stringify(rows), bytes: values.filter((one) => Buffer.isBuffer(one)) }
}

/** What the newest version of a key keeps, opened by a host. */
async function opened(id: string, sealer: Sealer = room.sealer): Promise<Buffer> {
  const key = await findKey(knex, 'acme', id)
  const [version] = key?.versions ?? []
  if (key === undefined || version === undefined) throw new Error(`no key ${id}`)
  return withSecret({ knex, sealer }, key, version, async (secret) => Buffer.from(secret))
}

/** The secret half of a key in each shape that somebody could have written it in. */
async function secretsOf(id: string, algorithm: KeyAlgorithm): Promise<Buffer[]> {
  const der = await opened(id)
  if (algorithm === 'hmac-sha256') return [der]
  const pem = Buffer.from(pemOf('PRIVATE KEY', der).split('\n').slice(1, -2).join('\n'))
  if (algorithm === 'sm2') return [der, pem, scalarWithin(der)]
  const jwk = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' })
  const parts = [jwk.d, jwk.p, jwk.q].filter((part) => part !== undefined)
  return [der, pem, ...parts.map((part) => Buffer.from(part, 'base64url'))]
}

/** SEC 1 has it as an octet string of 32 bytes, the first in the structure. */
function scalarWithin(der: Buffer): Buffer {
  const at = der.indexOf(Buffer.from([0x04, 0x20])) + 2
  return der.subarray(at, at + 32)
}

t.test('no row of the database holds a private key or the secret of a webhook', async (t) => {
  const { text, bytes } = await dump()
  const { spki } = await knex('signing_key_versions').where({ key: 'p256' }).first()
  t.ok(
    bytes.some((value) => value.includes(spki)),
    'what is public is found',
  )
  const hookSecret = Buffer.from(door.secret.slice('whsec_'.length), 'base64')
  const named: [string, Buffer][] = [
    ['webhook', hookSecret],
    ['webhook', Buffer.from(door.secret)],
  ]
  for (const [id, algorithm] of made) {
    for (const secret of await secretsOf(id, algorithm)) named.push([id, secret])
  }
  t.ok(named.length > 15)
  for (const [name, secret] of named) {
    t.ok(secret.length >= 32, `${name} is a secret of ${secret.length} bytes`)
    t.notOk(
      bytes.some((value) => value.includes(secret)),
      `bytes of ${name}`,
    )
    for (const encoding of ['base64', 'base64url', 'hex', 'latin1'] as const) {
      const shown = JSON.stringify(secret.toString(encoding)).slice(1, -1)
      t.notOk(text.includes(shown), `${name} as ${encoding}`)
    }
  }
})

t.test('what stands in the database opens none of the keys that seal', async (t) => {
  const { text, bytes } = await dump()
  const words = new Set(text.match(/[\w+/=-]{32,}/g) ?? [])
  const readings = [...words].flatMap((word) => [
    Buffer.from(word),
    Buffer.from(word, 'base64'),
    Buffer.from(word, 'hex'),
  ])
  const guesses = [...readings, ...bytes].filter(({ length }) => length >= 32 && length <= 64)
  const [row] = await knex('secret_keys')
  t.ok(guesses.length > 5)
  for (const guess of guesses) {
    const derived = Buffer.from(hkdfSync('sha256', guess, '', 'signalbox secret keys', 32))
    for (const key of [guess.subarray(0, 32), derived]) {
      t.throws(() => open(key, row.wrapped, [row.tenant, row.id]))
    }
  }
})

t.test('there is one data key for all that a tenant has to keep, and one rotation', async (t) => {
  const versions = await knex('signing_key_versions').where({ tenant: 'acme' }).pluck('data_key')
  const addresses = await knex('hook_addresses').where({ tenant: 'acme' }).pluck('data_key')
  const ids = await knex('secret_keys').where({ tenant: 'acme' }).pluck('id')
  t.equal(ids.length, 1)
  t.same(new Set([...versions, ...addresses]), new Set(ids))
  t.notOk(await knex.schema.hasTable('signing_data_keys'))
  const [before] = await knex('secret_keys').where({ tenant: 'acme' })
  const next = keyLine()
  await writeFile(room.keyFile, next + (await readFile(room.keyFile, 'utf8')))
  await knex.transaction((trx) => room.tenantKeys.rewrap(trx))
  await writeFile(room.keyFile, next)
  const [after] = await knex('secret_keys').where({ tenant: 'acme' })
  t.not(after.host_key, before.host_key)
  const { sealer } = nodeKeys(knex, room.keyFile)
  for (const [id] of made) t.ok((await opened(id, sealer)).length >= 32, id)
  t.ok(await hooksOf(sealer).receive(signedHook('msg_2')))
})

t.test('a host with another key file refuses instead of signing or receiving', async (t) => {
  const now = Date.now
  const jwtRequest = { key: 'ed', usage: 'jwt', claims: { sub: 'a' }, expiresInS: 60 } as const
  const { signal } = new AbortController()
  const asker = { plugin: '@test/one', tenant: 'acme', signal }
  const foreign = nodeKeys(knex, await keyFile(t)).sealer
  const keyless = new Sealer(secretKeys(knex, new HostKeys(undefined), now))
  const stored = await knex('hook_deliveries').count()
  for (const [sealer, code] of [
    [foreign, 'CORE_HOST_KEY_MISSING'],
    [keyless, 'CORE_HOST_KEY_ABSENT'],
  ] as const) {
    const ports = { knex, sealer, now }
    const prepared = await new KeySigner(ports).prepare(asker, jwtRequest)
    await t.rejects(prepared.sign(), { code })
    await t.rejects(new KeyService(ports).rotate(caller, 'acme', 'ed'), { code })
    await t.rejects(hooksOf(sealer).receive(signedHook('msg_3')), { code })
    await t.rejects(hooksOf(sealer).open(caller, hook), { code })
  }
  t.same(await knex('hook_deliveries').count(), stored)
  t.ok(await hooks.receive(signedHook('msg_3')), 'the right one goes on')
})

t.test('what is sealed opens for no other key, tenant or door', async (t) => {
  const [row] = await knex('hook_addresses').where({ path: 'gate' })
  const sealed = { sealed: row.sealed, dataKey: row.data_key }
  t.ok(await room.sealer.open('acme', sealed, ['webhook', '@test/one', 'gate']))
  await t.rejects(room.sealer.open('acme', sealed, ['webhook', '@test/one', 'spare']))
  await t.rejects(room.sealer.open('globex', sealed, ['webhook', '@test/one', 'gate']))
  await knex('signing_key_versions')
    .where({ key: 'mac' })
    .update({ sealed: row.sealed, data_key: row.data_key })
  await t.rejects(opened('mac'))
})
