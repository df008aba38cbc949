import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import {
  isDueToRotate,
  isOver,
  KEY_AGE_MS,
  PUBLISHED_BEFORE_MS,
  rotationOf,
  signingKey,
  TOKEN_LIFE_S,
  type TokenKey,
} from '../../src/oauth/token-key.ts'

const START = 1_000_000_000_000

/** As the store does it. */
function rotate(keys: readonly TokenKey[], now: number, isAtOnce: boolean): TokenKey[] {
  const { signsFrom, endsAt } = rotationOf(keys, now, isAtOnce)
  const others = keys.map((key) => ({
    ...key,
    endsAt: Math.min(key.endsAt ?? Number.POSITIVE_INFINITY, endsAt),
  }))
  return [...others, { kid: `k${keys.length}`, publicJwk: {}, signsFrom, endsAt: null }]
}

t.test('the first key signs at once; the next is known for a minute before it does', async (t) => {
  const first = rotate([], START, false)
  t.equal(signingKey(first, START)?.kid, 'k0')
  const second = rotate(first, START + 1, false)
  t.equal(signingKey(second, START + 1)?.kid, 'k0')
  t.equal(signingKey(second, START + 1 + PUBLISHED_BEFORE_MS)?.kid, 'k1')
})

t.test('a key in wrong hands is over at once, and there is another', async (t) => {
  const keys = rotate(rotate([], START, false), START + 1, true)
  t.ok(isOver(keys[0] as TokenKey, START + 1))
  t.equal(signingKey(keys, START + 1)?.kid, 'k1')
})

t.test('a key is due after a month, and none is none to rotate', async (t) => {
  const keys = rotate([], START, false)
  t.notOk(isDueToRotate([], START))
  t.notOk(isDueToRotate(keys, START + KEY_AGE_MS - 1))
  t.ok(isDueToRotate(keys, START + KEY_AGE_MS))
})

t.test('however often keys are rotated, every token lives out its time', async () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 20 * 60_000 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(gaps, fc.nat(20 * 60_000), (waits, later) => {
      let now = START
      let keys = rotate([], now, false)
      const signed: { kid: string; until: number }[] = []
      const sign = () => {
        const key = signingKey(keys, now)
        if (key !== undefined) signed.push({ kid: key.kid, until: now + TOKEN_LIFE_S * 1000 })
        return key !== undefined
      }
      for (const wait of waits) {
        if (!sign()) return false
        now += wait
        if (!sign()) return false
        keys = rotate(keys, now, false)
      }
      now += later
      return signed.every(({ kid, until }) => {
        const key = keys.find((one) => one.kid === kid) as TokenKey
        return now >= until || !isOver(key, now)
      })
    }),
  )
})
