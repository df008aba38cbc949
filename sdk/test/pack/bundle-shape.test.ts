import { join } from 'node:path'
import t from 'tap'
import type { Manifest } from '../../src/manifest/manifest.ts'
import { loadBundle, loadTrustedBundle, shapeFaults } from '../../src/pack/bundle-shape.ts'
import type { LoadResult } from '../../src/pack/load-bundle-process.ts'

const why = { en: 'Because' }
const manifest: Manifest = {
  manifest: 1,
  host: '^1.0.0',
  displayName: { en: 'Echo' },
  runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
  provides: {
    jobs: [{ id: 'nightly', cron: '0 3 * * *' }],
    extensionPoints: [{ id: 'demo.echo/loud/v1', schema: 'point.json', changeEvent: true }],
  },
  capabilities: {
    'job:schedule': [{ per: 'tenant', why }],
    'http:receive': [{ path: 'gate', signature: 'none', why }],
    'event:subscribe': [{ type: 'orders.created', why }],
  },
}
const promised = { folder: '/', name: 'echo', version: '1.0.0', manifest, contracts: new Map() }

const whole = `{
  jobs: { nightly() {} },
  webhooks: { gate() {} },
  on: { 'orders.created'() {}, 'signalbox.contributions.changed'() {} },
}`

function pointersOf(loaded: LoadResult): readonly string[] {
  if (!loaded.ok) throw new Error(loaded.reason)
  return shapeFaults(promised, loaded.shape).map(({ pointer }) => pointer)
}

t.test('whatever the manifest lets come has a handler, in either tier', async (t) => {
  const folder = t.testdir({
    'whole.js': `var __signalbox_plugin = { default: ${whole} }`,
    'bare.js': 'var __signalbox_plugin = { default: { jobs: { nightly: 1 } } }',
    'whole.mjs': `export default ${whole}`,
    'bare.mjs': 'export default { jobs: { nightly: 1 } }',
  })
  const missing = [
    '/jobs/nightly',
    '/webhooks/gate',
    '/on/orders.created',
    '/on/signalbox.contributions.changed',
  ]
  t.same(pointersOf(await loadBundle(join(folder, 'bare.js'))), missing)
  t.same(pointersOf(await loadBundle(join(folder, 'whole.js'))), [])
  t.same(pointersOf(await loadTrustedBundle(join(folder, 'bare.mjs'), folder)), missing)
  t.same(pointersOf(await loadTrustedBundle(join(folder, 'whole.mjs'), folder)), [])
})
