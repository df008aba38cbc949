import { readFile } from 'node:fs/promises'
import { contractCompiler, validateContract } from '@signalbox/sdk/contract'
import { validateManifest } from '@signalbox/sdk/manifest'
import t from 'tap'
import { hash } from '../src/epcis/hash-operation.ts'
import plugin from '../src/index.ts'
import { STATUSES } from '../src/scans/status.ts'
import { shipmentOperations } from '../src/shipments/shipments-service.ts'

const readJson = async (name: string) =>
  JSON.parse(await readFile(new URL(`../${name}`, import.meta.url), 'utf8'))

const manifest = (await readJson('package.json')).signalbox
const contract = await readJson('contracts/logistics.shipments.json')
const contracts = [contract, await readJson('contracts/logistics.epcis.json')]
const operations = Object.assign({}, ...contracts.map((one) => one.operations))

t.test('manifest and contract are what a marketplace takes', async (t) => {
  t.strictSame(validateManifest(manifest), { ok: true, manifest })
  for (const one of contracts) t.strictSame(validateContract(one), { ok: true, contract: one })
  const services = Object.values(plugin.services).map((service) => Object.keys(service).sort())
  t.strictSame(
    services.sort(),
    [...contracts].map((one) => Object.keys(one.operations).sort()).sort(),
    'every operation has its handler, and every handler its contract',
  )
  const { properties } = contract.operations.report.input
  t.strictSame([...STATUSES].sort(), [...properties.status.enum].sort())
})

t.test('examples answer as they are shown', async (t) => {
  const { examples } = contract.operations.detectCarrier
  for (const { input, output, name } of examples) {
    t.strictSame(shipmentOperations.detectCarrier(input), output, name)
  }
  const [{ input, output }] = operations.hash.examples
  t.strictSame(hash(input), output)
})

t.test('every page is one of the console, and asks for operations that are there', async (t) => {
  const schema = await readJson('../console/schemas/page.json')
  const isPage = contractCompiler().compile(schema)
  for (const { point, value } of manifest.provides.contributes) {
    if (point !== 'console/page/v1') continue
    t.ok(isPage(value), `${value.id} ${JSON.stringify(isPage.errors)}`)
    for (const [, operation] of JSON.stringify(value).matchAll(/"operation":"(\w+)"/g)) {
      t.ok(operations[operation ?? ''], `${value.id}: ${operation}`)
    }
  }
})

t.test('settings are held to their schema, and every path and job has its handler', async (t) => {
  const takes = contractCompiler().compile(await readJson('schemas/config.json'))
  t.ok(takes({}))
  const first = { url: 'https://api.example.com/{number}', pack: 'aftership' }
  t.ok(
    takes({ polling: { first }, intake: { unsigned: 'take', offsets: { aftership: '+08:00' } } }),
  )
  t.notOk(takes({ polling: { first: { ...first, url: 'file:///etc' } } }))
  t.notOk(takes({ intake: { unsigned: 'always' } }))
  const paths = manifest.capabilities['http:receive'].map(({ path }: { path: string }) => path)
  t.strictSame(Object.keys(plugin.webhooks).sort(), paths.sort())
  const jobs = manifest.provides.jobs.map(({ id }: { id: string }) => id)
  t.strictSame(Object.keys(plugin.jobs).sort(), jobs.sort())
  t.doesNotThrow(() => plugin.selfTest())
})

t.test('every function has a schema of its arguments', async (t) => {
  const declared: readonly { readonly id: string; readonly args: string }[] = manifest.provides.udfs
  t.strictSame(declared.map(({ id }) => id).sort(), Object.keys(plugin.udfs).sort())
  for (const { args } of declared) t.ok(contractCompiler().compile(await readJson(args)), args)
})
