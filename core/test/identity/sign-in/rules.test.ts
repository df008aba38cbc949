import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  attempt,
  type Failures,
  lockKeys,
  MAX_PAUSE_MS,
} from '../../../src/identity/sign-in/lock-out.ts'
import { passwordFault } from '../../../src/identity/sign-in/password-policy.ts'
import {
  hashRecoveryCode,
  makeRecoveryCodes,
  otpauthUri,
  stepOfCode,
} from '../../../src/identity/sign-in/totp.ts'

t.test('passwords are judged by length and by whether all of it can be guessed', async (t) => {
  const rows: readonly [string, ReturnType<typeof passwordFault>][] = [
    ['fourteen chars', 'too-short'],
    ['量子火车在月亮上跳舞喝咖啡啊', 'too-short'],
    ['量子火车在月亮上跳舞喝咖啡啊吗', undefined],
    ['violet otter parks nine', undefined],
    ['aaaaaaaaaaaaaaaaaaaa', 'common'],
    ['passwordpassword1', 'common'],
    ['Password-Password-2026!', 'common'],
    ['qwertyuiopasdfghjkl', 'common'],
    ['123456789012345', 'common'],
    ['acme.ann.miller.123', 'common'],
    ['x'.repeat(200), 'too-long'],
    ['kumquat-typewriter', undefined],
  ]
  for (const [password, fault] of rows) {
    t.equal(passwordFault(password, ['acme', 'ann', 'Ann Miller']), fault, password)
  }
})

t.test(
  'no pause is longer than the longest, and whoever goes on guessing makes it no longer',
  async (t) => {
    const gaps = fc.array(fc.integer({ min: 0, max: 2 * MAX_PAUSE_MS }), { maxLength: 60 })
    fc.assert(
      fc.property(gaps, (waits) => {
        let now = 1_000_000
        let known: Failures | undefined
        for (const wait of waits) {
          now += wait
          const verdict = attempt('account', known, now)
          if (verdict.kind === 'wait') {
            t.ok(verdict.ms <= MAX_PAUSE_MS)
            // Nothing is written: the same pause goes on.
            continue
          }
          known = verdict.next
          t.ok(known.blockedUntil - now <= MAX_PAUSE_MS)
          t.equal(
            attempt('account', known, known.blockedUntil).kind,
            'let',
            'then one is looked at',
          )
        }
      }),
    )
  },
)

t.test('the first wrong attempts cost nothing, then the pause doubles', async (t) => {
  let known: Failures | undefined
  const pauses: number[] = []
  for (let now = 0; pauses.length < 9; now = known?.blockedUntil ?? 0) {
    const verdict = attempt('account', known, now)
    if (verdict.kind === 'wait') throw new Error('it was over')
    known = verdict.next
    pauses.push(known.blockedUntil - now)
  }
  t.same(pauses, [0, 0, 0, 0, 0, 1000, 2000, 4000, 8000])
})

t.test(
  "strangers' attempts count apart from those of a place where the user has been",
  async (t) => {
    const keys = (address: string, isKnown: boolean) =>
      lockKeys('acme/ann password', address, isKnown).map(({ key }) => key.toString('hex'))
    const home = keys('192.0.2.7', true)
    const strange = keys('198.51.100.9', false)
    t.equal(home.length, 1, 'and no neighbour behind the same address keeps him out')
    t.notOk(strange.some((key) => home.includes(key)))
    t.same(keys('2001:db8::1', false), keys('2001:db8::ffff:9', false), 'a /64 is one place')
    t.not(keys('2001:db8::1', false), keys('2001:db8:0:1::1', false))
    t.same(keys('::ffff:192.0.2.7', true), home)
  },
)

t.test('a code of the app is taken in its window, each step once', async (t) => {
  // RFC 6238, appendix B: the secret, and of 94287082 the six digits.
  const secret = Buffer.from('12345678901234567890')
  t.equal(stepOfCode(secret, '287082', 59_000, 0), 1)
  t.equal(stepOfCode(secret, '287082', 59_000 + 30_000, 0), 1, 'a clock that is slow')
  t.equal(stepOfCode(secret, '287082', 59_000 + 61_000, 0), undefined, 'too late')
  t.equal(stepOfCode(secret, '287082', 59_000, 1), undefined, 'not twice')
  t.equal(stepOfCode(secret, '28708', 59_000, 0), undefined)
  const uri = otpauthUri(secret, 'ann', 'acme')
  t.match(uri, /^otpauth:\/\/totp\/Signalbox%20acme:ann\?/)
  t.match(uri, /secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ/)
})

t.test('a recovery code is the same however it was typed from paper', async (t) => {
  const [code = '', other = ''] = makeRecoveryCodes()
  t.same(hashRecoveryCode(code), hashRecoveryCode(` ${code.toUpperCase().replaceAll('-', ' ')}`))
  t.not(hashRecoveryCode(code).toString('hex'), hashRecoveryCode(other).toString('hex'))
})
