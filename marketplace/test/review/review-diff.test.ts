import t from 'tap'
import { defaultPolicy } from '../../src/review/review-policy.ts'
import { writePolicy } from '../../src/review/review-store.ts'
import { pluginFiles, publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, startRegistry } from '../support/registry.ts'
import { tarballOf } from '../support/tarball.ts'

const registry = await startRegistry(t)
const { knex, call } = registry
const acme = await registry.publisher('acme', ['@acme'])
const eve = await registry.publisher('eve', ['@eve'])
const name = '@acme/gate'
const at = '/@acme%2fgate'

function bodyOf(version: string, more: Record<string, string | Buffer>) {
  const spec = { name, version }
  const files = pluginFiles(spec)
  const packageJson = JSON.parse(files['package.json'] as string)
  packageJson.signalbox.config = 'schemas/config.json'
  const all = { ...files, 'package.json': JSON.stringify(packageJson, null, 2), ...more }
  return publishBody(spec, tarballOf(all as Record<string, string>))
}

const old = { 'schemas/config.json': '{\n  "type": "object"\n}\n', 'docs/old.md': 'old\n' }
await call(at, { method: 'PUT', token: acme, body: bodyOf('1.0.0', old) })
await knex.transaction((trx) => writePolicy(trx, defaultPolicy, new Date(0)))

t.test(
  'a reviewer sees what of each file changed; what is no text by size and digest',
  async (t) => {
    const body = bodyOf('1.0.1', {
      'schemas/config.json': '{\n  "type": "object",\n  "required": ["key"]\n}\n',
      'docs/picture.png': '\u0000\u0001',
    })
    const { stageId } = (await call(at, { method: 'PUT', token: acme, body })).body
    const path = `/v1/marketplace/reviews/${stageId}`
    const { status, body: diff } = await call(`${path}/diff`, { token: OPERATOR_TOKEN })
    t.equal(status, 200, JSON.stringify(diff))
    t.equal(diff.against, '1.0.0')
    const of = (file: string) => diff.files.find((one: { path: string }) => one.path === file)
    t.match(of('schemas/config.json'), {
      kind: 'changed',
      isConfigSchema: true,
      diff: /\n- {2}"type": "object"\n\+ {2}"type": "object",\n\+ {2}"required": \["key"\]\n/,
    })
    t.match(of('docs/picture.png'), {
      ...{ kind: 'added', before: null, diff: null, untold: 'binary' },
      after: { bytes: 2, sha256: /^[0-9a-f]{64}$/ },
    })
    t.match(of('docs/old.md'), { kind: 'removed', after: null, diff: '@@ -1,1 +0,0 @@\n-old' })
    t.match(of('package.json').diff, /- {2}"version": "1\.0\.0",\n\+ {2}"version": "1\.0\.1",/)
    t.equal(of('README.md'), undefined)
    t.equal(diff.unchanged, 2)
    const { body: review } = await call(path, { token: OPERATOR_TOKEN })
    t.same(review.findings, [])
    t.match(review.settings, { isTighter: true, changes: [], isCut: false })
    await knex('package_versions').where({ name, version: '1.0.0' }).update({ config_schema: null })
    const { body: older } = await call(path, { token: OPERATOR_TOKEN })
    t.equal(older.settings, null, 'what was published before schemas were kept is not guessed at')
    t.equal((await call(`${path}/diff`, { token: acme })).status, 200, 'its publisher sees it too')
    t.equal((await call(`${path}/diff`, { token: eve })).status, 404)
  },
)
