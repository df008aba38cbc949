import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
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

/** Arguments of Node for a process that opens the folder, says so, and stays. */
function holderOf(home: string): string[] {
  const source = new URL('../../src/storage/data-folder.ts', import.meta.url).href
  const program = `
    const { openDataFolder } = await import(${JSON.stringify(source)})
    await openDataFolder(${JSON.stringify(home)})
    process.stdout.write('held')
    setInterval(() => {}, 1000)`
  return ['--input-type=module', '-e', program]
}

t.test('kill -9 gives the folder back', async (t) => {
  const home = t.testdir()
  const holder = spawn(process.execPath, holderOf(home))
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

t.test('a folder that is not ours is refused and left as it is', async (t) => {
  const folder = t.testdir({ theirs: '' })
  await chmod(folder, 0o755)
  const refusal = { code: 'CORE_DATA_FOLDER_UNUSABLE', message: /holds theirs/ }
  await t.rejects(openDataFolder(folder), refusal)
  t.equal(await modeOf(folder), '755')
  const shared = join(folder, 'shared')
  await mkdir(shared)
  await chmod(shared, 0o1777)
  await t.rejects(openDataFolder(shared), { code: 'CORE_DATA_FOLDER_UNUSABLE' })
  t.equal((await stat(shared)).mode & 0o7777, 0o1777)
})

const linuxOnly = process.platform === 'linux' ? {} : { skip: 'claims by file are for Linux' }

/** What another host would have written. */
async function claimOf(home: string, changes: object): Promise<void> {
  const folder = await openDataFolder(home)
  const file = join(home, 'host.lock')
  const claim = JSON.parse(await readFile(file, 'utf8'))
  await folder.release()
  await writeFile(file, JSON.stringify({ ...claim, ...changes }))
}

t.test('a claim is respected unless its process is known to be gone', linuxOnly, async (t) => {
  const home = t.testdir()
  const gone = { pid: 4194305, started: '1' }
  const held: Readonly<Record<string, object>> = {
    'another machine': { ...gone, boot: 'another', name: 'another' },
    'a machine that does not tell its name': { ...gone, boot: 'another', name: '' },
    'a namespace that no socket tells of': { ...gone, pidNamespace: 'pid:[1]', socket: null },
  }
  for (const [who, changes] of Object.entries(held)) {
    await claimOf(home, changes)
    await t.rejects(
      openDataFolder(home),
      { code: 'CORE_DATA_FOLDER_IN_USE', parameters: { file: join(home, 'host.lock') } },
      who,
    )
    await rm(join(home, 'host.lock'))
  }
  const dead: Readonly<Record<string, object>> = {
    'a process that ended': gone,
    'a process whose number someone else has': { started: '1' },
    'this machine before its restart': { boot: 'another' },
  }
  for (const [who, changes] of Object.entries(dead)) {
    await claimOf(home, changes)
    const folder = await openDataFolder(home)
    t.pass(who)
    await folder.release()
  }
  t.same(await readdir(home), [], 'nothing is left over')
})

t.test(
  'of hosts that start at once on a folder whose host was killed, one wins',
  linuxOnly,
  async (t) => {
    const home = t.testdir()
    await claimOf(home, { pid: 4194305, started: '1' })
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => openDataFolder(home)))
    const winners = outcomes.filter((outcome) => outcome.status === 'fulfilled')
    t.equal(winners.length, 1)
    await winners[0]?.value.release()
  },
)

t.test('another PID and network namespace sees who is alive', linuxOnly, async (t) => {
  const unshare = ['--pid', '--net', '--mount-proc', '--fork', '--kill-child']
  const probe = spawn('/usr/bin/unshare', [...unshare, 'true'])
  const [code] = await Promise.race([once(probe, 'exit'), once(probe, 'error')])
  if (code !== 0) {
    t.comment('this user may make no namespaces')
    return
  }
  const home = t.testdir()
  const holder = spawn('/usr/bin/unshare', [...unshare, process.execPath, ...holderOf(home)])
  t.teardown(() => holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  await t.rejects(openDataFolder(home), { code: 'CORE_DATA_FOLDER_IN_USE' })
  holder.kill('SIGKILL')
  await once(holder, 'close')
  const folder = await openDataFolder(home)
  await folder.release()
})
