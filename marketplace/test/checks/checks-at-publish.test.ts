import '../../../sandbox/test/plain-spawn.ts'
import { join } from 'node:path'
import t from 'tap'
import { checkedPackage } from '../../../sandbox/src/index.ts'
import { trialRules } from '../../../sdk/src/check/trial-rules.ts'
import { Npm, writeFiles } from '../support/npm.ts'
import { pluginFiles, pluginPackageJson, publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, startRegistry } from '../support/registry.ts'
import { tarballOf } from '../support/tarball.ts'

let trials: readonly ReturnType<typeof trialRules.find>[] = []
let triedCount = 0
const registry = await startRegistry(t, {
  inspectPackage: checkedPackage,
  tryPackage: async () => {
    triedCount++
    return trials
  },
})
const acme = await registry.publisher('acme', ['@acme'])
const beta = await registry.publisher('beta', ['@beta', '@acrne'])

interface Wish {
  readonly name?: string
  readonly version?: string
  readonly token?: string
  readonly signalbox?: object
  readonly packageJson?: object
  readonly files?: Readonly<Record<string, string>>
}

function filesOf(wish: Wish): Record<string, string> {
  const { name = '@acme/gate', version = '1.0.0' } = wish
  const packageJson = pluginPackageJson({ name, version })
  const signalbox = { ...(packageJson['signalbox'] as object), ...wish.signalbox }
  const changed = { ...packageJson, signalbox, ...wish.packageJson }
  return {
    ...pluginFiles({ name, version }),
    'package.json': JSON.stringify(changed, null, 2),
    ...wish.files,
  }
}

function publish(wish: Wish) {
  const { name = '@acme/gate', version = '1.0.0', token = acme } = wish
  const body = publishBody({ name, version }, tarballOf(filesOf(wish)))
  return registry.call(`/${name.replace('/', '%2f')}`, { method: 'PUT', token, body })
}

const rulesOf = (answer: Awaited<ReturnType<typeof publish>>) =>
  (answer.body.errors ?? []).map((one: { rule: string }) => one.rule)
const findings = (name: string, version: string, token: string) =>
  registry.call(
    `/v1/marketplace/packages/${encodeURIComponent(name)}/versions/${version}/findings`,
    { token },
  )

t.test(
  'an error refuses a publish with every finding, its line and its cure, and runs nothing',
  async (t) => {
    const answer = await publish({
      signalbox: { category: 7 },
      packageJson: {
        scripts: { postinstall: 'node a.js' },
        dependencies: { left: '1' },
        license: 'Apache',
      },
      files: { 'lib/a.node': 'x' },
    })
    t.match(answer, {
      status: 422,
      body: { code: 'MKT_CHECKS_FAILED', reason: 'MKT_CHECKS_FAILED' },
    })
    for (const rule of [
      'manifest/invalid',
      'files/install-scripts',
      'files/dependencies',
      'licence/not-spdx',
      'files/native',
    ]) {
      t.ok(rulesOf(answer).includes(rule), rule)
    }
    const script = answer.body.errors.find(
      (one: { rule: string }) => one.rule === 'files/install-scripts',
    )
    t.match(script, {
      at: /^package\.json:\d+$/,
      severity: 'error',
      cure: /prepack/,
      words: undefined,
    })
    t.equal(triedCount, 0)
    t.equal((await registry.knex('package_versions')).length, 0)
  },
)

t.test('a reader of Chinese is told in Chinese', async (t) => {
  const body = publishBody(
    { name: '@acme/gate', version: '1.0.0' },
    tarballOf(filesOf({ packageJson: { bin: 'a.js' } })),
  )
  const headers = { 'accept-language': 'zh-CN' }
  const answer = await registry.call('/@acme%2fgate', { method: 'PUT', token: acme, body, headers })
  t.match(answer.body.errors[0], {
    rule: 'files/unlisted-binary',
    detail: /[\u4e00-\u9fff]/,
    cure: /[\u4e00-\u9fff]/,
  })
})

t.test('stock npm prints each finding, and of a publish that passes the warnings', async (t) => {
  const npm = await Npm.at(join(t.testdir({}), 'home'), registry.url, acme)
  const bad = await writeFiles(
    join(t.testdirName, 'bad'),
    filesOf({
      name: '@acme/npm',
      packageJson: { license: 'Apache', bin: { x: 'dist/plugin.js' } },
    }),
  )
  const refused = await npm.run(['publish'], bad)
  t.not(refused.code, 0)
  t.match(
    refused.stderr,
    /package\.json:\d+: error licence\/not-spdx: "Apache" is no SPDX expression/,
  )
  t.match(refused.stderr, /error files\/unlisted-binary/)
  t.match(refused.stderr, /signalbox check/)
  const good = await writeFiles(join(t.testdirName, 'good'), filesOf({ name: '@acme/npm' }))
  const passed = await npm.run(['publish'], good)
  t.equal(passed.code, 0, passed.stderr)
  t.match(passed.stderr, /published with \d+ warnings? \(.*docs\/changelog/)
})

t.test(
  'what passed is kept with the version, for its publisher and the operator alone',
  async (t) => {
    trials = [
      trialRules.find('examples/not-run', { file: 'a.json' }, { example: 1, operation: 'x' }),
    ]
    t.equal((await publish({ name: '@acme/kept' })).status, 201)
    trials = []
    for (const token of [acme, OPERATOR_TOKEN]) {
      const { status, body } = await findings('@acme/kept', '1.0.0', token)
      t.equal(status, 200)
      const rules = body.items.map((one: { rule: string }) => one.rule)
      t.ok(rules.includes('docs/changelog') && rules.includes('examples/not-run'))
      t.match(body.items[0], { message: { en: /./, 'zh-CN': /./ }, cure: { en: /./ } })
    }
    t.match(await findings('@acme/kept', '1.0.0', beta), { status: 403 })
    t.match(await findings('@acme/kept', '9.0.0', acme), { status: 404 })
  },
)

t.test('what a trial finds refuses the publish', async (t) => {
  trials = [trialRules.find('self-test/failed', {}, { reason: 'it is not ready' })]
  const answer = await publish({ name: '@acme/tried' })
  trials = []
  t.match(answer, { status: 422, body: { code: 'MKT_CHECKS_FAILED' } })
  t.ok(rulesOf(answer).includes('self-test/failed'))
})

t.test('a version follows its line', async (t) => {
  t.equal((await publish({ name: '@acme/line', version: '1.1.0' })).status, 201)
  const lower = await publish({ name: '@acme/line', version: '1.1.0-rc.1' })
  t.same([lower.status, rulesOf(lower)[0]], [422, 'semver/not-greater'])
  t.equal((await publish({ name: '@acme/line', version: '1.0.1' })).status, 201)
  const { body } = await findings('@acme/line', '1.0.1', acme)
  t.ok(body.items.some((one: { rule: string }) => one.rule === 'semver/older-line'))
})

t.test('a plugin that comes to require itself is refused with the way', async (t) => {
  const requires = (other: string) => ({ requires: { [other]: '^1.0.0' } })
  t.equal((await publish({ name: '@acme/one', signalbox: requires('@acme/two') })).status, 201)
  const { body } = await findings('@acme/one', '1.0.0', acme)
  t.ok(body.items.some((one: { rule: string }) => one.rule === 'requires/unknown'))
  const circle = await publish({ name: '@acme/two', signalbox: requires('@acme/one') })
  t.equal(circle.status, 422)
  t.match(circle.body.errors[0], {
    rule: 'requires/cycle',
    detail: /@acme\/two → @acme\/one → @acme\/two/,
  })
})

t.test("a name that reads as another publisher's is refused; the operator is warned", async (t) => {
  t.equal((await publish({ name: '@acme/orders' })).status, 201)
  const alike = await publish({ name: '@acrne/orders', token: beta })
  t.equal(alike.status, 422)
  t.match(alike.body.errors[0], { rule: 'name/confusable', detail: /@acme\/orders/ })
  t.equal((await publish({ name: '@beta/orders', token: beta })).status, 201)
  t.equal((await publish({ name: '@acrne/orders', token: OPERATOR_TOKEN })).status, 201)
})
