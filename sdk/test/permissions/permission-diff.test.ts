import t from 'tap'
import type { Manifest } from '../../src/manifest/manifest.ts'
import { covers } from '../../src/permissions/covers.ts'
import { grantDiff, permissionDiff } from '../../src/permissions/permission-diff.ts'
import { fc } from '../seeded-check.ts'

const why = { en: 'because', 'zh-CN': '因为' }
const fetching = (more: object) => ({ why, origins: ['https://api.example.com'], ...more })

function manifest(capabilities: object, runtime: object = {}): Manifest {
  return {
    manifest: 1,
    host: '^1.0.0',
    displayName: why,
    category: 'quality',
    runtime: { tier: 'sandbox', entry: 'dist/plugin.js', ...runtime },
    capabilities,
  } as unknown as Manifest
}

function changesOf(before: object, after: object) {
  const { changes } = permissionDiff(manifest(before), manifest(after))
  return changes.map(({ name, change }) => `${name} ${change}`)
}

t.test('the same wish is the same, in whatever order it is written', async (t) => {
  const one = { 'http:fetch': [{ why, methods: ['GET'], origins: ['https://a.example'] }] }
  const other = { 'http:fetch': [{ origins: ['https://a.example'], why, methods: ['GET'] }] }
  t.same(changesOf(one, other), ['http:fetch same'])
})

t.test(
  'a new capability, another origin, a new method, more room and a shorter prefix are wider',
  async (t) => {
    const before = { 'http:fetch': [fetching({ pathPrefix: '/v1/', maxKb: 10 })] }
    for (const more of [
      { pathPrefix: '/' },
      { pathPrefix: '/v1/', maxKb: 11 },
      { pathPrefix: '/v1/' },
      { pathPrefix: '/v1/', maxKb: 10, methods: ['GET', 'POST'] },
      { pathPrefix: '/v1/', maxKb: 10, origins: ['https://other.example.com'] },
    ]) {
      t.same(changesOf(before, { 'http:fetch': [fetching(more)] }), ['http:fetch wider'])
    }
    t.same(changesOf({}, { 'blob:own': [{ why, quotaMb: 1 }] }), ['blob:own wider'])
    t.same(changesOf({ 'db:own': [{ why, quotaMb: 5 }] }, { 'db:own': [{ why, quotaMb: 6 }] }), [
      'db:own wider',
    ])
  },
)

t.test('what is asked for no more, or less of, is narrower', async (t) => {
  const before = { 'http:fetch': [fetching({ origins: ['https://*.example.com'] })] }
  t.same(changesOf(before, { 'http:fetch': [fetching({})] }), ['http:fetch narrower'])
  t.same(changesOf(before, {}), ['http:fetch narrower'])
})

t.test('a host that only looks like one below is not', async (t) => {
  const before = { 'http:fetch': [fetching({ origins: ['https://*.example.com'] })] }
  for (const origin of [
    'https://example.com',
    'https://evilexample.com',
    'http://api.example.com',
    'https://api.example.com.evil.test',
  ]) {
    t.same(changesOf(before, { 'http:fetch': [fetching({ origins: [origin] })] }), [
      'http:fetch wider',
    ])
  }
})

t.test(
  'what was optional and is required now is wider; a secret told to the plugin too',
  async (t) => {
    const optional = { 'blob:own': [{ why, quotaMb: 1, optional: true }] }
    t.same(changesOf(optional, { 'blob:own': [{ why, quotaMb: 1 }] }), ['blob:own wider'])
    const secret = { 'secret:use': [{ why, name: 'k' }] }
    t.same(changesOf(secret, { 'secret:use': [{ why, name: 'k', reveal: true }] }), [
      'secret:use wider',
    ])
  },
)

t.test('tier and limits are compared as well, defaults included', async (t) => {
  const trusted = permissionDiff(manifest({}), manifest({}, { tier: 'trusted' }))
  t.match(trusted, { isWider: true, changes: [{ name: 'tier', change: 'wider' }] })
  const less = permissionDiff(manifest({}), manifest({}, { limits: { heapMb: 32, turnMs: 300 } }))
  t.same(
    less.changes.map(({ name, change, before, after }) => [name, change, before, after]),
    [
      ['heapMb', 'narrower', 64, 32],
      ['turnMs', 'wider', 200, 300],
    ],
  )
})

t.test("against a tenant's grants only what was granted counts", async (t) => {
  const wish = manifest({ 'db:own': [{ why, quotaMb: 5 }] }, { tier: 'trusted' })
  t.equal(grantDiff([{ capability: 'db:own', parameters: { quotaMb: 5 } }], wish).isWider, false)
  t.equal(grantDiff([], wish).isWider, true)
})

t.test('whatever covers a wish covers all that is less', async (t) => {
  const methods = fc.subarray(['GET', 'POST', 'PUT'], { minLength: 1 })
  const wish = fc.record({ methods, maxKb: fc.integer({ min: 1, max: 9 }) })
  fc.assert(
    fc.property(wish, wish, wish, (a, b, c) => {
      const isThrough = covers('http:fetch', a, b) && covers('http:fetch', b, c)
      return !isThrough || covers('http:fetch', a, c)
    }),
  )
  fc.assert(fc.property(wish, (one) => covers('http:fetch', one, one)))
  t.pass('no counter-example')
})
