import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { probe, probeVersion, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'
import { publish } from '../support/publish.ts'
import { type CliOptions, runCli } from '../support/run-cli.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const home = await temporaryHome(t)

const signalbox = (words: readonly string[], options: CliOptions = {}) =>
  runCli(host, words, options)

async function publisher(name: string, scopes: readonly string[]): Promise<string> {
  const made = await host.client.request<{ token: string }>('POST', '/v1/marketplace/publishers', {
    name,
    scopes,
  })
  return made.token
}

/** What runs here, and beside it a version of a publisher that waits: it asks for more, of tenants as well. */
const release = await releaseProbe(t, host)
await release('1.0.0')
await setUpTenant(host, 'acme')
const lab = await publisher('lab', ['@probe'])
const carol = await publisher('carol', [])
await host.client.request('PUT', '/v1/marketplace/publishers/carol/roles/reviewer')
const folder = await probeVersion(home, '1.1.0')
const packageJson = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
const why = { en: 'Keeps \u001b[31mpictures\u202e', 'zh-CN': '保存图片' }
packageJson.signalbox.capabilities['blob:own'] = [{ quotaMb: 5, why }]
const schema = JSON.parse(await readFile(join(folder, 'schemas/config.json'), 'utf8'))
schema.properties.retries = { type: 'integer', minimum: 1, default: 3 }
schema.properties.greeting = { type: 'integer' }
await writeFiles(folder, {
  'package.json': JSON.stringify(packageJson),
  'schemas/config.json': `${JSON.stringify(schema, null, 2)}\n`,
})
await publish(host, folder, lab)
const version = `${probe}@1.1.0`

t.test('a review is read by name: findings, permissions, settings, and who runs it', async (t) => {
  const { code, output, errors } = await signalbox(['review', 'show', version])
  t.equal(code, 0, errors)
  t.match(output, /^\S{36} {2}@probe\/one@1\.1\.0 {2}sandbox {2}lab {2}open\napprovals: 0 of 1 /)
  t.match(
    output,
    /^package\.json:1: warning bundle\/capability-unused\n {2}The manifest asks for "blob:own".*\n {2}→ Take it out/m,
    'each finding with its place and its cure',
  )
  const [, beside = '', here = ''] = output.split(/^What it may do/m)
  t.match(
    beside,
    /^ beside 1\.0\.0\n(?:.*\n)*? {2}! wider +blob:own \{"quotaMb":1\} -> \{"quotaMb":5\}\n/,
  )
  t.match(beside, /^ {4}same +db:own \{"quotaMb":10\}\n/m)
  t.match(
    beside,
    /^ {4}changed +\/greeting: type string -> integer; rules \{"maxLength":50\} -> -$/m,
  )
  t.match(beside, /^ {4}added +\/retries: integer, default 3, rules \{"minimum":1\}$/m)
  t.match(beside, /^! settings that fitted may not fit any more/m)
  t.match(here, /^, on this host\n {2}beside 1\.0\.0, which is stable\n/)
  t.match(
    here,
    /^ {2}! acme \(enabled, 1\.0\.0\): asks for more than was granted\n {4}! wider +blob:own null ->/m,
  )
})

t.test('what a publisher wrote neither paints on the terminal nor hides', async (t) => {
  const { output } = await signalbox(['review', 'show', version])
  t.match(output, '"Keeps <U+001B>[31mpictures<U+202E>"')
  const { output: files } = await signalbox(['review', 'diff', version])
  for (const text of [output, files]) t.notMatch(text, /[^\P{C}\n]/u)
})

t.test(
  'a reviewer who is not the operator reads all but what tenants granted, in Chinese',
  async (t) => {
    const asked = { token: carol, language: 'zh-CN' }
    const { code, output, errors } = await signalbox(['review', 'show', version], asked)
    t.equal(code, 0, errors)
    t.match(output, /^批准：0\/1（其运行层级）$/m)
    t.match(output, /^package\.json:1: 警告 bundle\/capability-unused\n {2}清单申请了 "blob:own"/m)
    t.match(output, /^设置项（与 1\.0\.0 相比）\n {4}更改 +\/greeting: 类型 string -> integer;/m)
    t.notMatch(output, /acme|本主机/)
  },
)

t.test(
  'the diff of the files is one that patch would take, whole, of one file, or counted',
  async (t) => {
    const { output } = await signalbox(['review', 'diff', version])
    t.match(
      output,
      /^# the schema of its settings\n--- a\/schemas\/config\.json\n\+\+\+ b\/schemas\/config\.json\n@@ -1,5 \+1,14 @@$/m,
    )
    t.match(output, /\n2 files changed, 5 not \(beside 1\.0\.0\)\n$/)
    const one = await signalbox(['review', 'diff', version, '--file', 'schemas/config.json'])
    t.match(one.output, '+      "type": "integer"')
    t.notMatch(one.output, 'a/package.json')
    const { output: counted } = await signalbox(['review', 'diff', version, '--stat'])
    t.match(counted, /^M {2}package\.json {2}\+1 -1\nM {2}schemas\/config\.json {2}\+10 -1\n/)
  },
)

t.test('with --json a machine reads the same', async (t) => {
  const { output } = await signalbox(['review', 'show', version, '--json'])
  t.match(JSON.parse(output), {
    against: '1.0.0',
    settings: { isTighter: true, changes: [{ key: '/greeting' }, { key: '/retries' }] },
    installed: { against: '1.0.0', tenants: { items: [{ tenant: 'acme', isWider: true }] } },
  })
})

t.test(
  'a version without a review is refused with what to do; another is approved by its name',
  async (t) => {
    const missing = await signalbox(['review', 'diff', `${probe}@1.0.0`])
    t.equal(missing.code, 1)
    t.match(missing.errors, /CORE_REVIEW_UNSEEN/)
    const { code, output } = await signalbox(['review', 'approve', version], { token: carol })
    t.equal(code, 0)
    t.match(output, / {2}lab {2}approved\napprovals: 1 of 1 /)
  },
)
