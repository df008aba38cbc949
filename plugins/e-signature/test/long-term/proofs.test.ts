import t from 'tap'
import { readCrl } from '../../src/certificates/crl.ts'
import { ocspRequest } from '../../src/certificates/ocsp-request.ts'
import { isNeverRevoked } from '../../src/certificates/revocation.ts'
import { linkProof } from '../../src/long-term/link-proof.ts'
import type { PathQuestion } from '../../src/long-term/path-question.ts'
import { type Knowledge, planProofs } from '../../src/long-term/proof-plan.ts'
import { protectedUntil, renewAt } from '../../src/long-term/renewal.ts'
import { basicOf } from '../../src/long-term/revocation-store.ts'
import type { TimestampToken } from '../../src/timestamps/timestamp-token.ts'
import { Pki, profiles } from '../support/pki.ts'
import { startRevocationResponder } from '../support/revocation-responder.ts'

const DAY = 86_400_000
const pki = await Pki.start(t)
const signer = (more: string) =>
  ({ kind: 'p256', extensions: `${profiles.signer}\n${more}`, by: 'inter' }) as const
await pki.issue('alice', signer(''))
await pki.issue('responder', {
  ...signer('crlDistributionPoints=URI:https://crl.example/inter.crl'),
  extensions: `${profiles.ocsp}\ncrlDistributionPoints=URI:https://crl.example/inter.crl`,
})
await pki.writeIndex('inter', {}, ['alice', 'responder'])
await pki.writeIndex('root', {}, ['inter'])
const [root, inter, alice] = await Promise.all(
  ['root', 'inter', 'alice'].map((name) => pki.certificate(name)),
)
if (root === undefined || inter === undefined || alice === undefined) throw new Error('made above')
const lists = {
  root: readCrl(await pki.makeCrl('root')),
  inter: readCrl(await pki.makeCrl('inter')),
}
const { answer } = await startRevocationResponder(t, pki, { by: 'inter', responder: 'responder' })
const responses = basicOf(await answer(ocspRequest({ certificate: alice, issuer: inter })))
const now = Date.now()
const question: PathQuestion = {
  ...{ vriKey: 'A', certificate: alice, beside: [inter], at: now, purpose: 'signing' },
}
const knowing = (more: Partial<Knowledge>): Knowledge => ({
  ...{ anchors: [root], certificates: [], evidence: { crls: [], responses: [] }, now },
  ...{ isFreshOnly: false, ...more },
})

t.test(
  'each certificate but the root wants a word, and all of them stand by their signature',
  async (t) => {
    const none = planProofs([question], knowing({}))
    t.strictSame(
      none.missing.map(({ certificate }) => certificate.subject.commonName),
      ['Test alice', 'Test inter'],
    )
    const all = planProofs(
      [question],
      knowing({ evidence: { crls: [lists.root, lists.inter], responses: [] } }),
    )
    t.strictSame(all.missing, [])
    t.equal(all.request.certificates.length, 3)
    t.strictSame(all.request.vri, [
      { key: 'A', certificates: [0, 1, 2], ocsps: [], crls: [1, 0].toSorted() },
    ])
  },
)

t.test('a delegated responder whom one can ask about is proven himself', async (t) => {
  const alone = planProofs([question], knowing({ evidence: { crls: [lists.root], responses } }))
  t.match(
    alone.missing.map(({ certificate }) => certificate.subject.commonName),
    ['Test responder', 'Test alice'],
  )
  const proven = planProofs(
    [question],
    knowing({ evidence: { crls: [lists.root, lists.inter], responses } }),
  )
  t.strictSame(proven.missing, [])
  t.equal(proven.request.ocsps.length, 1)
  t.equal(proven.request.crls.length, 2)
  t.equal(proven.request.certificates.length, 4)
})

t.test('a chain without a root names where it ends', async (t) => {
  const open = planProofs([{ ...question, beside: [] }], knowing({ anchors: [root] }))
  t.match(
    open.issuerless.map(({ subject }) => subject.commonName),
    ['Test alice'],
  )
  const found = planProofs([{ ...question, beside: [] }], knowing({ certificates: [inter] }))
  t.strictSame(found.issuerless, [])
  const unanchored = planProofs([{ ...question, beside: [inter, root] }], knowing({ anchors: [] }))
  t.strictSame(unanchored.issuerless, [])
})

t.test('by the tenant’s wish only what was said after the signature counts', async (t) => {
  const link = { certificate: inter, issuer: root, at: now, now: now + DAY }
  const evidence = { crls: [lists.root], responses: [] }
  t.match(linkProof(evidence, link), { kind: 'crl' })
  t.match(linkProof(evidence, { ...link, notBefore: now + 1000 }), {
    kind: 'missing',
    isStale: true,
  })
  t.match(linkProof(evidence, { ...link, at: now + 40 * DAY }), { kind: 'missing', isStale: true })
})

t.test(
  'who says that he is never revoked is not asked about, an authority always is',
  async (t) => {
    const made = async (more: string, kind: 'signer' | 'inter' = 'signer') =>
      isNeverRevoked(
        await pki.issue('x', { ...signer(more), extensions: `${profiles[kind]}\n${more}` }),
      )
    t.equal(await made('2.5.29.56=DER:0500'), true)
    t.equal(await made('0.4.0.194121.2.1=DER:0500'), true)
    t.equal(await made(''), false)
    t.equal(
      await made('2.5.29.56=DER:0500\ncrlDistributionPoints=URI:https://crl.example/x'),
      false,
    )
    t.equal(await made('2.5.29.56=DER:0500', 'inter'), false)
  },
)

t.test(
  'a document is protected anew ninety days before, of a short life at its half, and never at once again',
  async (t) => {
    t.equal(renewAt(now + 200 * DAY, {}, now), now + 110 * DAY)
    t.equal(renewAt(now + 100 * DAY, {}, now), now + 50 * DAY)
    t.equal(renewAt(now - DAY, {}, now), now + 30 * DAY)
    t.equal(renewAt(now + 200 * DAY, { beforeDays: 10 }, now), now + 190 * DAY)
  },
)

t.test('a time stamp ends with its certificate, or with the first of its algorithms', async (t) => {
  const token = {
    info: { hash: 'sha256' },
    signedData: { digestAlgorithms: [] },
  } as unknown as TimestampToken
  const authority = { ...alice, notAfter: Date.UTC(2040, 0, 1) }
  t.equal(
    protectedUntil(token, alice, {}),
    Math.min(alice.notAfter, Date.parse('2035-12-31T23:59:59Z')),
  )
  t.equal(protectedUntil(token, authority, {}), Date.parse('2035-12-31T23:59:59Z'))
  const rsa = { ...authority, publicKey: { kind: 'rsa', bits: 2048 } } as unknown as typeof alice
  t.equal(protectedUntil(token, rsa, {}), Date.parse('2030-12-31T23:59:59Z'))
  const told = { algorithms: [{ algorithm: 'sha256', until: '2029-06-30' }] }
  t.equal(protectedUntil(token, authority, told), Date.parse('2029-06-30T23:59:59Z'))
})
