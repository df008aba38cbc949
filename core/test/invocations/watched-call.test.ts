import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import { CodedError } from '@signalbox/sdk/errors'
import t from 'tap'
import { WatchedCall } from '../../src/invocations/watched-call.ts'

const outcome = (hostCalls: number) =>
  ({ kind: 'ok', outputJson: '{}', hostCalls }) as unknown as GuestOutcome

function watch(hostCall: GuestCall['hostCall'], inputJson = '{}') {
  const isolate = { configJson: '{}' }
  const guest = { isolate, inputJson, hostCall, onLog: () => undefined }
  return new WatchedCall(guest as unknown as GuestCall)
}

const { signal: first } = new AbortController()
const { signal: second } = new AbortController()

t.test(
  'what a call asks is kept with what it was answered, and with what it was not',
  async (t) => {
    const refusal = {
      status: 422,
      message: { en: 'no', 'zh-CN': '' },
      cure: { en: '', 'zh-CN': '' },
    }
    const watched = watch((name) => {
      if (name === 'refused') return Promise.reject(new CodedError('CORE_X', refusal, {}, {}))
      if (name === 'broken') return Promise.reject(new Error('at /srv/host.ts'))
      return name === 'open' ? new Promise(() => undefined) : Promise.resolve('"yes"')
    })
    const { hostCall } = watched.guest
    t.equal(await hostCall('asked', '1', first), '"yes"')
    await t.rejects(hostCall('refused', '2', first), { code: 'CORE_X' })
    await t.rejects(hostCall('broken', '3', first))
    void hostCall('open', '4', first)
    t.same(watched.take(outcome(4)).hostCalls, [
      { name: 'asked', requestJson: '1', answerJson: '"yes"' },
      { name: 'refused', requestJson: '2', error: { code: 'CORE_X', message: 'no' } },
      { name: 'broken', requestJson: '3', error: { code: 'SBX_HOST_CALL_FAILED', message: '' } },
      { name: 'open', requestJson: '4' },
    ])
  },
)

t.test('of a call that ran again after its lane was lost only the last try counts', async (t) => {
  const watched = watch(async () => '1')
  await watched.guest.hostCall('lost', '0', first)
  await watched.guest.hostCall('asked', '1', second)
  t.match(watched.take(outcome(1)), { hostCalls: [{ name: 'asked' }] })
  t.same(watched.take(outcome(0)).hostCalls, [])
})

t.test('a call with too much text is held no longer, and is not kept', async (t) => {
  const watched = watch(async () => 'x'.repeat(200_000))
  for (const number of [1, 2, 3]) await watched.guest.hostCall('large', `${number}`, first)
  t.match(watched.take(outcome(3)), { hostCalls: [], logs: [], length: undefined })
  const input = watch(async () => '', 'x'.repeat(600_000))
  t.equal(input.take(outcome(0)).length, undefined)
})
