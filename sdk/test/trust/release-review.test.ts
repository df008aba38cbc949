import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { type Approval, signApproval } from '../../src/trust/approval-statement.ts'
import { keyIdOf, publicKeyText } from '../../src/trust/key-id.ts'
import type { ReleaseReview } from '../../src/trust/release-review.ts'
import { signRelease, verifyRelease } from '../../src/trust/release-statement.ts'

const registry = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const carol = generateKeyPairSync('ed25519')
const at = Date.parse('2026-11-27T00:00:00Z')
const of = { name: '@acme/gate', version: '1.0.0', integrity: integrityOf(1) }
const keys = {
  kind: 'p256',
  find: (keyid: string) => (keyid === keyIdOf(registry.publicKey) ? registry.publicKey : undefined),
} as const

function integrityOf(byte: number): string {
  return `sha512-${Buffer.alloc(64, byte).toString('base64')}`
}

function word(reviewer: string, changes: Partial<Approval> = {}, isOwn = false) {
  const says = {
    reviewer,
    decision: 'approved',
    policy: 'tier; approvals: 2',
    decidedAt: at,
  } as const
  const { privateKey } = isOwn ? carol : registry
  const statement = signApproval({ ...of, ...says, ...changes }, privateKey)
  return { reviewer, publicKey: isOwn ? publicKeyText(carol.publicKey) : null, statement }
}

function judged(approvals: ReleaseReview['approvals'], required = 2): string {
  const release = { ...of, publisher: 'acme', publishedAt: at, marketplace: 'm', author: null }
  const text = signRelease({ ...release, review: { required, approvals } }, registry.privateKey)
  const verdict = verifyRelease(text, of, keys)
  return verdict.ok ? 'ok' : verdict.reason.en
}

t.test('a release holds where enough people approved its bytes', async (t) => {
  t.equal(judged([word('carol', {}, true), word('dave')]), 'ok')
  t.equal(judged([], 0), 'ok')
  t.equal(judged([word('carol', { decidedAt: at + 4 * 60_000 }), word('dave')]), 'ok')
})

t.test('what the registry itself signs of a review is held to what reviewers signed', async (t) => {
  const { publicKey } = word('carol', {}, true)
  const cases: readonly [ReleaseReview['approvals'], RegExp][] = [
    [[word('carol')], /has 1 of the 2 approvals that it takes/],
    [[word('carol'), word('carol')], /counts carol twice/],
    [[word('acme'), word('carol')], /of its own publisher/],
    [[word('carol', { integrity: integrityOf(2) }), word('dave')], /carol that is about another/],
    [[word('carol', { decision: 'rejected' }), word('dave')], /says something else/],
    [[{ ...word('carol'), reviewer: 'eve' }, word('dave')], /says something else/],
    [[{ ...word('carol'), publicKey }, word('dave')], /not trusted here/],
    [[word('carol', { decidedAt: at + 6 * 60_000 }), word('dave')], /a clock is wrong/],
    [[{ ...word('carol'), statement: '{}' }, word('dave')], /no DSSE envelope/],
    [Array.from({ length: 21 }, (_, index) => word(`r${index}`)), /does not say all/],
  ]
  for (const [approvals, reason] of cases) t.match(judged(approvals), reason)
})
