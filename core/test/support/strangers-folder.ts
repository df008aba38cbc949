import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Teardown, temporaryHome } from './host-process.ts'

const root = join(import.meta.dirname, '../../..')

/** A folder of somebody who has the tools of this one, a host's data and nothing else. */
export async function strangersFolder(t: Teardown, home: string): Promise<string> {
  const folder = await temporaryHome(t)
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await symlink(home, join(folder, '.signalbox'))
  const { feed = '' } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).scripts
  const scripts = { feed: feed.replace('plugins/', `${root}/plugins/`) }
  const text = JSON.stringify({ private: true, type: 'module', scripts })
  await writeFile(join(folder, 'package.json'), text)
  return folder
}
