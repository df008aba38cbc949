import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'

const root = join(import.meta.dirname, '../../..')
const run = promisify(execFile)

/** The shell blocks of a page, one command a line. */
async function commandsOf(page: string): Promise<string[]> {
  const text = await readFile(join(root, page), 'utf8')
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    (block ?? '').split('\n').filter((line) => line.startsWith('npx signalbox ')),
  )
}

t.test("the README's first call works as it is written, after the demo of npm start", async (t) => {
  const { hostUrl } = await testDatabases(t)
  const demo = join(root, 'plugins/inventory-forecast/demo.json')
  const host = await HostProcess.start(t, {
    databaseUrl: hostUrl,
    words: ['--demo', demo],
    // On its own machine the command line finds the token in the data folder.
    environment: { SIGNALBOX_ADMIN_TOKEN: '' },
  })
  const environment = { PATH: process.env.PATH, SIGNALBOX_HOME: host.home, SIGNALBOX_URL: host.url }
  const shell = async (command: string) =>
    (await run('sh', ['-c', command], { cwd: root, env: environment })).stdout
  const commands = await commandsOf('README.md')
  t.equal(commands.length, 5)
  let key = ''
  for (const command of commands) {
    const output = await shell(command.replace('<the key that subscribe printed>', key))
    key = /dsk_\S+/.exec(output)?.[0] ?? key
    if (command.includes(' call ')) {
      const { mean } = JSON.parse(output) as { mean: number[] }
      t.equal(mean.length, 3)
      t.ok(mean.every(Number.isFinite))
    } else t.match(output, /is|shown/, command)
  }
})

t.test('help shows examples, machines get JSON, and a refusal tells the cure', async (t) => {
  const signalbox = async (words: readonly string[], language = 'en') => {
    const env = {
      PATH: process.env.PATH,
      SIGNALBOX_LANG: language,
      SIGNALBOX_URL: 'http://127.0.0.1:1',
    }
    const command = join(root, 'core/bin/signalbox.mjs')
    return run(process.execPath, [command, ...words], { env }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    )
  }
  for (const words of ['serve', 'migrate', 'pack', 'subscribe', 'call']) {
    const { code, stdout } = await signalbox([words, '--help'])
    t.equal(code, 0, words)
    t.match(stdout, /EXAMPLES\s+\S*signalbox/, words)
  }
  t.match((await signalbox(['plugin', 'enable', '--help'], 'zh')).stdout, '示例')
  t.match(await signalbox([]), { code: 0, stdout: /serve[\s\S]*call/ })
  t.match(await signalbox(['nonsense']), { code: 2 })
  t.match(await signalbox(['app', 'create', 'x', '--tenant', 'acme', '--json']), {
    code: 1,
    stdout: '',
    stderr: /"code":"CLI_HOST_UNREACHABLE"/,
  })
  t.match(await signalbox(['app', 'create', 'x', '--tenant', 'acme'], 'zh'), {
    stderr: /npm start/,
  })
  t.match(await signalbox(['call', 'nonsense', '{}']), { code: 1, stderr: /ARGUMENT_INVALID/ })
})
