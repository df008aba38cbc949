import { cp, mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Manifest } from '@signalbox/sdk/manifest'
import t, { type Test } from 'tap'
import {
  emptySnapshot,
  type InstalledVersion,
  type Snapshot,
} from '../../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../../src/storage/create-knex.ts'
import { ResourceService } from '../../../src/trusted/resources/resource-service.ts'
import { temporaryHome } from '../../support/host-process.ts'
import { testDatabases } from '../../support/postgres.ts'
import { until } from '../../support/processes.ts'

const plugin = '@trusted/engine'
const fixture = join(import.meta.dirname, '../../fixtures/engine-plugin')

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())

function engineOf(version: string, scope: 'node' | 'host', more: object = {}): InstalledVersion {
  const manifest: Manifest = {
    manifest: 1,
    host: '^1.0.0',
    displayName: { en: 'x' },
    runtime: { tier: 'trusted', entry: 'dist/plugin.js' },
    resources: [
      {
        id: scope,
        command: ['engine/engine.mjs'],
        health: ['engine/health.mjs'],
        scope,
        dataDir: 'numbers',
        memoryMb: 256,
        ...more,
      },
    ],
  }
  const limits = { heapMb: 64, turnMs: 200, deadlineMs: 2000, payloadKb: 64 }
  return { plugin, version, manifest, limits, bundleSha256: '00', operations: new Map() }
}

function routed(one: InstalledVersion, binding: 'enabled' | 'disabled' = 'enabled'): Snapshot {
  return {
    ...emptySnapshot,
    stable: new Map([[plugin, one.version]]),
    versions: new Map([[`${plugin}@${one.version}`, one]]),
    bindings: new Map([[`acme ${plugin}`, { binding, pinnedVersion: null }]]),
  }
}

async function programIn(folder: string): Promise<string> {
  await cp(fixture, folder, { recursive: true })
  return folder
}

async function nodeNamed(t: Test, node: string, url?: string) {
  const root = await temporaryHome(t)
  let laidOut: Promise<string> | undefined
  const service = new ResourceService({
    knex,
    root,
    node: async () => node,
    urls: new Map(url === undefined ? [] : [[`${plugin}/host`, url]]),
    layOut: (below) => {
      laidOut ??= programIn(join(below, 'program'))
      return laidOut
    },
    inFlight: { drained: async () => undefined },
    random: () => 0,
    log: { warn: () => undefined },
  })
  const alive = setInterval(() => undefined, 1000)
  t.teardown(async () => {
    clearInterval(alive)
    await service.stop()
  })
  return { service, root }
}

t.test(
  'what there is once on the host is refused on a second node, until the first gives it back',
  async (t) => {
    const one = engineOf('1.0.0', 'host')
    const [first, second] = [await nodeNamed(t, 'node-1'), await nodeNamed(t, 'node-2')]
    for (const { service } of [first, second]) service.reconcile(emptySnapshot, routed(one))
    t.match(await first.service.get(one, 'host'), { fence: 1 })
    await t.rejects(second.service.get(one, 'host'), { code: 'CORE_RESOURCE_ELSEWHERE' })
    const elsewhere = await nodeNamed(t, 'node-3', 'http://cluster:1/')
    elsewhere.service.reconcile(emptySnapshot, routed(one))
    t.strictSame(await elsewhere.service.get(one, 'host'), { url: 'http://cluster:1/' })
    await first.service.stop()
    await until(async () => {
      const place = await second.service.get(one, 'host').catch(() => undefined)
      return place !== undefined && 'fence' in place && place.fence === 2
    })
  },
)

t.test(
  'each node has its own of what is of a node, and many that ask at once get one',
  async (t) => {
    const one = engineOf('1.0.0', 'node')
    const { service, root } = await nodeNamed(t, 'node-1')
    service.reconcile(emptySnapshot, routed(one))
    const places = await Promise.all(Array.from({ length: 8 }, () => service.get(one, 'node')))
    const [place] = places
    t.strictSame(places, Array(8).fill(place))
    if (place === undefined || 'url' in place) throw new Error('a place was expected')
    // Nobody else of the machine comes to its data or to its socket.
    for (const folder of [place.dataDir, dirname(place.socketPath)]) {
      t.equal((await stat(folder)).mode & 0o777, 0o700, folder.replace(root, ''))
    }
    service.reconcile(routed(one), routed(one, 'disabled'))
    await t.rejects(service.get(one, 'node'), { code: 'CORE_RESOURCE_UNAVAILABLE' })
    const isGone = async (path: string) => (await stat(path).catch(() => undefined)) === undefined
    await until(() => isGone(dirname(place.socketPath)))
    await until(() => isGone(join(root, 'programs/program')))
    t.notOk(await isGone(place.dataDir), 'its data stays')
  },
)

t.test('only what the own manifest of a trusted version names is there', async (t) => {
  const one = engineOf('1.0.0', 'node')
  const { service } = await nodeNamed(t, 'node-4')
  service.reconcile(emptySnapshot, routed(one))
  const runtime = { tier: 'sandbox', entry: 'dist/plugin.js' } as const
  const guest = { ...one, manifest: { ...one.manifest, runtime } }
  await t.rejects(service.get(guest, 'node'), { code: 'CORE_RESOURCE_MISSING' })
  for (const id of ['host', '', '../node', 'constructor']) {
    await t.rejects(service.get(one, id), { code: 'CORE_RESOURCE_MISSING' }, id)
  }
})

t.test('a program that does not come up is refused, and tried again after a rest', async (t) => {
  const one = engineOf('1.0.0', 'node', { command: ['package.json'] })
  const { service } = await nodeNamed(t, 'node-5')
  service.reconcile(emptySnapshot, routed(one))
  await t.rejects(service.get(one, 'node'), { code: 'CORE_RESOURCE_UNAVAILABLE' })
  await t.rejects(service.get(one, 'node'), { code: 'CORE_RESOURCE_UNAVAILABLE', retryAfterS: 1 })
})

t.test('what a plugin finds is of this life, however many of its resources start', async (t) => {
  const one = engineOf('1.0.0', 'node')
  const [first] = one.manifest.resources ?? []
  if (first === undefined) throw new Error('a resource was expected')
  const resources = ['one', 'two'].map((id) => ({ ...first, id, dataDir: id }))
  const two = { ...one, manifest: { ...one.manifest, resources } }
  const { service, root } = await nodeNamed(t, 'node-6')
  // A folder that cannot be removed, of a plugin that has nothing to do with it.
  const stuck = `@other/${'x'.repeat(300)}`
  const lease = { place: 'node-6', holder: 'node-6', fence: 7, expires_at: new Date() }
  const keys = [`${stuck}/engine`, `${plugin}/one`, `${plugin}/two`]
  await knex('resource_leases').insert(
    keys.map((resource) => ({ ...lease, resource, is_purged: true })),
  )
  const old = join(root, 'data', plugin.replace('/', '+'), 'one', 'old')
  await mkdir(old, { recursive: true })
  service.reconcile(emptySnapshot, routed(two))
  const places = await Promise.all(['one', 'two'].map((id) => service.get(two, id)))
  t.match(places, [{ fence: 1 }, { fence: 1 }])
  await t.rejects(stat(old), { code: 'ENOENT' })
  await service.forgetPurged()
  for (const place of places) t.ok('dataDir' in place && (await stat(place.dataDir)).isDirectory())
})
