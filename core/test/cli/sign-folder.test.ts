import { generateKeyPairSync } from 'node:crypto'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keyIdOf } from '@signalbox/sdk/trust/key-id'
import { SIGNATURE_FILE, sha512Of, verifyPackage } from '@signalbox/sdk/trust/package-signature'
import t, { type Test } from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { signFolder } from '../../src/cli/sign-folder.ts'
import { makeSigningKey, readSigningKey } from '../../src/cli/signing-key-file.ts'

const at = Date.parse('2026-11-27T00:00:00Z')
const { publicKey, privateKey } = generateKeyPairSync('ed25519')

const project = (t: Test, files: readonly string[]) =>
  writeFiles(t.testdir({}), {
    'package.json': JSON.stringify({ name: '@acme/gate', version: '1.0.0', files }),
    'README.md': '# Gate',
    'dist/plugin.js': 'export default {}',
    'src/index.ts': 'export default {}',
    'secret.txt': 'never packed',
  })

t.test('what npm would publish is signed, and nothing else', async (t) => {
  const folder = await project(t, ['dist', SIGNATURE_FILE])
  const signed = await signFolder(folder, privateKey, at)
  t.match(signed, { name: '@acme/gate', version: '1.0.0', keyid: keyIdOf(publicKey), files: 3 })
  const files = new Map<string, string>()
  for (const path of ['package.json', 'README.md', 'dist/plugin.js']) {
    files.set(path, sha512Of(await readFile(join(folder, path))))
  }
  const text = await readFile(join(folder, SIGNATURE_FILE), 'utf8')
  const keys = { kind: 'ed25519', find: () => publicKey } as const
  const of = { name: '@acme/gate', version: '1.0.0', files }
  t.match(verifyPackage(text, of, keys), { ok: true, signature: { createdAt: at } })
  await signFolder(folder, privateKey, at)
  t.equal(
    await readFile(join(folder, SIGNATURE_FILE), 'utf8'),
    text,
    'signed again, it is the same',
  )
})

t.test('a signature that npm would leave out is refused, and none is left behind', async (t) => {
  const folder = await project(t, ['dist'])
  await t.rejects(signFolder(folder, privateKey, at), {
    code: 'CORE_SIGN_FAILED',
    message: /"files"/,
  })
  t.notOk((await readdir(folder)).includes(SIGNATURE_FILE))
})

t.test(
  'a key is made for its owner alone, outside of the project, and never over another',
  async (t) => {
    const home = t.testdir({ project: {}, config: {} })
    const file = join(home, 'config/signalbox/key.pem')
    const made = await makeSigningKey(file, join(home, 'project'))
    t.equal((await stat(file)).mode & 0o777, 0o600)
    t.equal(keyIdOf(await readSigningKey(file, {})), keyIdOf(made))
    const code = 'CORE_SIGNING_KEY_UNUSABLE'
    await t.rejects(makeSigningKey(file, join(home, 'project')), { code })
    await t.rejects(makeSigningKey(join(home, 'project/key.pem'), join(home, 'project')), { code })
    await t.rejects(makeSigningKey(join(home, 'project/a/key.pem'), join(home, 'project')), {
      code,
    })
    await chmod(file, 0o640)
    await t.rejects(readSigningKey(file, {}), { code, message: /0600/ })
  },
)

t.test('a CI gives the key as text, of one line where it must', async (t) => {
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
  for (const text of [pem, pem.replaceAll('\n', '\\n')]) {
    const key = await readSigningKey(undefined, { SIGNALBOX_SIGNING_KEY: text })
    t.equal(keyIdOf(key), keyIdOf(publicKey))
  }
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const other = p256.export({ format: 'pem', type: 'pkcs8' }) as string
  const refused = readSigningKey(undefined, { SIGNALBOX_SIGNING_KEY: other })
  await t.rejects(refused, { code: 'CORE_SIGNING_KEY_UNUSABLE' })
  const file = join(t.testdir({}), 'notes')
  await writeFile(file, 'hunter2', { mode: 0o600 })
  await readSigningKey(file, {}).catch((error: Error) => t.notMatch(error.message, 'hunter2'))
})
