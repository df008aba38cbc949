import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { contractCompiler } from '@signalbox/sdk/contract'
import { validateManifest } from '@signalbox/sdk/manifest'
import { packPlugin } from '@signalbox/sdk/pack'
import t from 'tap'

const folder = fileURLToPath(new URL('../', import.meta.url))
const readJson = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'))

t.test('the manifest is what a marketplace takes', async (t) => {
  const { signalbox } = await readJson('package.json')
  t.strictSame(validateManifest(signalbox), { ok: true, manifest: signalbox })
})

t.test('settings name one address and a key, nothing else', async (t) => {
  const takes = contractCompiler().compile(await readJson('schemas/config.json'))
  const key = 'hooks'
  t.ok(takes({ url: 'https://hooks.example/in?token=1', key }))
  t.ok(takes({ url: 'http://127.0.0.1:9000', key }), 'the host decides where http may go')
  for (const url of [
    'ftp://hooks.example',
    'https://user:pass@hooks.example/',
    'https://*.example/',
    'https://',
    'https://hooks.example/a b',
  ]) {
    t.notOk(takes({ url, key }), url)
  }
  t.notOk(takes({ url: 'https://hooks.example' }))
  t.notOk(takes({ url: 'https://hooks.example', key, secret: 'x' }))
})

t.test('it packs, without a warning', async (t) => {
  const copy = t.testdir({})
  for (const part of ['package.json', 'src', 'schemas']) {
    await cp(join(folder, part), join(copy, part), { recursive: true })
  }
  const { warnings } = await packPlugin(copy)
  t.strictSame(warnings, [])
})
