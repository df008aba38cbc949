import { randomBytes } from 'node:crypto'
import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { HostKeys, openHostKeys } from '../../src/sealing/host-keys.ts'
import { parseKeyFile } from '../../src/sealing/key-file.ts'
import { openDataFolder } from '../../src/storage/data-folder.ts'

const line = () => randomBytes(32).toString('base64')

async function keyFile(t: Test, text: string, mode = 0o600): Promise<string> {
  const file = join(t.testdir(), 'keys')
  await writeFile(file, text, { mode })
  return file
}

t.test('a file holds one key a line, the newest first, with comments', (t) => {
  const [one, two] = [randomBytes(32), randomBytes(32)]
  const text = `# of 2026\n${one.toString('base64')}\n\n${two.toString('base64url')} # old\r\n`
  const keys = parseKeyFile(text)
  t.same(
    keys.map(({ secret }) => secret),
    [one, two],
  )
  t.equal(keys[1]?.id, parseKeyFile(two.toString('base64'))[0]?.id)
  t.end()
})

t.test('what is no file of keys is refused without a word of what it holds', (t) => {
  for (const text of ['', '# only', 'hunter2', `${line()} ${line()}`, line().slice(3)]) {
    t.throws(() => parseKeyFile(text), /no key|not 32 bytes/)
    try {
      parseKeyFile(text)
    } catch (error) {
      t.notMatch(String(error), 'hunter2')
    }
  }
  t.end()
})

t.test('a file that others may use is refused, with the cure', async (t) => {
  const folder = await openDataFolder(join(t.testdir(), 'home'))
  t.teardown(() => folder.release())
  const file = await keyFile(t, line(), 0o640)
  const log = { warn: () => undefined }
  const settings = { keyFile: file, databaseUrl: null }
  await t.rejects(openHostKeys(settings, folder, log), {
    code: 'CORE_KEY_FILE_UNUSABLE',
    message: /0640, not 0600/,
  })
  await chmod(file, 0o600)
  await openHostKeys(settings, folder, log)
  await t.rejects(openHostKeys({ ...settings, keyFile: `${file}-gone` }, folder, log), {
    message: /ENOENT/,
  })
})

t.test(
  'a host alone keeps a key in its folder; one on DATABASE_URL without a file seals nothing',
  async (t) => {
    const folder = await openDataFolder(join(t.testdir(), 'home'))
    t.teardown(() => folder.release())
    const warnings: string[] = []
    const log = { warn: (message: string) => warnings.push(message) }
    const own = await openHostKeys({ keyFile: null, databaseUrl: null }, folder, log)
    const { id } = await own.for('test').newest()
    const file = join(folder.path, 'host-key')
    t.equal((await stat(file)).mode & 0o777, 0o600)
    t.equal(parseKeyFile(await readFile(file, 'utf8'))[0]?.id, id)
    t.same(warnings, [])
    const none = await openHostKeys({ keyFile: null, databaseUrl: 'postgres://x/y' }, folder, log)
    t.match(warnings, [/SIGNALBOX_KEY_FILE/])
    await t.rejects(none.for('test').newest(), { code: 'CORE_HOST_KEY_ABSENT' })
    await t.rejects(none.for('test').byId(id), { code: 'CORE_HOST_KEY_ABSENT' })
  },
)

t.test(
  'a new key in the file is used without a restart, and the old one as long as it is there',
  async (t) => {
    const old = line()
    const file = await keyFile(t, old)
    const keys = new HostKeys({ file, setting: 'SIGNALBOX_KEY_FILE' })
    const before = await keys.for('test').newest()
    t.not((await keys.for('other').newest()).key.toString('hex'), before.key.toString('hex'))
    await writeFile(file, `${line()}\n${old}\n`)
    const after = await keys.for('test').newest()
    t.not(after.id, before.id)
    t.ok((await keys.for('test').byId(before.id)).equals(before.key))
    const fresh = new HostKeys({ file, setting: 'SIGNALBOX_KEY_FILE' })
    t.ok((await fresh.for('test').byId(before.id)).equals(before.key))
    await t.rejects(fresh.for('test').byId('hk_0000000000000000'), {
      code: 'CORE_HOST_KEY_MISSING',
    })
  },
)
