import '../../../../sandbox/test/plain-spawn.ts'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { renderTemplate } from '../../../src/cli/author/create/render-template.ts'
import {
  type Template,
  type TemplateLanguage,
  templateNames,
  templates,
} from '../../../src/cli/author/create/templates.ts'
import { testPlugin } from '../../../src/cli/author/test/test-plugin.ts'
import { checkTarget } from '../../../src/cli/check/check-target.ts'

const languagesOf = ({ only }: Template): readonly TemplateLanguage[] =>
  only === undefined ? ['ts', 'js'] : [only]

for (const template of templateNames) {
  for (const language of languagesOf(templates[template])) {
    t.test(
      `${template} in ${language} passes its own tests and the checks as it is made`,
      async (t) => {
        const folder = join(t.testdir({}), 'quality-gate')
        const packageName = '@acme/quality-gate'
        const files = await renderTemplate(folder, { template, language, packageName })
        for (const file of ['.gitignore', 'CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']) {
          t.ok(files.includes(file), file)
        }
        for (const file of files) {
          t.notMatch(await readFile(join(folder, file), 'utf8'), /__[A-Z]+__/, file)
        }
        const { name, signalbox } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
        t.equal(name, packageName)
        t.same(Object.keys(signalbox.displayName), ['en', 'zh-CN'])
        const report = await testPlugin(folder)
        t.match(report, { plugin: packageName, ok: true, tests: { failed: [] } })
        t.ok(report.tests.passed >= 2, 'it has tests')
        const { scripts } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
        t.match(scripts, { check: 'signalbox check', test: 'signalbox test' })
        const { findings } = await checkTarget(folder)
        t.same(
          findings.filter(({ severity }) => severity !== 'note'),
          [],
        )
      },
    )
  }
}

t.test('a folder that holds something is left as it is', async (t) => {
  const folder = t.testdir({ 'notes.txt': 'mine' })
  const wish = { template: 'data-service', language: 'js', packageName: 'gate' } as const
  await t.rejects(renderTemplate(folder, wish), { code: 'CORE_CREATE_FOLDER_TAKEN' })
  t.equal(await readFile(join(folder, 'notes.txt'), 'utf8'), 'mine')
  const begun = join(t.testdir({}), 'begun')
  await mkdir(join(begun, '.git'), { recursive: true })
  t.ok((await renderTemplate(begun, wish)).includes('src/index.js'), 'a new repository is empty')
})

t.test('a name that no service may have is refused before anything is written', async (t) => {
  for (const packageName of ['Gate', '../gate', '@acme/', '@acme/7up', '@acme/a/b', '']) {
    const wish = { template: 'data-service', language: 'js', packageName } as const
    const written = renderTemplate(join(t.testdir({}), 'new'), wish)
    await t.rejects(written, { code: 'CORE_ARGUMENT_INVALID' }, packageName)
  }
})

t.test('a test that fails is told with its place, and so is a wrong example', async (t) => {
  const folder = join(t.testdir({}), 'shift')
  await renderTemplate(folder, { template: 'console-page', language: 'ts', packageName: 'shift' })
  const file = join(folder, 'src/shift.ts')
  await writeFile(file, (await readFile(file, 'utf8')).replace('from: 6,', 'from: 8,'))
  const { ok, examples, tests } = await testPlugin(folder)
  t.equal(ok, false)
  t.match(examples, [
    { operation: 'shift.shift@1/at', example: 1, outcome: 'failed', reason: /night/ },
    { outcome: 'passed' },
  ])
  t.match(
    tests.failed.map(({ at }) => at),
    [/^test\/shift\.test\.ts:\d+:\d+$/, /^test\/shift\.test\.ts:\d+:\d+$/],
  )
})
