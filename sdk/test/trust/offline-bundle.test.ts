import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { signAdvisories } from '../../src/trust/advisories-snapshot.ts'
import { signApproval, verifyApproval } from '../../src/trust/approval-statement.ts'
import { keyIdOf, publicKeyText } from '../../src/trust/key-id.ts'
import {
  type OfflineBundle,
  readBundle,
  verifyBundle,
  writeBundle,
} from '../../src/trust/offline-bundle.ts'
import { signIndex } from '../../src/trust/package-index.ts'
import { integrityOf } from '../../src/trust/package-signature.ts'
import { signVersion } from '../../src/trust/registry-signature.ts'
import { signRelease } from '../../src/trust/release-statement.ts'
import { readUstar, writeUstar } from '../../src/trust/ustar.ts'
import { fc } from '../seeded-check.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const keyid = keyIdOf(publicKey)
const marketplace = 'SHA256:the-marketplace'
const at = Date.parse('2026-11-27T00:00:00Z')

function versionOf(name: string, bytes: string, changes: { marketplace?: string } = {}) {
  const tarball = Buffer.from(bytes)
  const of = { name, version: '1.0.0', integrity: integrityOf(tarball) }
  const says = { publisher: 'acme', publishedAt: at, marketplace, author: null, ...changes }
  const signature = { keyid, sig: signVersion(of, privateKey) }
  const release = signRelease({ ...of, ...says }, privateKey)
  return { name, version: '1.0.0', tarball, signature, release, provenance: null }
}

function indexOf(name: string, bytes: string, changes: { marketplace?: string } = {}): string {
  const integrity = integrityOf(Buffer.from(bytes))
  const one = { integrity, state: 'published', reason: null, publishedAt: at } as const
  const head = { marketplace, name, at, distTags: { latest: '1.0.0' }, ...changes }
  return signIndex({ ...head, versions: new Map([['1.0.0', one]]) }, privateKey)
}

const bundle: OfflineBundle = {
  keys: [{ publicKey: publicKeyText(publicKey), endorsement: null }],
  versions: [versionOf('@acme/base', 'base'), versionOf('@acme/gate', 'gate')],
  indexes: [indexOf('@acme/base', 'base'), indexOf('@acme/gate', 'gate')],
  advisories: signAdvisories({ marketplace, at, advisories: {} }, privateKey),
}
const bytes = writeBundle(bundle)

const judged = (given: Buffer, pinned = keyid) => {
  const read = readBundle(given)
  if (!read.ok) return read.reason.en
  const verdict = verifyBundle(read.bundle, new Set([pinned]))
  return verdict.ok ? 'ok' : verdict.reason.en
}

t.test('a bundle is what the pinned key signed', (t) => {
  t.equal(judged(bytes), 'ok')
  t.equal(judged(bytes, 'SHA256:another'), 'is signed by no key that is pinned')
  t.end()
})

t.test('no byte of a bundle can be another', (t) => {
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (place, flip) => {
      const tampered = Buffer.from(bytes)
      tampered[place] = (tampered[place] ?? 0) ^ flip
      const read = readBundle(tampered)
      if (!read.ok) return true
      const verdict = verifyBundle(read.bundle, new Set([keyid]))
      if (!verdict.ok) return true
      // What still passes says the very same: white space of the index, padding between files.
      return verdict.verified.versions.every((one, index) =>
        one.tarball.equals(bundle.versions[index]?.tarball as Buffer),
      )
    }),
    { numRuns: 400 },
  )
  t.end()
})

t.test('versions that were swapped, and those of another marketplace, are refused', (t) => {
  const [base, gate] = bundle.versions as [
    OfflineBundle['versions'][0],
    OfflineBundle['versions'][0],
  ]
  const swapped = [{ ...base, tarball: gate.tarball }, gate]
  t.match(judged(writeBundle({ ...bundle, versions: swapped })), /@acme\/base@1\.0\.0.*its bytes/)
  const renamed = [{ ...base, name: '@acme/other' }]
  t.match(judged(writeBundle({ ...bundle, versions: renamed })), /@acme\/other/)
  const borrowed = [{ ...base, release: gate.release }]
  t.match(judged(writeBundle({ ...bundle, versions: borrowed })), /another version/)
  const foreign = [versionOf('@acme/base', 'base', { marketplace: 'SHA256:other' })]
  t.match(judged(writeBundle({ ...bundle, versions: foreign })), /more than one marketplace/)
  t.end()
})

t.test('a version that is in no index of the bundle, or with other bytes, is refused', (t) => {
  const [base, gate] = bundle.indexes as [string, string]
  t.match(judged(writeBundle({ ...bundle, indexes: [gate] })), /@acme\/base@1\.0\.0.*no index/)
  const others = [indexOf('@acme/base', 'others'), gate]
  t.match(judged(writeBundle({ ...bundle, indexes: others })), /@acme\/base@1\.0\.0.*no index/)
  const foreign = [base, indexOf('@acme/gate', 'gate', { marketplace: 'SHA256:other' })]
  t.match(judged(writeBundle({ ...bundle, indexes: foreign })), /more than one marketplace/)
  t.end()
})

t.test('an archive is read only where it is exactly one of ours', (t) => {
  const files = [
    { name: 'a', bytes: Buffer.from('one') },
    { name: 'b/c.tgz', bytes: Buffer.alloc(512) },
  ]
  const tar = writeUstar(files)
  t.same(readUstar(tar, 2), files)
  t.equal(readUstar(tar, 1), undefined, 'more files than may be')
  t.equal(readUstar(tar.subarray(0, -1), 2), undefined)
  t.equal(readUstar(Buffer.concat([tar, Buffer.alloc(512)]), 2), undefined)
  const link = Buffer.from(tar)
  link.write('2', 156)
  t.equal(readUstar(link, 2), undefined)
  t.equal(readUstar(Buffer.concat([tar.subarray(0, 1024), tar]), 9), undefined, 'a name twice')
  t.throws(() => writeUstar([{ name: '../a', bytes: Buffer.alloc(0) }]))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (noise) => {
      readUstar(Buffer.from(noise), 10)
      return true
    }),
  )
  t.end()
})

t.test('an approval is of these bytes, and no release is taken for one', (t) => {
  const reviewer = generateKeyPairSync('ed25519')
  const keys = {
    kind: 'ed25519' as const,
    find: (id: string) => (id === keyIdOf(reviewer.publicKey) ? reviewer.publicKey : undefined),
  }
  const of = { name: '@acme/gate', version: '1.0.0', integrity: integrityOf(Buffer.from('gate')) }
  const says = {
    reviewer: 'rita',
    decision: 'approved',
    policy: 'sandbox@3',
    decidedAt: at,
  } as const
  const text = signApproval({ ...of, ...says }, reviewer.privateKey)
  t.match(verifyApproval(text, of, keys), { ok: true, approval: says })
  const others = { ...of, integrity: integrityOf(Buffer.from('other')) }
  t.notOk(verifyApproval(text, others, keys).ok)
  const author = { keyid: '', publicKey: '' }
  const release = { ...of, publisher: 'a', publishedAt: at, marketplace, author }
  const statement = signRelease(release, reviewer.privateKey)
  t.match(verifyApproval(statement, of, keys), {
    ok: false,
    reason: { en: /no statement of the kind/ },
  })
  t.end()
})
