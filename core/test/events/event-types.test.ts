import type { Manifest } from '@signalbox/sdk/manifest'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import {
  matchesType,
  outsideVerdict,
  subscribeGrant,
  TYPE_PATTERN,
  wantsType,
} from '../../src/events/event-types.ts'
import {
  emptySnapshot,
  type InstalledVersion,
  type Snapshot,
  tenantKey,
  versionKey,
} from '../../src/rollout/routing/snapshot.ts'

const manifestOf = (events: { type: string; external?: boolean }[]): Manifest => ({
  manifest: 1,
  host: '^1.0.0',
  displayName: { en: 'x' },
  runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
  provides: { events: events.map((event) => ({ schema: 'schemas/x.json', ...event })) },
})

const versionOf = (plugin: string, version: string, manifest: Manifest): InstalledVersion => ({
  plugin,
  version,
  manifest,
  limits: { heapMb: 64, turnMs: 200, deadlineMs: 2000, payloadKb: 64 },
  bundleSha256: '',
  operations: new Map(),
})

/** Stable is the last of each plugin's versions; all are enabled for acme. */
function snapshotOf(versions: readonly InstalledVersion[]): Snapshot {
  const plugins = versions.map(({ plugin }) => plugin)
  const enabled = { binding: 'enabled', pinnedVersion: null } as const
  return {
    ...emptySnapshot,
    versions: new Map(versions.map((one) => [versionKey(one.plugin, one.version), one])),
    stable: new Map(versions.map(({ plugin, version }) => [plugin, version])),
    bindings: new Map(plugins.map((plugin) => [tenantKey('acme', plugin), enabled])),
  }
}

t.test(
  'a pattern holds for what is below it, and for nothing that only begins alike',
  async (t) => {
    t.ok(matchesType('orders.created', 'orders.created'))
    t.ok(matchesType('orders.*', 'orders.created'))
    t.ok(matchesType('orders.*', 'orders.line.created'))
    t.notOk(matchesType('orders.*', 'orders'))
    t.notOk(matchesType('orders.*', 'orders-of-others.created'))
    t.notOk(matchesType('orders.created', 'orders.created.now'))
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,5}$/)
    const type = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('.'))
    fc.assert(
      fc.property(type, type, (one, other) => {
        const isBelow = other.startsWith(`${one}.`)
        return (
          matchesType(`${one}.*`, other) === isBelow && matchesType(one, other) === (one === other)
        )
      }),
    )
  },
)

t.test('a pattern ends with the star and begins with a word', async (t) => {
  const pattern = new RegExp(TYPE_PATTERN)
  for (const good of ['orders', 'orders.created', 'orders.*', 'a-1.b-2.*']) t.match(good, pattern)
  for (const bad of ['*', '.*', 'orders*', 'orders.*.x', 'Orders', 'orders..x', '', 'orders.']) {
    t.notMatch(bad, pattern)
  }
})

t.test('a type that nobody declares may come from outside', async (t) => {
  t.equal(outsideVerdict(emptySnapshot, 'acme', 'erp.counted').kind, 'undeclared')
})

t.test(
  'a declared type comes from outside only where what serves the tenant says so',
  async (t) => {
    const type = 'orders.imported'
    const open = versionOf('one', '2.0.0', manifestOf([{ type, external: true }]))
    const closed = versionOf('one', '1.0.0', manifestOf([{ type }]))
    t.match(outsideVerdict(snapshotOf([closed, open]), 'acme', type), {
      kind: 'accepted',
      version: open,
    })
    t.match(outsideVerdict(snapshotOf([open, closed]), 'acme', type), {
      kind: 'closed',
      plugin: 'one',
    })
    t.equal(outsideVerdict(snapshotOf([open]), 'globex', type).kind, 'closed', 'not enabled there')
    const silent = versionOf('one', '3.0.0', manifestOf([]))
    t.equal(outsideVerdict(snapshotOf([open, silent]), 'acme', type).kind, 'closed', 'taken back')
  },
)

t.test('a grant of one type is none of another', async (t) => {
  const grant = { id: 'g', capability: 'event:subscribe', parameters: { type: 'orders.created' } }
  t.equal(subscribeGrant([grant], 'orders.created'), grant)
  t.equal(subscribeGrant([grant], 'orders.deleted'), undefined)
  t.equal(subscribeGrant([{ ...grant, capability: 'event:publish' }], 'orders.created'), undefined)
})

t.test('a version that does not ask for a type is not given it', async (t) => {
  const why = { en: 'x' }
  const capabilities = { 'event:subscribe': [{ type: 'orders.created', why }] }
  t.ok(wantsType({ ...manifestOf([]), capabilities }, 'orders.created'))
  t.notOk(wantsType({ ...manifestOf([]), capabilities }, 'orders.deleted'))
  t.notOk(wantsType(manifestOf([]), 'orders.created'))
})
