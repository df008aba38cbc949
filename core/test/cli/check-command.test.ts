import '../../../sandbox/test/plain-spawn.ts'
import { execFile } from 'node:child_process'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { packedFixture } from '../support/packed-fixture.ts'

const root = join(import.meta.dirname, '../../..')
const command = join(root, 'core/bin/signalbox.mjs')

interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function check(words: readonly string[], language = 'en'): Promise<Run> {
  // The package's own `prepack` finds the command as in an author's folder: among the installed ones.
  const PATH = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`
  const env = { PATH, HOME: process.env.HOME, SIGNALBOX_LANG: language }
  return new Promise((resolve) => {
    const args = [command, 'check', ...words]
    const child = execFile(process.execPath, args, { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

for (const name of [
  'business-events',
  'inventory-forecast',
  'logistics-tracking',
  'notify-smtp',
  'notify-webhook',
  'order-visibility',
  'quality-checks',
]) {
  t.test(`plugins/${name} passes without an error or a warning`, async (t) => {
    const { code, stdout, stderr } = await check([join(root, 'plugins', name), '--json'])
    t.equal(code, 0, stderr)
    const { findings } = JSON.parse(stdout)
    t.same(
      findings.filter(({ severity }: { severity: string }) => severity !== 'note'),
      [],
    )
  })
}

t.test('a plugin with faults ends with 1, each with file, line, rule and cure', async (t) => {
  const folder = join(t.testdir({}), 'plugin')
  await cp(await packedFixture('majors-plugin'), folder, { recursive: true })
  const path = join(folder, 'package.json')
  const packageJson = JSON.parse(await readFile(path, 'utf8'))
  packageJson.license = 'Apache 2'
  packageJson.signalbox.capabilities = {
    ...packageJson.signalbox.capabilities,
    intl: [{ why: { en: 'Formats numbers as people of the tenant write them' } }],
  }
  await writeFile(path, JSON.stringify(packageJson, null, 2))
  const told = await check([folder])
  t.equal(told.code, 1, told.stderr)
  t.match(told.stdout, /^package\.json:\d+: error licence\/not-spdx\n {2}"Apache 2" .*\n {2}→ /m)
  t.match(told.stdout, /^package\.json:\d+: warning bundle\/capability-unused/m)
  t.match(told.stdout, /\d+ errors, \d+ warnings/)
  t.match((await check([folder], 'zh-CN')).stdout, /错误 licence\/not-spdx/)
})

t.test('what is not there is refused with a code', async (t) => {
  const { code, stderr } = await check(['/nowhere/at-all', '--json'])
  t.equal(code, 1)
  t.equal(JSON.parse(stderr).code, 'CORE_CHECK_TARGET_MISSING')
})
