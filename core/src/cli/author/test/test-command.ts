import { defineCommand } from 'citty'
import { folderArgument } from '../../common-arguments.ts'
import { say } from '../../language.ts'
import { print } from '../../output.ts'
import type { TestReport } from './test-plugin.ts'

export const testCommand = defineCommand({
  meta: {
    name: 'test',
    description: say({
      en: 'Test a plugin under the limits of a host: contract examples, self-test, test/',
      'zh-CN': '在主机限制下测试插件：契约示例、自检与 test/',
    }),
  },
  args: {
    folder: folderArgument,
    json: {
      type: 'boolean',
      description: say({ en: 'Print JSON, for machines', 'zh-CN': '输出 JSON，供程序读取' }),
    },
  },
  run: async ({ args }) => {
    const { testPlugin } = await import('./test-plugin.ts')
    const report = await testPlugin(args.folder)
    print(args.json, report, linesOf(report))
    if (!report.ok) process.exitCode = 1
  },
})

const marks = { passed: '✔', failed: '✖', skipped: '–' } as const

function linesOf({ plugin, version, selfTest, examples, tests, ok }: TestReport): string[] {
  const totals = say(
    {
      en: 'test/: {passed} passed, {failed} failed',
      'zh-CN': 'test/：通过 {passed}，失败 {failed}',
    },
    { passed: tests.passed, failed: tests.failed.length },
  )
  const end = ok
    ? { en: '{plugin}@{version} passes.', 'zh-CN': '{plugin}@{version} 通过。' }
    : { en: '{plugin}@{version} does not pass.', 'zh-CN': '{plugin}@{version} 未通过。' }
  const itself = say({ en: 'self-test', 'zh-CN': '自检' })
  return [
    `${marks[selfTest.outcome]} ${itself}${because(selfTest.reason)}`,
    ...examples.map(
      ({ operation, example, outcome, reason }) =>
        `${marks[outcome]} ${operation} #${example}${because(reason)}`,
    ),
    `${tests.failed.length === 0 ? marks.passed : marks.failed} ${totals}`,
    ...tests.failed.map(({ name, at, reason }) => `  ${at}: ${name}: ${reason}`),
    say(end, { plugin, version }),
  ]
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${reason}`
}
