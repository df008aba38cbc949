import '../../../sandbox/test/plain-spawn.ts'
import t from 'tap'
import { inspectPackage } from '../../../sandbox/src/index.ts'
import { pluginFiles, pluginPackageJson, publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, startRegistry } from '../support/registry.ts'
import { tarballOf } from '../support/tarball.ts'

const registry = await startRegistry(t, { inspectPackage })
const spec = { name: '@acme/gate', version: '1.0.0' }

function publish(tarball: Buffer) {
  const body = publishBody(spec, tarball)
  return registry.call('/@acme%2fgate', { method: 'PUT', token: OPERATOR_TOKEN, body })
}

const files = pluginFiles(spec)
const noManifest = { ...pluginPackageJson(spec), signalbox: { manifest: 1 } }
const hostile: [what: string, code: string, tarball: Buffer][] = [
  ['is no tarball', 'SBX_PACKAGE_UNREADABLE', Buffer.from('not gzip')],
  ['climbs out of its folder', 'SBX_PACKAGE_ENTRY_REFUSED', tarballOf({ ...files, '../../x': '' })],
  [
    'has a wrong manifest',
    'SBX_PACKAGE_INVALID',
    tarballOf({ ...files, 'package.json': JSON.stringify(noManifest) }),
  ],
  [
    'holds another package',
    'SBX_PACKAGE_MISMATCH',
    tarballOf(pluginFiles({ ...spec, name: '@acme/other' })),
  ],
]

for (const [what, code, tarball] of hostile) {
  t.test(`a package that ${what} is refused with every fault, and nothing is stored`, async (t) => {
    const answer = await publish(tarball)
    t.match(answer, { status: 422, body: { code, reason: code, error: /./ } }, answer.body.error)
    for (const table of ['packages', 'package_versions', 'contents']) {
      t.equal((await registry.knex(table)).length, 0, table)
    }
  })
}

t.test('a contract that the database cannot hold is refused by its place', async (t) => {
  const manifest = {
    ...(pluginPackageJson(spec)['signalbox'] as object),
    provides: { services: [{ id: 'gate.count', contract: 'contracts/count.json' }] },
  }
  const contractOf = (example: string) =>
    JSON.stringify({
      id: 'gate.count',
      major: 1,
      title: { en: 'Count' },
      operations: { add: { input: true, output: true, examples: [{ input: example }] } },
    })
  for (const example of ['a\u0000b', '\ud800']) {
    const tarball = tarballOf({
      ...files,
      'package.json': JSON.stringify({ ...pluginPackageJson(spec), signalbox: manifest }),
      'contracts/count.json': contractOf(example),
    })
    t.match(await publish(tarball), {
      status: 422,
      body: {
        code: 'MKT_PACKAGE_UNSTORABLE',
        errors: [{ at: 'contracts/count.json', pointer: '/operations/add/examples/0/input' }],
      },
    })
  }
})

t.test('a sound package passes the same inspection', async (t) => {
  t.equal((await publish(tarballOf(files))).status, 201)
})
