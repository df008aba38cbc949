import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { keyIdOf } from '../../src/trust/key-id.ts'
import { type IndexedVersion, signIndex, verifyIndex } from '../../src/trust/package-index.ts'
import { signStatement } from '../../src/trust/statement.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const find = (keyid: string) => (keyid === keyIdOf(publicKey) ? publicKey : undefined)
const at = Date.parse('2026-06-01T12:00:00Z')
const name = '@acme/gate'
const version = { integrity: 'sha512-eA==', state: 'published', reason: null } as const

t.test('an index says of each version whether the key of its author was revoked', async (t) => {
  const versions = new Map<string, IndexedVersion>([
    ['1.0.0', { ...version, publishedAt: at }],
    ['1.0.1', { ...version, publishedAt: at, keyRevokedAt: at - 1000 }],
  ])
  const index = { marketplace: 'SHA256:theirs', name, at, distTags: { latest: '1.0.1' }, versions }
  const verdict = verifyIndex(signIndex(index, privateKey), name, { kind: 'p256', find })
  t.same(verdict, { ok: true, index, keyid: keyIdOf(publicKey) })
})

t.test('a revocation at no moment is no index', async (t) => {
  const iso = new Date(at).toISOString()
  for (const keyRevokedAt of ['soon', at, null, '2026-06-01']) {
    const versions = { '1.0.0': { ...version, publishedAt: iso, keyRevokedAt } }
    const predicate = { marketplace: 'SHA256:theirs', name, at: iso, distTags: {}, versions }
    const text = signStatement('index', { subject: [], predicate }, privateKey)
    t.match(verifyIndex(text, name, { kind: 'p256', find }), { ok: false }, String(keyRevokedAt))
  }
})
