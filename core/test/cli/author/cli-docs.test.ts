import '../../../../sandbox/test/plain-spawn.ts'
import { existsSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { blocksBelow, Terminal } from '../../support/command-blocks.ts'

const root = join(import.meta.dirname, '../../../..')

t.test('the commands of the page work as they are pasted', async (t) => {
  const folder = t.testdir({})
  const bin = join(folder, 'bin')
  await mkdir(bin)
  await symlink(join(root, 'core/bin/signalbox.mjs'), join(bin, 'signalbox'))
  await symlink(process.execPath, join(bin, 'node'))
  const environment = { PATH: `${bin}:${process.env.PATH}`, HOME: folder }
  const terminal = new Terminal(folder, environment)
  t.teardown(() => terminal.close())
  const [begin = ''] = await blocksBelow('sdk/docs/cli.md', 'Begin')
  t.match(await terminal.paste(begin), /@acme\/quality-gate@0\.1\.0 passes\.\nexit 0/)
  const [types = ''] = await blocksBelow('sdk/docs/cli.md', 'Types: `signalbox types`')
  t.match(await terminal.paste(types), /exit 0/)
  t.ok(existsSync(join(folder, 'quality-gate/stock.v1.ts')))
})
