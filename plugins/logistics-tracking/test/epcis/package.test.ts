import { readFile } from 'node:fs/promises'
import { contractCompiler, validateContract } from '@signalbox/sdk/contract'
import { validateManifest } from '@signalbox/sdk/manifest'
import t from 'tap'
import { hash } from '../../src/epcis/hash-operation.ts'
import plugin from '../../src/index.ts'
import { selfTest } from '../../src/self-test.ts'

const readJson = async (name: string) =>
  JSON.parse(await readFile(new URL(`../../${name}`, import.meta.url), 'utf8'))

const manifest = (await readJson('package.json')).signalbox
const contract = await readJson('contracts/logistics.epcis.json')

t.test('manifest and contract are what a marketplace takes, and every operation is there', (t) => {
  t.strictSame(validateManifest(manifest), { ok: true, manifest })
  t.strictSame(validateContract(contract), { ok: true, contract })
  t.strictSame(Object.keys(plugin.services['logistics.epcis']), Object.keys(contract.operations))
  t.end()
})

t.test('the example of the hash is what is answered, and the self-test passes', (t) => {
  const [{ input, output }] = contract.operations.hash.examples
  t.strictSame(hash(input), output)
  t.doesNotThrow(selfTest)
  t.end()
})

t.test('every function has a schema of its arguments', async (t) => {
  const declared: readonly { readonly id: string; readonly args: string }[] = manifest.provides.udfs
  t.strictSame(declared.map(({ id }) => id).sort(), Object.keys(plugin.udfs).sort())
  for (const { args } of declared) t.ok(contractCompiler().compile(await readJson(args)), args)
})

t.test('every page fits the schema of pages', async (t) => {
  const isPage = contractCompiler().compile(await readJson('../console/schemas/page.json'))
  for (const { value } of manifest.provides.contributes) {
    t.ok(isPage(value), `${value.id} ${JSON.stringify(isPage.errors ?? [])}`)
  }
})
