import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import {
  removeFolder,
  removeOthers,
  verifiedFolder,
  versionFolderName,
  versionFolderPrefix,
} from '../../src/trusted/version-folder.ts'
import { temporaryHome } from '../support/host-process.ts'

const contents = new Map<string, Buffer>()
const file = (path: string, text: string) => {
  const sha256 = createHash('sha256').update(text).digest('hex')
  contents.set(sha256, Buffer.from(text))
  return { path, sha256 }
}
const files = [file('package.json', '{}'), file('dist/plugin.js', 'export default {}')]
let reads = 0
const read = async (sha256: string) => {
  reads++
  return contents.get(sha256)
}
const name = versionFolderName('@a/b', '1.0.0', files)
const make = (root: string, of = files) => verifiedFolder(root, name, of, read)

t.test('the name says what is in it', async (t) => {
  t.ok(name.startsWith(versionFolderPrefix('@a/b', '1.0.0')))
  t.equal(versionFolderName('@a/b', '1.0.0', [...files].reverse()), name)
  t.not(versionFolderName('@a/b', '1.0.0', [...files, file('x', 'y')]), name)
})

t.test('it is made once, for its owner only, and not written to', async (t) => {
  const root = join(await temporaryHome(t), 'trusted')
  const folder = await make(root)
  t.equal(await readFile(join(folder, 'dist/plugin.js'), 'utf8'), 'export default {}')
  t.equal((await stat(root)).mode & 0o777, 0o700)
  t.equal((await stat(folder)).mode & 0o777, 0o700)
  t.equal((await stat(join(folder, 'package.json'))).mode & 0o777, 0o400)
  reads = 0
  await make(root)
  t.equal(reads, 0)
  t.strictSame(await readdir(root), [name], 'no draft is left')
})

t.test('what is not byte for byte the package is made again', async (t) => {
  const root = await temporaryHome(t)
  const folder = await make(root)
  const spoil = {
    changed: () => writeFile(join(folder, 'dist/plugin.js'), 'export default 1'),
    more: () => writeFile(join(folder, 'more.js'), ''),
    fewer: () => rm(join(folder, 'package.json')),
    linked: async () => {
      await rm(join(folder, 'package.json'))
      await symlink('/etc/passwd', join(folder, 'package.json'))
    },
    folder: async () => {
      await rm(join(folder, 'package.json'))
      await mkdir(join(folder, 'package.json'))
    },
  }
  for (const [how, act] of Object.entries(spoil)) {
    for (const path of [folder, join(folder, 'dist')]) await chmod(path, 0o700)
    await chmod(join(folder, 'dist/plugin.js'), 0o600)
    await act()
    await make(root)
    t.equal(await readFile(join(folder, 'dist/plugin.js'), 'utf8'), 'export default {}', how)
    t.equal(await readFile(join(folder, 'package.json'), 'utf8'), '{}', how)
    t.strictSame((await readdir(folder)).sort(), ['dist', 'package.json'], how)
  }
})

t.test(
  'no path leaves the folder, and bytes that are not what was installed are not taken',
  async (t) => {
    const root = await temporaryHome(t)
    for (const path of ['../x', '/etc/x', 'a/../../x', './x']) {
      await t.rejects(make(root, [file(path, 'y')]), path)
    }
    const wrong = { path: 'x', sha256: 'f'.repeat(64) }
    contents.set(wrong.sha256, Buffer.from('something else'))
    await t.rejects(make(root, [wrong]))
    t.strictSame(await readdir(root), [], 'nothing is left of it')
  },
)

t.test('what is not needed goes', async (t) => {
  const root = await temporaryHome(t)
  await make(root)
  await mkdir(join(root, '.draft-abc'))
  await removeOthers(root, (one) => one === name)
  t.strictSame(await readdir(root), [name])
  await removeFolder(join(root, name))
  t.strictSame(await readdir(root), [])
  await removeOthers(join(root, 'absent'), () => false)
})
