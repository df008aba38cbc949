import '../plain-spawn.ts'
import { execFile } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { mainProgram, workspaceFolder } from '../../src/process/guest-process-flags.ts'
import { plainProgram } from '../../src/process/plain/plain-program.ts'
import { importingFrom, placeIn, programSources } from '../../src/process/plain/program-sources.ts'

const run = promisify(execFile)
const main = mainProgram('lane', 'child', 'lane-main.ts')
const keep = (folder: string) =>
  run(process.execPath, [
    '--no-warnings',
    mainProgram('process', 'plain', 'keep-main.ts'),
    main,
    folder,
  ])

/** Whether one text is the other with blanks, or the end of a statement, in the place of some characters. */
function isBlanked(kept: string, text: string): boolean {
  if (kept.length !== text.length) return false
  for (let at = 0; at < text.length; at++) {
    if (kept[at] !== text[at] && !/[\s;]/.test(kept[at] as string)) return false
  }
  return true
}

t.test(
  'a program is kept with all it imports: its types are blank, the rest as it is',
  async (t) => {
    const { main: plain, folder } = plainProgram(main)
    t.equal(plain, placeIn(folder, main))
    for (const [path, text] of programSources(main)) {
      const kept = readFileSync(placeIn(folder, path), 'utf8')
      t.notMatch(kept, /from '[^']*\.ts'/, path)
      t.ok(isBlanked(kept, importingFrom(folder, path, text)), path)
    }
  },
)

t.test('hosts that start together keep it once', async (t) => {
  const folder = join(t.testdir(), 'kept')
  const ends = await Promise.allSettled([keep(folder), keep(folder), keep(folder)])
  t.ok(ends.some(({ status }) => status === 'fulfilled'))
  t.same(readdirSync(join(folder, '..')), ['kept'], 'no draft is left')
  t.ok(readFileSync(placeIn(folder, main), 'utf8').length > 1000)
})

t.test('where nothing can be written, nothing is left behind, and the sources serve', async (t) => {
  const file = t.testdir({ file: '' })
  await t.rejects(keep(join(file, 'file', 'kept')))
  t.same(readdirSync(file), ['file'])
})

t.test(
  'in a clone that was moved it is kept anew, and finds the packages that moved too',
  async (t) => {
    const folder = t.testdir({
      first: {
        sandbox: {
          'package.json': '{ "type": "module" }',
          src: { 'hello.ts': "import '@signalbox/sdk'\n" },
        },
        sdk: {
          'package.json': '{ "name": "@signalbox/sdk", "type": "module", "exports": "./hello.ts" }',
          'hello.ts': "import { word } from 'only-here'\n\nconsole.log(word as string)\n",
          node_modules: {
            'only-here': {
              'package.json': '{ "name": "only-here", "type": "module", "exports": "./index.js" }',
              'index.js': "export const word = 'found'\n",
            },
          },
        },
        node_modules: { '@signalbox': { sdk: t.fixture('symlink', '../../sdk') } },
      },
    })
    const own = join('src', 'process')
    cpSync(join(workspaceFolder, own), join(folder, 'first', 'sandbox', own), { recursive: true })
    t.equal(await helloOf(join(folder, 'first')), 'found\n')
    renameSync(join(folder, 'first'), join(folder, 'second'))
    t.equal(await helloOf(join(folder, 'second')), 'found\n')
  },
)

/** What the clone's hello.ts says as the program that is kept of it. */
async function helloOf(clone: string): Promise<string> {
  const sources = join(clone, 'sandbox', 'src')
  const module = JSON.stringify(join(sources, 'process', 'plain', 'plain-program.ts'))
  const main = JSON.stringify(join(sources, 'hello.ts'))
  const asked = `import { plainProgram } from ${module}; console.log(plainProgram(${main}).main)`
  const flags = ['--no-warnings', '--input-type=module', '-e', asked]
  const kept = (await run(process.execPath, flags, { env: {} })).stdout.trim()
  if (!kept.endsWith('.mjs')) throw new Error(`${kept} is no kept program`)
  return (await run(process.execPath, [kept], { env: {} })).stdout
}
