import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { runCli } from '../support/run-cli.ts'

const web = join(import.meta.dirname, '../../../plugins/console/web')
/** A question for help asks no host. */
const NOWHERE = { url: 'http://127.0.0.1:9' }

/** As it stands in the source: what is put together of parts is seen by the suite that looks at every page. */
function commandsIn(text: string): readonly string[] {
  const found = text.matchAll(/npx signalbox ([a-z-]+(?: [a-z-]+)?)/g)
  return [...found].map(([, command = '']) => command)
}

t.test('each command that the console shows is one of the command line', async (t) => {
  const shown = new Map<string, string>()
  for (const file of globSync('**/*.{ts,tsx,json}', { cwd: web })) {
    for (const command of commandsIn(readFileSync(join(web, file), 'utf8'))) {
      shown.set(command, file)
    }
  }
  t.ok(shown.size > 10, `${shown.size} commands`)
  for (const [command, file] of shown) {
    const { code } = await runCli(NOWHERE, [...command.split(' '), '--help'])
    t.equal(code, 0, `${command}, of ${file}`)
  }
})
