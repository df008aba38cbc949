import { randomBytes } from 'node:crypto'
import t from 'tap'
import { accessOf, type Release } from '../../src/invocations/invocation-access.ts'
import { Keeping } from '../../src/invocations/keeping.ts'
import { UsageMeter } from '../../src/invocations/usage-meter.ts'
import type { EndedCall } from '../../src/invocations/watched-call.ts'
import { newDataKey, open, seal } from '../../src/sealing/sealing.ts'

const isolate = { plugin: '@test/one', version: '1.0.0', tenant: 'acme' }

const ended = (kind: string, blame?: string, code: string | null = 'SBX_PLUGIN_THREW') =>
  ({
    guest: { isolate },
    outcome: blame === undefined ? { kind: 'ok' } : { kind: 'failed', blame, error: { code } },
    verdict: { kind, code, message: null, faults: [] },
  }) as unknown as EndedCall

t.test('what speaks against its version is kept, and nothing else by itself', async (t) => {
  const keeping = new Keeping(() => 0)
  const cases = [
    ['failed', 'plugin', 'SBX_PLUGIN_THREW', 'failed'],
    ['failed', undefined, 'CORE_ANSWER_BREAKS_CONTRACT', 'failed'],
    ['failed', 'host', 'SBX_DEADLINE_EXCEEDED', 'failed'],
    ['failed', 'host', 'SBX_INTERRUPTED', undefined],
    ['refused', undefined, 'FULL', undefined],
    ['answered', undefined, null, undefined],
  ] as const
  for (const [kind, blame, code, reason] of cases) {
    t.equal(keeping.reasonToKeep(ended(kind, blame, code), 0, 0), reason, `${kind} ${code}`)
  }
})

t.test(
  'ten failures of a kind are kept a minute, and as many good calls as were asked for',
  async (t) => {
    const failing = new Keeping(() => 0)
    const kept = (now: number) =>
      Array.from({ length: 50 }, () => failing.reasonToKeep(ended('failed', 'plugin'), now, 0))
    t.equal(kept(0).filter(Boolean).length, 10)
    t.equal(kept(59_999).filter(Boolean).length, 0)
    t.equal(kept(60_000).filter(Boolean).length, 10)
    t.equal(failing.reasonToKeep(ended('failed', 'plugin', 'SBX_LANE_LOST'), 60_000, 0), 'failed')

    const sampling = new Keeping((_tenant, _plugin, version) => (version === '1.0.0' ? 1000 : 0))
    t.equal(sampling.reasonToKeep(ended('answered'), 0, 0.0999), 'sampled')
    t.equal(sampling.reasonToKeep(ended('answered'), 0, 0.1), undefined)
    const many = Array.from({ length: 200 }, () => sampling.reasonToKeep(ended('answered'), 1, 0))
    t.equal(many.filter(Boolean).length, 59, 'with the first, sixty')
  },
)

t.test('what is sealed opens with its key, in its place, whole, or not at all', async (t) => {
  const key = newDataKey()
  const plain = randomBytes(1000)
  const sealed = seal(key, plain, ['acme', 'inv_1', 'key_1'])
  t.ok(open(key, sealed, ['acme', 'inv_1', 'key_1']).equals(plain))
  t.throws(() => open(newDataKey(), sealed, ['acme', 'inv_1', 'key_1']))
  for (const place of [
    ['globex', 'inv_1', 'key_1'],
    ['acme', 'inv_2', 'key_1'],
    ['acme', 'inv_1'],
  ]) {
    t.throws(() => open(key, sealed, place))
  }
  for (const at of [0, 12, 28, sealed.length - 1]) {
    const other = Buffer.from(sealed)
    other[at] = (other[at] ?? 0) ^ 1
    t.throws(() => open(key, other, ['acme', 'inv_1', 'key_1']), `bit of byte ${at}`)
  }
  t.notOk(seal(key, plain, []).equals(seal(key, plain, [])), 'a nonce is never used twice')
})

t.test('who opens a recording is up to its tenant', async (t) => {
  const release = (grantee: string, changes: Partial<Release> = {}): Release => ({
    id: 'rel_1',
    invocation: 'inv_1',
    grantee,
    reason: null,
    releasedBy: 'admin:acme/tok_1',
    releasedAt: '2026-01-01T00:00:00Z',
    expiresAt: '2026-01-02T00:00:00Z',
    withdrawnAt: null,
    ...changes,
  })
  const now = Date.parse('2026-01-01T12:00:00Z')
  const operator = { kind: 'operator' } as const
  const author = { kind: 'publisher', name: 'initrode' } as const
  const admin = (tenant: string) => ({ kind: 'admin', tenant, token: 'tok_1' }) as const
  const app = { kind: 'app', tenant: 'acme', app: 'planner', subscription: 'sub_1' } as const
  const none: Release[] = []
  const late = { expiresAt: '2026-01-01T12:00:00Z' }
  const withdrawn = { withdrawnAt: '2026-01-01T01:00:00Z' }
  const cases = [
    [admin('acme'), none, 'whole'],
    [admin('globex'), [release('operator')], 'hidden'],
    [operator, none, 'head'],
    [operator, [release('operator')], 'whole'],
    [operator, [release('operator', late)], 'head'],
    [operator, [release('operator', withdrawn)], 'head'],
    [operator, [release('publisher:initrode')], 'head'],
    [author, none, 'head'],
    [author, [release('publisher:initrode')], 'whole'],
    [{ kind: 'publisher', name: 'hooli' }, none, 'hidden'],
    [{ kind: 'publisher', name: 'hooli' }, [release('publisher:hooli')], 'whole'],
    [{ kind: 'publisher', name: 'hooli' }, [release('publisher:hooli', late)], 'hidden'],
    [app, none, 'hidden'],
    [{ kind: 'anonymous' }, [release('operator')], 'hidden'],
  ] as const
  for (const [principal, releases, access] of cases) {
    const kept = { tenant: 'acme', author: 'initrode', releases }
    t.equal(accessOf(principal, kept, now), access, JSON.stringify([principal, releases]))
  }
})

t.test(
  'what guests take adds up by version and tenant, in a bounded number of series',
  async (t) => {
    const meter = new UsageMeter(2)
    const used = { cpuMs: 2, peakHeapMb: 10, bytesOut: 100, hostCalls: 1 }
    meter.add(isolate, used, 0)
    meter.add(isolate, { ...used, peakHeapMb: 7 }, 1)
    meter.add({ ...isolate, tenant: 'globex' }, used, 2)
    meter.add({ ...isolate, version: '2.0.0' }, used, 3)
    meter.add({ ...isolate, version: '3.0.0' }, used, 4)
    t.match(meter.of('acme', '@test/one'), [
      { version: '1.0.0', calls: 2, cpuMs: 4, peakHeapMb: 10, bytesOut: 200, hostCalls: 2 },
    ])
    t.match(meter.all().at(-1), { plugin: 'other', version: 'other', tenant: 'other', calls: 2 })
    t.equal(meter.all().length, 3)
    // An hour later what rests makes room.
    meter.add({ ...isolate, version: '2.0.0' }, used, 4_000_000)
    t.match(meter.of('acme', '@test/one'), [{ version: '2.0.0', calls: 1 }])
  },
)
