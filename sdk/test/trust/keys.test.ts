import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import t from 'tap'
import { keyIdOf, publicKeyText } from '../../src/trust/key-id.ts'
import { CLOCK_SKEW_MS, type KeyStatement, keyVerdict } from '../../src/trust/key-statement.ts'
import { endorseKey, trustedKeys } from '../../src/trust/key-succession.ts'

const minute = 60_000
const now = Date.parse('2026-11-27T12:00:00Z')
const key: KeyStatement = {
  keyid: 'SHA256:one',
  publicKey: '',
  notBefore: now,
  notAfter: null,
  revokedAt: null,
}

t.test('when a key may sign', (t) => {
  const skew = CLOCK_SKEW_MS
  const cases: readonly [string, Partial<KeyStatement>, created: number, seen: number, boolean][] =
    [
      ['at once', {}, now, now, true],
      ['by a clock that is a little slow', {}, now - skew, now, true],
      ['by a clock that is too slow', {}, now - skew - 1, now, false],
      ['by a clock that is a little fast', {}, now + skew, now, true],
      ['by a clock that is too fast', {}, now + skew + 1, now, false],
      ['before its end', { notAfter: now + minute }, now, now + minute, true],
      ['after its end', { notAfter: now }, now, now + skew + 1, false],
      ['seen before it was revoked', { revokedAt: now + minute }, now, now + minute - 1, true],
      ['seen when it was revoked', { revokedAt: now + minute }, now, now + minute, false],
      // What the signer says of the time is worth nothing once his key is in other hands.
      ['seen later, dated before', { revokedAt: now + minute }, now, now + 60 * minute, false],
    ]
  for (const [what, change, createdAt, seenAt, isGood] of cases) {
    t.equal(keyVerdict({ ...key, ...change }, { createdAt, seenAt }).ok, isGood, what)
  }
  t.end()
})

t.test('whoever pinned one key follows to those that follow from it, and to no other', (t) => {
  const pairs = Array.from({ length: 4 }, () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ) as { publicKey: KeyObject; privateKey: KeyObject }[]
  const [first, second, third, stranger] = pairs.map(({ publicKey, privateKey }) => ({
    id: keyIdOf(publicKey),
    text: publicKeyText(publicKey),
    privateKey,
  })) as [Named, Named, Named, Named]
  const given = [
    { publicKey: third.text, endorsement: endorseKey(third.text, now, second.privateKey) },
    { publicKey: stranger.text, endorsement: endorseKey(stranger.text, now, stranger.privateKey) },
    { publicKey: second.text, endorsement: endorseKey(second.text, now, first.privateKey) },
    { publicKey: first.text, endorsement: null },
  ]
  const from = (...pinned: string[]) => [...trustedKeys(new Set(pinned), given, 'p256').keys()]
  t.same(new Set(from(first.id)), new Set([first.id, second.id, third.id]))
  t.same(from(third.id), [third.id], 'never back to an older one')
  t.same(from(), [])
  const swapped = given.map((one) => ({ ...one, publicKey: stranger.text }))
  t.same([...trustedKeys(new Set([first.id]), swapped, 'p256').keys()], [])
  t.end()
})

interface Named {
  readonly id: string
  readonly text: string
  readonly privateKey: KeyObject
}
