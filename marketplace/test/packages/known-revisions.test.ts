import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { Hints } from '../../../core/src/storage/hints.ts'
import { BELIEVED_MS, KnownRevisions } from '../../src/packages/known-revisions.ts'
import { PACKAGES_CHANNEL } from '../../src/packages/package-store.ts'
import { pluginPackageJson, publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, type Registry, serve, startRegistry } from '../support/registry.ts'

const name = '@acme/gate'
const path = '/@acme%2fgate'

/** Two nodes of one database; the clock of the second is the test's, and no hint reaches it. */
const first = await startRegistry(t)
let clock = 0
const secondKnows = new KnownRevisions({ knex: first.knex, monotonic: () => clock })
const second = await serve(t, first.knex, { revisions: secondKnows })
const token = await first.publisher('acme', ['@acme'])
const publish = (version: string) =>
  first.call(path, { method: 'PUT', token, body: publishBody({ name, version }) })
for (const version of ['1.0.0', '1.1.0']) await publish(version)

interface Packument {
  readonly _rev: string
  readonly 'dist-tags': Readonly<Record<string, string>>
  readonly versions: Readonly<Record<string, { readonly deprecated?: string }>>
}

async function packument(registry: Registry): Promise<Packument> {
  return (await registry.call(path)).body
}

async function etag(registry: Registry): Promise<string> {
  return (await registry.call(path)).headers.get('etag') ?? ''
}

/** As npm does it: what it read is sent back changed. */
async function sendBack(change: (read: Packument) => object, target = '') {
  const read = (await first.call(`${path}?write=true`)).body as Packument
  return first.call(`${path}${target.replace('REV', read._rev)}`, {
    method: 'PUT',
    token,
    body: { ...read, ...change(read) },
  })
}

const withdraw = (command: string, version: string) =>
  first.call(
    `/v1/marketplace/packages/${encodeURIComponent(name)}/versions/${version}/${command}`,
    {
      method: 'POST',
      token: OPERATOR_TOKEN,
      body: { reason: 'it counts twice' },
    },
  )

const changes: Readonly<
  Record<string, { make(): Promise<{ status: number }>; isSeen(read: Packument): boolean }>
> = {
  'a publish': {
    make: () => publish('1.2.0'),
    isSeen: (read) => '1.2.0' in read.versions,
  },
  'a tag': {
    make: () =>
      first.call(`/-/package/${path.slice(1)}/dist-tags/lts`, {
        method: 'PUT',
        token,
        body: '1.0.0',
      }),
    isSeen: (read) => read['dist-tags']['lts'] === '1.0.0',
  },
  'the end of a tag': {
    make: () =>
      first.call(`/-/package/${path.slice(1)}/dist-tags/lts`, { method: 'DELETE', token }),
    isSeen: (read) => !('lts' in read['dist-tags']),
  },
  'a deprecation': {
    make: () =>
      sendBack(({ versions }) => ({
        versions: { ...versions, '1.0.0': { ...versions['1.0.0'], deprecated: 'take 1.1.0' } },
      })),
    isSeen: (read) => read.versions['1.0.0']?.deprecated === 'take 1.1.0',
  },
  'a yank': {
    make: () => withdraw('yank', '1.1.0'),
    isSeen: (read) => read.versions['1.1.0']?.deprecated?.startsWith('yanked') === true,
  },
  'a block': {
    make: () => withdraw('block', '1.2.0'),
    isSeen: (read) => !('1.2.0' in read.versions),
  },
  'the end of a block': {
    make: () => withdraw('unblock', '1.2.0'),
    isSeen: (read) => '1.2.0' in read.versions,
  },
  'an unpublish': {
    make: () =>
      sendBack(({ versions }) => {
        const { '1.0.0': _gone, ...left } = versions
        return { versions: left }
      }, '/-rev/REV'),
    isSeen: (read) => !('1.0.0' in read.versions),
  },
}

for (const [what, { make, isSeen }] of Object.entries(changes)) {
  t.test(`${what} is seen here at once, elsewhere within the time that is said`, async (t) => {
    const before = await packument(first)
    const oldTag = await etag(first)
    await packument(second)
    const { status } = await make()
    t.ok(status < 300, `${status}`)
    const after = await packument(first)
    t.not(after._rev, before._rev)
    t.ok(isSeen(after))
    t.equal((await again(first, oldTag)).status, 200, 'nor is it called unchanged')
    t.equal((await again(first, await etag(first))).status, 304)
    clock += BELIEVED_MS - 1
    t.equal((await packument(second))._rev, before._rev, 'nobody told it, and it did not ask')
    clock += 1
    t.strictSame(await packument(second), localised(after))
    t.equal((await again(second, await etag(second))).status, 304)
  })
}

function again(registry: Registry, tag: string) {
  return registry.call(path, { headers: { 'if-none-match': tag } })
}

/** Each node tells its own address. */
function localised(read: Packument): Packument {
  return JSON.parse(JSON.stringify(read).replaceAll(first.url, second.url))
}

t.test('another node hears of it long before', async (t) => {
  const hints = new Hints(first.knex.client.config.connection.connectionString)
  hints.hear(PACKAGES_CHANNEL, () => secondKnows.forget())
  await hints.connect()
  t.teardown(() => hints.stop())
  await packument(second)
  t.equal((await publish('1.3.0')).status, 201)
  const after = localised(await packument(first))
  // Its clock stands still: without the hint it would never ask again.
  for (const until = Date.now() + 20_000; ; await delay(20)) {
    const seen = await packument(second)
    if (seen._rev === after._rev || Date.now() > until) {
      t.strictSame(seen, after)
      return
    }
  }
})

t.test('what is blocked is given out nowhere from the same time on', async (t) => {
  const tarball = `/${name}/-/gate-1.3.0.tgz`
  for (const node of [first, second]) t.equal((await node.call(tarball)).status, 200)
  t.equal((await withdraw('block', '1.3.0')).status, 200)
  t.equal((await first.call(tarball)).status, 404)
  clock += BELIEVED_MS
  t.equal((await second.call(tarball)).status, 404)
})

t.test('what was being read while something changed is told and not kept', async (t) => {
  const answers: PromiseWithResolvers<void>[] = []
  const rows = [{ name, rev: '1-old' }]
  const knex = slowly(answers, rows)
  const known = new KnownRevisions({ knex, monotonic: () => 0 })
  const asked = known.get(name)
  known.forget()
  answers[0]?.resolve()
  t.equal(await asked, '1-old')
  rows[0] = { name, rev: '2-new' }
  const later = known.get(name)
  t.type(later, Promise, 'it is read again')
  answers[1]?.resolve()
  t.equal(await later, '2-new')
  t.equal(known.get(name), '2-new', 'from now on without a question')
})

t.test('a name that nobody has is asked for each time', async (t) => {
  const unknown = '/@acme%2fother'
  t.equal((await first.call(unknown)).status, 404)
  const body = publishBody({ name: '@acme/other', version: '1.0.0' })
  t.equal((await second.call(unknown, { method: 'PUT', token, body })).status, 201)
  t.match((await first.call(unknown)).body, {
    versions: { '1.0.0': pluginPackageJson({ name: '@acme/other', version: '1.0.0' }) },
  })
})

/** As much of knex as reading revisions asks, each answer when the test says so. */
function slowly(
  answers: PromiseWithResolvers<void>[],
  rows: readonly { name: string; rev: string }[],
) {
  const select = async () => {
    const turn = Promise.withResolvers<void>()
    answers.push(turn)
    await turn.promise
    return [...rows]
  }
  return (() => ({ whereIn: () => ({ select }) })) as unknown as Registry['knex']
}
