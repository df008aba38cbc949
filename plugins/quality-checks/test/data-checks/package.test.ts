import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import { validateContract } from '@signalbox/sdk/contract'
import { validateManifest } from '@signalbox/sdk/manifest'
import { packPlugin } from '@signalbox/sdk/pack'
import t from 'tap'
import { dataChecksService } from '../../src/data-checks/data-checks-service.ts'

const folder = fileURLToPath(new URL('../../', import.meta.url))
const readJson = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'))

t.test('the service is what its contract says', async (t) => {
  const contract = await readJson('contracts/quality.data.json')
  t.strictSame(validateContract(contract), { ok: true, contract })
  t.strictSame(Object.keys(dataChecksService).sort(), Object.keys(contract.operations).sort())
  const manifest = (await readJson('package.json')).signalbox
  t.strictSame(validateManifest(manifest), { ok: true, manifest })
})

t.test('the packed bundle checks data without anything of Node', async (t) => {
  const copy = t.testdir({})
  for (const part of ['package.json', 'src', 'contracts', 'migrations', 'schemas'])
    await cp(join(folder, part), join(copy, part), { recursive: true })
  const { bundlePath } = await packPlugin(copy)
  const code = await readFile(bundlePath, 'utf8')
  const bundle = vm.runInNewContext(`${code}\n__signalbox_plugin.default`)
  t.doesNotThrow(() => bundle.selfTest())
  t.equal(bundle.udfs.valid_uscc('91350100M000100Y43'), true)
})
