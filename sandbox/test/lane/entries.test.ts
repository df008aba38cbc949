import '../plain-spawn.ts'
import t from 'tap'
import type { GuestEntry } from '../../src/index.ts'
import { bundle, codeOf, guestCall, outputOf } from '../guest-fixture.ts'
import { startedSandbox } from './started-sandbox.ts'

const source = bundle(
  "run: () => 'of the service'",
  `on: { 'a.happened': (event) => ['on', event] },
   jobs: { nightly: (job) => ['jobs', job] },
   webhooks: { carrier: (hook) => ['webhooks', hook] },
   contributions: { 'a/point/v1': { run: (input, ctx) => ['contributions', input, ctx.principal.id] } }`,
)
const { sandbox } = await startedSandbox(t, source, { lanes: 1 })
const enter = (entry: GuestEntry) =>
  sandbox.call({ ...guestCall(source, { input: 7, deadlineMs: 10_000 }), entry })

const entries: readonly (readonly [GuestEntry, unknown])[] = [
  [{ kind: 'event', name: 'a.happened' }, ['on', 7]],
  [{ kind: 'job', name: 'nightly' }, ['jobs', 7]],
  [{ kind: 'webhook', name: 'carrier' }, ['webhooks', 7]],
  [{ kind: 'contribution', point: 'a/point/v1', name: 'run' }, ['contributions', 7, 'app-1']],
  [{ kind: 'service', service: 'test.service', operation: 'run' }, 'of the service'],
]

t.test(
  'what comes unasked finds its handler, in any order, the first time and later',
  async (t) => {
    for (const [entry, expected] of [...entries, ...entries.toReversed()]) {
      t.strictSame(outputOf(await enter(entry)), expected, JSON.stringify(entry))
    }
  },
)

t.test('nothing but an own handler in its own place is found', async (t) => {
  const absent: readonly GuestEntry[] = [
    { kind: 'event', name: 'nightly' },
    { kind: 'event', name: 'constructor' },
    { kind: 'job', name: '__proto__' },
    { kind: 'job', name: 'toString' },
    { kind: 'webhook', name: 'carrier\0call' },
    { kind: 'contribution', point: 'a/point/v1', name: 'constructor' },
    { kind: 'contribution', point: 'constructor', name: 'name' },
    { kind: 'contribution', point: 'a/point/v2', name: 'run' },
  ]
  for (const entry of absent) {
    t.equal(codeOf(await enter(entry)), 'SBX_HANDLER_MISSING', JSON.stringify(entry))
  }
})
