import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { contractCompiler } from '@signalbox/sdk/contract'
import { validateManifest } from '@signalbox/sdk/manifest'
import { packPlugin } from '@signalbox/sdk/pack'
import t from 'tap'

const folder = fileURLToPath(new URL('../', import.meta.url))
const readJson = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'))

t.test('the manifest is what a marketplace takes, and of no other tier', async (t) => {
  const { signalbox } = await readJson('package.json')
  t.strictSame(validateManifest(signalbox), { ok: true, manifest: signalbox })
  const sandboxed = { ...signalbox, runtime: { ...signalbox.runtime, tier: 'sandbox' } }
  t.match(validateManifest(sandboxed), {
    ok: false,
    faults: [{ pointer: '/capabilities/secret:use/0/reveal' }],
  })
})

t.test('settings are those of a mail server, nothing else', async (t) => {
  const takes = contractCompiler().compile(await readJson('schemas/config.json'))
  const least = { host: 'mail.acme.example', port: 465, from: 'box@acme.example' }
  t.ok(takes(least))
  t.ok(takes({ ...least, tls: 'starttls', user: 'box', fromName: '信号楼' }))
  for (const wrong of [
    { host: 'mail.acme.example/x' },
    { host: 'a b' },
    { port: 0 },
    { tls: 'maybe' },
    { from: 'box' },
    { fromName: 'a\r\nBcc: b' },
    { user: 'a\nb' },
    { password: 'x' },
    { rejectUnauthorized: false },
  ]) {
    t.notOk(takes({ ...least, ...wrong }), JSON.stringify(wrong))
  }
})

t.test('it packs into one module, without a warning', async (t) => {
  const copy = t.testdir({})
  for (const part of ['package.json', 'src', 'schemas']) {
    await cp(join(folder, part), join(copy, part), { recursive: true })
  }
  const { warnings, bundlePath } = await packPlugin(copy)
  t.strictSame(warnings, [])
  const code = await readFile(bundlePath, 'utf8')
  t.notMatch(code, /from ['"]nodemailer/)
})
