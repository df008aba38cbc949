import t from 'tap'
import { FailedAuthentications } from '../../../src/gateway/admission/failed-authentications.ts'

function clocked() {
  let now = 0
  const failures = new FailedAuthentications(() => now)
  const codes = (address: string, count: number) =>
    Array.from({ length: count }, () => failures.note(address).code)
  return { failures, codes, wait: (ms: number) => (now += ms) }
}

t.test(
  'thirty wrong secrets of an address are told so, the next that there were too many',
  async (t) => {
    const { failures, codes, wait } = clocked()
    t.same(new Set(codes('192.0.2.7', 30)), new Set(['CORE_AUTHENTICATION_REQUIRED']))
    const refused = failures.note('192.0.2.7')
    t.match(refused, { code: 'CORE_AUTHENTICATION_THROTTLED', status: 429, retryAfterS: 2 })
    t.throws(() => failures.requireOpen('192.0.2.7'), { code: 'CORE_AUTHENTICATION_THROTTLED' })
    t.doesNotThrow(() => failures.requireOpen('192.0.2.8'))
    wait(2000)
    t.doesNotThrow(() => failures.requireOpen('192.0.2.7'))
    t.same(codes('192.0.2.7', 2), ['CORE_AUTHENTICATION_REQUIRED', 'CORE_AUTHENTICATION_THROTTLED'])
  },
)

t.test('all addresses of an IPv6 customer are one', async (t) => {
  const { failures } = clocked()
  for (let host = 0; host < 30; host++) failures.note(`2001:db8:1:2::${host.toString(16)}`)
  t.throws(() => failures.requireOpen('2001:db8:1:2:ffff::1'), {
    code: 'CORE_AUTHENTICATION_THROTTLED',
  })
  t.doesNotThrow(() => failures.requireOpen('2001:db8:1:3::1'))
})

t.test('no number of addresses fills the memory, and who failed last is remembered', async (t) => {
  const { failures, codes } = clocked()
  for (let n = 0; n < 100_050; n++) failures.note(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`)
  codes('192.0.2.7', 30)
  t.equal(failures.addresses, 100_000)
  t.throws(() => failures.requireOpen('192.0.2.7'), { code: 'CORE_AUTHENTICATION_THROTTLED' })
})
