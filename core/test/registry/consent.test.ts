import type { Manifest } from '@signalbox/sdk/manifest'
import t from 'tap'
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
  t.same(missingConsent(old, hashes(old)), [])
  t.equal(missingConsent(wider, hashes(old)).length, 1)
})

t.test('an optional wish may stay open', async (t) => {
  const optional = manifest({ 'db:own': [{ quotaMb: 10, why, optional: true }] })
  t.same(missingConsent(optional, new Set()), [])
})
