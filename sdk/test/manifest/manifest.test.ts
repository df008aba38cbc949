import t from 'tap'
import {
  capabilityRequests,
  defaultLimits,
  isCapabilityName,
  type Manifest,
  runtimeLimits,
  validateManifest,
} from '../../src/manifest/manifest.ts'
import { fc } from '../seeded-check.ts'

const why = { en: 'Because', 'zh-CN': '因为' }

const good = {
  manifest: 1,
  host: '^1.0.0',
  displayName: { en: 'Demo', 'zh-CN': '示例' },
  runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
} as const satisfies Manifest

function checked(changes: Record<string, unknown>): Manifest {
  const result = validateManifest({ ...good, ...changes })
  if (!result.ok) throw new Error(JSON.stringify(result.faults))
  return result.manifest
}

t.test('accepts the smallest manifest, and one that says everything', async (t) => {
  t.ok(validateManifest(good).ok)
  checked({
    $schema: 'https://example.com/manifest.schema.json',
    category: 'forecast',
    runtime: {
      ...good.runtime,
      limits: { heapMb: 64, turnMs: 200, deadlineMs: 2000, payloadKb: 1024 },
    },
    requires: { '@acme/orders': '^1.0.0' },
    capabilities: {
      'db:own': [{ quotaMb: 200, why }],
      'service:call': [{ service: 'orders.demand@^1', operations: ['list'], optional: true, why }],
      'http:fetch': [{ origins: ['https://api.example.com'], methods: ['GET'], why }],
    },
    config: 'schemas/config.json',
    secrets: [{ name: 'weather-key', label: { en: 'Key' } }],
    migrations: 'migrations',
    provides: {
      services: [{ id: 'demo.echo', contract: 'contracts/demo.echo.json' }],
      udfs: [{ id: 'safety_stock', args: 'schemas/args.json', deterministic: true }],
      events: [{ type: 'demo.said', schema: 'schemas/said.json' }],
      jobs: [{ id: 'refit', cron: '0 2 * * *', tz: 'Asia/Shanghai' }],
      permissions: [{ id: 'demo.override', label: { en: 'Override' } }],
      extensionPoints: [{ id: 'demo/method/v1', schema: 'schemas/method.json' }],
      contributes: [{ point: 'console/page/v1', value: { title: 'Demo' } }],
    },
    rollout: { steps: 'default', cohortBy: 'app' },
    selfTest: true,
  })
})

const wrong: readonly [title: string, changes: Record<string, unknown>, pointer: string][] = [
  ['another format', { manifest: 2 }, '/manifest'],
  ['no host range', { host: undefined }, '/host'],
  ['a host range that is none', { host: 'newest' }, '/host'],
  ['a name without English', { displayName: { 'zh-CN': '示例' } }, '/displayName/en'],
  ['a name in an unknown language', { displayName: { en: 'D', fr: 'D' } }, '/displayName/fr'],
  ['an empty name', { displayName: { en: '' } }, '/displayName/en'],
  ['an unknown property', { permissions: [] }, '/permissions'],
  ['an unknown tier', { runtime: { tier: 'root', entry: 'dist/a.js' } }, '/runtime/tier'],
  ['code without a bundle', { runtime: { tier: 'sandbox' } }, '/runtime/entry'],
  [
    'a bundle without code',
    { runtime: { tier: 'declarative', entry: 'dist/a.js' } },
    '/runtime/entry',
  ],
  ['an absolute entry', { runtime: { tier: 'sandbox', entry: '/etc/passwd' } }, '/runtime/entry'],
  [
    'an entry outside',
    { runtime: { tier: 'sandbox', entry: 'dist/../../a.js' } },
    '/runtime/entry',
  ],
  [
    'an entry with a backslash',
    { runtime: { tier: 'sandbox', entry: 'dist\\a.js' } },
    '/runtime/entry',
  ],
  [
    'more memory than a lane has',
    { runtime: { ...good.runtime, limits: { heapMb: 100_000 } } },
    '/runtime/limits/heapMb',
  ],
  [
    'a turn longer than the call',
    { runtime: { ...good.runtime, limits: { turnMs: 500, deadlineMs: 100 } } },
    '/runtime/limits/turnMs',
  ],
  ['an unknown capability', { capabilities: { 'disk:all': [{ why }] } }, '/capabilities/disk:all'],
  ['a capability without why', { capabilities: { intl: [{}] } }, '/capabilities/intl/0/why'],
  ['a capability without entries', { capabilities: { intl: [] } }, '/capabilities/intl'],
  [
    'a capability without its parameter',
    { capabilities: { 'db:own': [{ why }] } },
    '/capabilities/db:own/0/quotaMb',
  ],
  [
    'an unknown parameter',
    { capabilities: { 'db:own': [{ quotaMb: 1, superuser: true, why }] } },
    '/capabilities/db:own/0/superuser',
  ],
  [
    'a service without a major',
    { capabilities: { 'service:call': [{ service: 'orders.demand', why }] } },
    '/capabilities/service:call/0/service',
  ],
  [
    'an origin of another scheme',
    { capabilities: { 'http:fetch': [{ origins: ['ftp://example.com'], why }] } },
    '/capabilities/http:fetch/0/origins/0',
  ],
  [
    'a required range that is none',
    { requires: { '@acme/orders': 'one' } },
    '/requires/@acme~1orders',
  ],
  ['a required name that is none', { requires: { 'A B': '1' } }, '/requires/A B'],
  ['migrations without tables', { migrations: 'migrations' }, '/migrations'],
  [
    'a service named twice',
    {
      provides: {
        services: [
          { id: 'demo.echo', contract: 'a.json' },
          { id: 'demo.echo', contract: 'b.json' },
        ],
      },
    },
    '/provides/services/1/id',
  ],
  [
    'a cron of six fields',
    { provides: { jobs: [{ id: 'refit', cron: '0 0 2 * * *' }] } },
    '/provides/jobs/0/cron',
  ],
  [
    'a day that never comes',
    { provides: { jobs: [{ id: 'refit', cron: '0 2 30 2 *' }] } },
    '/provides/jobs/0/cron',
  ],
  [
    'a time zone that is none',
    { provides: { jobs: [{ id: 'refit', cron: '0 2 * * *', tz: 'Mars/Base' }] } },
    '/provides/jobs/0/tz',
  ],
  [
    'a time zone without a cron',
    { provides: { jobs: [{ id: 'refit', tz: 'UTC' }] } },
    '/provides/jobs/0/tz',
  ],
  [
    'a service id in capitals',
    { provides: { services: [{ id: 'Demo', contract: 'a.json' }] } },
    '/provides/services/0/id',
  ],
]

for (const [title, changes, pointer] of wrong) {
  t.test(`refuses ${title}`, async (t) => {
    const value = JSON.parse(JSON.stringify({ ...good, ...changes })) as unknown
    const result = validateManifest(value)
    t.equal(result.ok, false)
    if (result.ok) return
    t.same(
      result.faults.map((fault) => fault.pointer),
      [pointer],
    )
    t.ok(result.faults.every(({ detail }) => detail.length > 0))
  })
}

t.test('tells all faults at once', async (t) => {
  const result = validateManifest({ manifest: 2, host: 1, runtime: {} })
  t.equal(result.ok, false)
  if (result.ok) return
  const pointers = result.faults.map(({ pointer }) => pointer)
  t.same(pointers.sort(), ['/displayName', '/host', '/manifest', '/runtime/tier'])
})

t.test('never throws, whatever JSON it is given', async () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      validateManifest(value)
    }),
  )
})

t.test('never throws, whatever stands in place of one part of a good manifest', async () => {
  const parts = [...Object.keys(good), 'requires', 'capabilities', 'provides', 'secrets', 'rollout']
  const strange = fc.oneof(fc.jsonValue(), fc.constantFrom('__proto__', 'constructor', '/~', '^'))
  fc.assert(
    fc.property(fc.constantFrom(...parts), strange, fc.string(), (part, value, name) => {
      validateManifest({ ...good, [part]: value })
      validateManifest({ ...good, [part]: { [name]: value } })
      validateManifest({ ...good, requires: { [name]: name }, host: name })
    }),
  )
})

t.test('capabilities are listed without the words meant for people', async (t) => {
  const manifest = checked({
    capabilities: {
      'service:call': [
        { service: 'orders.demand@^1', why },
        { service: 'orders.stock@1', optional: true, why },
      ],
      intl: [{ why }],
    },
  })
  t.same(capabilityRequests(manifest), [
    { name: 'service:call', parameters: { service: 'orders.demand@^1' }, optional: false, why },
    { name: 'service:call', parameters: { service: 'orders.stock@1' }, optional: true, why },
    { name: 'intl', parameters: {}, optional: false, why },
  ])
  t.same(capabilityRequests(good), [])
})

t.test('limits that are not named are the default ones', async (t) => {
  t.same(runtimeLimits(good), defaultLimits)
  const manifest = checked({ runtime: { ...good.runtime, limits: { heapMb: 128 } } })
  t.same(runtimeLimits(manifest), { ...defaultLimits, heapMb: 128 })
})

t.test('only what the format lists is a capability', async (t) => {
  t.ok(isCapabilityName('db:own'))
  t.notOk(isCapabilityName('disk:all'))
  t.notOk(isCapabilityName('constructor'))
})
