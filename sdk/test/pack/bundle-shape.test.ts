import { join } from 'node:path'
import t from 'tap'
import type { Manifest } from '../../src/manifest/manifest.ts'
import {
  loadBundle,
  loadTrustedBundle,
  shapeFaults,
  WarmLoad,
} from '../../src/pack/bundle-shape.ts'
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

const bundleOf = (plugin: string) => Buffer.from(`var __signalbox_plugin = { default: ${plugin} }`)

t.test(
  'a process that waits for a bundle loads it as a fresh one does, and serves once',
  async (t) => {
    const bundles = new WarmLoad()
    t.teardown(() => bundles.stop())
    bundles.prepare({})
    bundles.prepare({})
    for (const code of [bundleOf(whole), bundleOf(whole)]) {
      t.same(pointersOf(await bundles.load(code, {})), [])
    }
    bundles.prepare({ intl: [{ why }] })
    const asking = Buffer.from(
      'var __signalbox_plugin = { default: { jobs: { nightly() {} } } }; Intl',
    )
    t.match(
      await bundles.load(asking, {}),
      { ok: false, reason: /Intl/ },
      'it has what was asked for',
    )
    bundles.stop()
    t.match(await bundles.load(asking, { intl: [{ why }] }), { ok: true })
  },
)

t.test('whatever the manifest lets come has a handler, in either tier', async (t) => {
  const folder = t.testdir({
    'whole.mjs': `export default ${whole}`,
    'bare.mjs': 'export default { jobs: { nightly: 1 } }',
  })
  const missing = [
    '/jobs/nightly',
    '/webhooks/gate',
    '/on/orders.created',
    '/on/signalbox.contributions.changed',
  ]
  t.same(pointersOf(await loadBundle(bundleOf('{ jobs: { nightly: 1 } }'), {})), missing)
  t.same(pointersOf(await loadBundle(bundleOf(whole), {})), [])
  t.same(pointersOf(await loadTrustedBundle(join(folder, 'bare.mjs'), folder)), missing)
  t.same(pointersOf(await loadTrustedBundle(join(folder, 'whole.mjs'), folder)), [])
})
