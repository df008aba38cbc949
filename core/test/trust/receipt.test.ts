import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { reviewTerms, signApproval } from '@signalbox/sdk/trust/approval-statement'
import { keyIdOf, publicKeyText } from '@signalbox/sdk/trust/key-id'
import { signVersion } from '@signalbox/sdk/trust/registry-signature'
import { signRelease } from '@signalbox/sdk/trust/release-statement'
import t from 'tap'
import type { PackageTarball } from '../../src/registry/package-source.ts'
import { InstallTrust } from '../../src/trust/install-trust.ts'
import { type Installed, receiptFault, receiptOf } from '../../src/trust/receipt.ts'

const now = Date.parse('2026-11-27T00:00:00Z')
const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const [older, newer] = [ecKey(), ecKey()]
const carol = generateKeyPairSync('ed25519').privateKey
const integrity = `sha512-${Buffer.alloc(64, 1).toString('base64')}`
const of = { name: '@acme/gate', version: '1.0.0', integrity }
const installed = {
  ...{ plugin: of.name, version: of.version, integrity, publisher: 'acme' },
  ...{ marketplaceFingerprint: 'm', manifest: {}, contracts: {}, bundleSha256: null },
  signature: signVersion(of, newer),
} as unknown as Installed
const terms = reviewTerms({ grounds: ['tier'], needed: 2 })

const approval = (reviewer: string, key: KeyObject) =>
  signApproval({ ...of, reviewer, decision: 'approved', policy: terms, decidedAt: now }, key)

/** As it stands in a receipt after an install at which the registry had both keys. */
function vouched(release: string) {
  const trust = new InstallTrust({
    signer: { sign: async () => '' },
    now: () => now,
    isKeyed: true,
  })
  const tarball: PackageTarball = {
    ...{ tarball: Buffer.alloc(0), integrity, publisher: 'acme', fingerprint: 'm', release },
    ...{ signature: installed.signature, signatureKey: keyIdOf(newer) },
  }
  const keys = new Map([older, newer].map((key) => [keyIdOf(key), key]))
  return trust.admit(of.name, of.version, tarball, keys).vouched
}

const release = signRelease(
  {
    ...{ ...of, publisher: 'acme', publishedAt: now, marketplace: 'm', author: null },
    review: {
      required: 2,
      approvals: [
        {
          ...{ reviewer: 'carol', publicKey: publicKeyText(carol) },
          statement: approval('carol', carol),
        },
        // Signed for by the key that was the registry's when he approved.
        { reviewer: 'dave', publicKey: null, statement: approval('dave', older) },
      ],
    },
  },
  newer,
)

t.test('a load verifies every approval again, by the keys of the install and no network', (t) => {
  const word = vouched(release)
  t.equal(receiptFault(receiptOf(installed, [], word), installed, []), undefined)
  const { registry } = word
  t.ok(registry?.said?.release.length)
  const fault = (said: object) => {
    const changed = { ...word, registry: registry && { ...registry, said: said as never } }
    return receiptFault(receiptOf(installed, [], changed), installed, [])?.en
  }
  t.match(fault({ release, publicKeys: [] }), /approval by dave .*not trusted|approval by dave/)
  const envelope = JSON.parse(release)
  const payload = JSON.parse(Buffer.from(envelope.payload, 'base64').toString())
  payload.predicate.review.approvals.pop()
  const other = { ...envelope, payload: Buffer.from(JSON.stringify(payload)).toString('base64') }
  t.match(fault({ release: JSON.stringify(other), publicKeys: [] }), /release statement/)
  t.end()
})

t.test('a receipt from before the words were kept is good by what it has', (t) => {
  const { registry, author } = vouched(release)
  const { said: _, ...before } = registry ?? { keyid: '', publicKey: '', sig: '' }
  const receipt = receiptOf(installed, [], { registry: before, author })
  t.equal(receiptFault(receipt, installed, []), undefined)
  const forged = { ...before, sig: signVersion({ ...of, version: '2.0.0' }, newer) }
  const other = receiptOf(installed, [], { registry: forged, author })
  t.match(receiptFault(other, { ...installed, signature: forged.sig }, [])?.en, /key signed/)
  t.end()
})
