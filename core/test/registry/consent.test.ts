import type { Manifest } from '@signalbox/sdk/manifest'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import {
  capabilityHash,
  missingConsent,
  requestedCapabilities,
} from '../../src/registry/consent.ts'

const why = { en: 'because' }

const manifest = (capabilities: NonNullable<Manifest['capabilities']>): Manifest => ({
  manifest: 1,
  host: '^1.0.0',
  displayName: { en: 'x' },
  runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
  capabilities,
})

const hashes = (of: Manifest) => new Set(requestedCapabilities(of).map(({ hash }) => hash))
/** All that it asks for, as an admin grants it. */
const grantsOf = (of: Manifest) =>
  requestedCapabilities(of).map(({ name, parameters, hash }) => ({
    capability: name,
    parameters,
    hash,
  }))

t.test(
  'the same wish has the same hash, whatever the order of its keys and its words',
  async (t) => {
    const a = capabilityHash('http:fetch', { origins: ['https://a'], methods: ['GET'] })
    const b = capabilityHash('http:fetch', { methods: ['GET'], origins: ['https://a'] })
    t.equal(a, b)
    const one = manifest({ 'db:own': [{ quotaMb: 10, why }] })
    const two = manifest({ 'db:own': [{ why: { en: 'other words' }, quotaMb: 10 }] })
    t.same(hashes(one), hashes(two))
  },
)

t.test('a wider wish is not covered by the old grant', async (t) => {
  const old = manifest({ 'db:own': [{ quotaMb: 10, why }] })
  const wider = manifest({ 'db:own': [{ quotaMb: 20, why }] })
  t.same(missingConsent(old, grantsOf(old)), [])
  t.equal(missingConsent(wider, grantsOf(old)).length, 1)
})

t.test('an optional wish may stay open', async (t) => {
  const optional = manifest({ 'db:own': [{ quotaMb: 10, why, optional: true }] })
  t.same(missingConsent(optional, []), [])
})

t.test('a grant that was narrowed answers the wish that it was given for', async (t) => {
  const of = manifest({ 'db:own': [{ quotaMb: 10, why }] })
  const narrowed = grantsOf(of).map((grant) => ({ ...grant, parameters: { quotaMb: 1 } }))
  t.same(missingConsent(of, narrowed), [])
  const other = manifest({ 'db:own': [{ quotaMb: 5, why }] })
  t.equal(missingConsent(other, narrowed).length, 1)
})

const hosts = ['https://a.example.com', 'https://b.example.com', 'https://c.example.org']
const methods = ['GET', 'POST', 'PUT', 'DELETE']
const some = (of: readonly string[]) => fc.subarray([...of], { minLength: 1 })

/** A wish, and one that is no more than it. */
const pairs = fc.record({
  origins: some(hosts),
  methods: some(methods),
  maxKb: fc.integer({ min: 2, max: 50 }),
  quotaMb: fc.integer({ min: 2, max: 50 }),
  operations: some(['list', 'get', 'count']),
  less: fc.integer({ min: 0, max: 10_000 }),
})

type Wish = typeof pairs extends fc.Arbitrary<infer Value> ? Value : never

function wishOf({ origins, methods: verbs, maxKb, quotaMb, operations }: Omit<Wish, 'less'>) {
  return manifest({
    'http:fetch': [{ why, origins, methods: verbs, pathPrefix: '/v1/', maxKb }],
    'db:own': [{ why, quotaMb }],
    'service:call': [{ why, service: 'orders.visibility@1', operations }],
  } as NonNullable<Manifest['capabilities']>)
}

/** Some of each list, and not more of each number: which of them is drawn from one number. */
function lessOf({ less, ...wish }: Wish): Omit<Wish, 'less'> {
  const part = (of: readonly string[], bits: number) => {
    const left = of.filter((_, index) => ((bits >> index) & 1) === 1)
    return left.length === 0 ? of.slice(0, 1) : left
  }
  return {
    origins: part(wish.origins, less),
    methods: part(wish.methods, less >> 3),
    operations: part(wish.operations, less >> 7),
    maxKb: Math.max(1, wish.maxKb - (less % 7)),
    quotaMb: Math.max(1, wish.quotaMb - (less % 5)),
  }
}

t.test('who asks for no more than was granted asks nobody', async (t) => {
  fc.assert(
    fc.property(pairs, (wish) => {
      const { less: _, ...all } = wish
      return missingConsent(wishOf(lessOf(wish)), grantsOf(wishOf(all))).length === 0
    }),
  )
  t.pass('no counter-example')
})

t.test('who asks for one thing more asks for it, and for nothing else', async (t) => {
  const more: readonly (readonly [string, (wish: Omit<Wish, 'less'>) => Omit<Wish, 'less'>])[] = [
    ['http:fetch', (wish) => ({ ...wish, origins: [...wish.origins, 'https://evil.test'] })],
    ['http:fetch', (wish) => ({ ...wish, methods: [...wish.methods, 'PATCH'] })],
    ['http:fetch', (wish) => ({ ...wish, maxKb: wish.maxKb + 1 })],
    ['db:own', (wish) => ({ ...wish, quotaMb: wish.quotaMb + 1 })],
    ['service:call', (wish) => ({ ...wish, operations: [...wish.operations, 'erase'] })],
  ]
  fc.assert(
    fc.property(pairs, fc.constantFrom(...more), ({ less: _, ...wish }, [name, widened]) => {
      const missing = missingConsent(wishOf(widened(wish)), grantsOf(wishOf(wish)))
      return missing.length === 1 && missing[0]?.name === name
    }),
  )
  t.pass('no counter-example')
})
