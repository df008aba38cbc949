import '../plain-spawn.ts'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { mainProgram } from '../../src/process/guest-process-flags.ts'
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
