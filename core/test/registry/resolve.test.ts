import type { Manifest } from '@signalbox/sdk/manifest'
import t from 'tap'
import { type Candidate, type Installed, refusalOf } from '../../src/registry/resolve.ts'

const why = { en: 'because' }

function candidate(plugin: string, version: string, more: Partial<Manifest> = {}): Candidate {
  const manifest: Manifest = {
    manifest: 1,
    host: '^1.0.0',
    displayName: { en: plugin },
    runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
    ...more,
  }
  return { plugin, version, manifest }
}

function installed(stable: Candidate, versions: readonly string[] = [stable.version]): Installed {
  return { plugin: stable.plugin, versions, stable }
}

const code = (wish: Candidate, there: readonly Installed[] = [], host = '1.0.0') =>
  refusalOf(wish, host, there)?.code

t.test('a version that fits everything is not refused', async (t) => {
  t.equal(code(candidate('a', '1.0.0')), undefined)
})

t.test('a version made for other hosts is refused', async (t) => {
  t.equal(code(candidate('a', '1.0.0', { host: '^2.0.0' })), 'CORE_HOST_RANGE_UNSATISFIED')
})

t.test('a tier that this host does not run is refused', async (t) => {
  const runtime = { tier: 'trusted', entry: 'dist/plugin.js' } as const
  t.equal(code(candidate('a', '1.0.0', { runtime })), 'CORE_TIER_NOT_ALLOWED')
})

t.test('a capability beyond the host is refused, unless the plugin copes without', async (t) => {
  const needed = { 'workflow:start': [{ template: 'a.b', why }] }
  const wished = { 'workflow:start': [{ template: 'a.b', why, optional: true }] }
  t.equal(code(candidate('a', '1.0.0', { capabilities: needed })), 'CORE_CAPABILITY_UNSUPPORTED')
  t.equal(code(candidate('a', '1.0.0', { capabilities: wished })), undefined)
})

t.test('jobs without a tenant are refused, unless the plugin copes without', async (t) => {
  const per = 'host' as const
  const needed = { 'job:schedule': [{ per, why }] }
  const wished = { 'job:schedule': [{ per, why, optional: true }] }
  t.equal(code(candidate('a', '1.0.0', { capabilities: needed })), 'CORE_JOB_PER_HOST_UNSUPPORTED')
  t.equal(code(candidate('a', '1.0.0', { capabilities: wished })), undefined)
})

t.test('what a version requires must be there, in range', async (t) => {
  const wish = candidate('a', '1.0.0', { requires: { b: '^1.2.0' } })
  t.equal(code(wish), 'CORE_DEPENDENCY_MISSING')
  t.equal(code(wish, [installed(candidate('b', '1.1.0'))]), 'CORE_DEPENDENCY_MISSING')
  t.equal(code(wish, [installed(candidate('b', '1.3.0'))]), undefined)
  t.equal(code(wish, [installed(candidate('b', '2.0.0'), ['1.2.5', '2.0.0'])]), undefined)
})

t.test('a version that would leave a dependent with nothing in range is refused', async (t) => {
  const dependent = installed(candidate('a', '1.0.0', { requires: { b: '^1.0.0' } }))
  t.equal(code(candidate('b', '2.0.0'), [dependent]), 'CORE_DEPENDENT_BROKEN')
  t.equal(code(candidate('b', '2.0.0'), [dependent, installed(candidate('b', '1.0.0'))]), undefined)
})
