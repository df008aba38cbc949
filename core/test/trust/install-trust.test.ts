import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { keyIdOf } from '@signalbox/sdk/trust/key-id'
import { integrityOf } from '@signalbox/sdk/trust/package-signature'
import { signVersion } from '@signalbox/sdk/trust/registry-signature'
import { signRelease } from '@signalbox/sdk/trust/release-statement'
import t from 'tap'
import { InstallTrust } from '../../src/trust/install-trust.ts'

const MINUTE = 60_000
const now = Date.parse('2026-11-27T00:00:00Z')
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const trust = new InstallTrust({ signer: { sign: async () => '' }, now: () => now, isKeyed: true })
const bytes = Buffer.from('tarball')
const of = { name: '@acme/gate', version: '1.0.0', integrity: integrityOf(bytes) }

function tarball(publishedAt = now, says: object = {}) {
  const release = { ...of, publisher: 'acme', publishedAt, marketplace: 'm', author: null, ...says }
  return {
    ...{ tarball: bytes, integrity: of.integrity, publisher: 'acme', fingerprint: 'm' },
    signature: signVersion(of, pair.privateKey),
    signatureKey: keyIdOf(pair.publicKey),
    release: signRelease(release, pair.privateKey),
  }
}

const keysOf = (...keys: KeyObject[]) => new Map(keys.map((key) => [keyIdOf(key), key]))

function judged(given: ReturnType<typeof tarball>, keys = keysOf(pair.publicKey)): string {
  try {
    trust.admit(of.name, of.version, given, keys)
    return 'admitted'
  } catch (error) {
    return error instanceof Error ? error.message : 'no error'
  }
}

t.test(
  'a release is admitted from five minutes ahead of our clock, and from no later',
  async (t) => {
    t.equal(judged(tarball()), 'admitted')
    t.equal(judged(tarball(now - 1000 * 24 * 60 * MINUTE)), 'admitted')
    t.equal(judged(tarball(now + 5 * MINUTE)), 'admitted')
    t.match(judged(tarball(now + 5 * MINUTE + 1)), /2026-11-27T00:05:00\.001Z.*one of the clocks/)
  },
)

t.test(
  'a key that is no longer believed vouches for nothing, and neither does another word',
  async (t) => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    t.match(judged(tarball(), keysOf(other)), /not trusted here/)
    t.match(judged(tarball(), keysOf()), /not trusted here/)
    t.match(judged({ ...tarball(), publisher: 'eve' }), /not the one that was signed/)
    t.match(judged({ ...tarball(), fingerprint: 'elsewhere' }), /not the one that was signed/)
    t.match(
      judged({ ...tarball(), integrity: integrityOf(Buffer.from('other')) }),
      /signature is of/,
    )
    t.match(judged(tarball(now, { review: { required: 1, approvals: [] } })), /has 0 of the 1/)
    t.match(judged({ ...tarball(), release: null as unknown as string }), /sign/)
  },
)
