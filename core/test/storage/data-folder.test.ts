import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { openDataFolder } from '../../src/storage/data-folder.ts'

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

t.test('a data folder is made for its owner alone', async (t) => {
  const folder = await openDataFolder(join(t.testdir(), 'deep', 'home'))
  t.teardown(() => folder.release())
  t.equal(await modeOf(folder.path), '700')
})

t.test('a secret is made once and kept from others', async (t) => {
  const folder = await openDataFolder(t.testdir())
  t.teardown(() => folder.release())
  const secrets = await Promise.all([1, 2, 3, 4].map(() => folder.readOrCreateSecret('key')))
  t.equal(new Set(secrets).size, 1, 'all who ask at once get the same')
  t.match(secrets[0], /^[\w-]{43}$/)
  t.equal(await modeOf(join(folder.path, 'key')), '600')
  t.not(await folder.readOrCreateSecret('another'), secrets[0])
})

t.test('whoever made a secret knows that it is new, once', async (t) => {
  const folder = await openDataFolder(t.testdir())
  t.teardown(() => folder.release())
  const asked = await Promise.all([1, 2, 3, 4].map(() => folder.keptSecret('key')))
  t.equal(asked.filter(({ isNew }) => isNew).length, 1)
  t.same(await folder.keptSecret('key'), { value: asked[0]?.value, isNew: false })
  t.equal(await folder.readOrCreateSecret('key'), asked[0]?.value)
})

t.test('a second host on the same folder is refused, by whatever name it comes', async (t) => {
  const home = join(t.testdir({ home: {} }), 'home')
  const first = await openDataFolder(home)
  await t.rejects(openDataFolder(home), { code: 'CORE_DATA_FOLDER_IN_USE' })
  const alias = `${home}-alias`
  await symlink(home, alias)
  await t.rejects(openDataFolder(alias), { code: 'CORE_DATA_FOLDER_IN_USE' })
  await first.release()
  const second = await openDataFolder(home)
  await second.release()
})

t.test('kill -9 gives the folder back', async (t) => {
  const home = t.testdir()
  const source = new URL('../../src/storage/data-folder.ts', import.meta.url).href
  const program = `
    const { openDataFolder } = await import(${JSON.stringify(source)})
    await openDataFolder(${JSON.stringify(home)})
    process.stdout.write('held')
    setInterval(() => {}, 1000)`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program])
  t.teardown(() => holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  await t.rejects(openDataFolder(home), { code: 'CORE_DATA_FOLDER_IN_USE' })
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  const folder = await openDataFolder(home)
  await folder.release()
})

t.test('a file where the folder should be is told as what it is', async (t) => {
  const file = join(t.testdir(), 'file')
  await writeFile(file, '')
  await t.rejects(openDataFolder(file), { code: 'CORE_DATA_FOLDER_UNUSABLE' })
  await t.rejects(openDataFolder(join(file, 'home')), { code: 'CORE_DATA_FOLDER_UNUSABLE' })
})
