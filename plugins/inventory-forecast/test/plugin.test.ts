import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import { contractCompiler, validateContract } from '@signalbox/sdk/contract'
import { validateManifest } from '@signalbox/sdk/manifest'
import { packPlugin } from '@signalbox/sdk/pack'
import t from 'tap'
import plugin from '../src/index.ts'
import { contextWithoutTables } from './context.ts'

const folder = fileURLToPath(new URL('../', import.meta.url))
const readJson = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'))

const manifest = (await readJson('package.json')).signalbox
const contract = await readJson('contracts/inventory.forecast.json')
const operations = plugin.services['inventory.forecast']

/** The examples print four decimals. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part) =>
    typeof part === 'number' ? Number(part.toFixed(4)) : part,
  )
}

t.test('manifest and contract are what a marketplace takes', async (t) => {
  t.strictSame(validateManifest(manifest), { ok: true, manifest })
  t.strictSame(validateContract(contract), { ok: true, contract })
  t.strictSame(Object.keys(operations), Object.keys(contract.operations))
})

t.test('every example of the contract is what the plugin answers', async (t) => {
  for (const name of ['forecast', 'reorder', 'reconcile'] as const) {
    const { examples, output } = contract.operations[name]
    const isAnswer = contractCompiler().compile(output)
    for (const example of examples) {
      const answer = await operations[name](example.input, contextWithoutTables)
      t.strictSame(rounded(answer), example.output, example.name)
      t.ok(isAnswer(answer), `${example.name}: unrounded, it fits the contract`)
    }
  }
})

t.test("the demo's call is one the contract takes", async (t) => {
  const { service, major, operation, input } = await readJson('demo.json')
  t.strictSame([service, major, operation], [contract.id, contract.major, 'forecast'])
  t.ok(contractCompiler().compile(contract.operations.forecast.input)(input))
  const { mean } = await operations.forecast(input, contextWithoutTables)
  t.equal(mean.length, input.horizon)
})

t.test('every function has a schema of its arguments, and every schema a function', async (t) => {
  const declared = manifest.provides.udfs.map(({ id }: { id: string }) => id)
  t.strictSame(declared.sort(), Object.keys(plugin.udfs).sort())
  for (const { args } of manifest.provides.udfs) {
    t.ok(contractCompiler().compile(await readJson(args)), args)
  }
})

t.test('inputs that would cost too much are not taken', async (t) => {
  const takes = contractCompiler().compile(contract.operations.forecast.input)
  const input = { history: Array(1200).fill(1), frequency: 12, horizon: 366 }
  t.ok(takes(input))
  t.notOk(takes({ ...input, history: Array(1201).fill(1) }))
  t.notOk(takes({ ...input, horizon: 367 }))
  t.notOk(takes({ ...input, frequency: 0 }))
  t.notOk(takes({ ...input, history: [1, 2, 3, 1e13] }))
  t.notOk(takes({ ...input, methods: 'ets' }))
  t.notOk(takes({ ...input, history: [1, 2, 3, 1e15] }))
  t.notOk(takes({ ...input, history: [] }))
  t.notOk(takes({ ...input, quantiles: [0.5, 1] }))
  t.ok(takes({ ...input, history: [1, null, 3, 4, 5] }), 'null is a gap')
})

t.test('the packed bundle stands alone and answers as the sources do', async (t) => {
  const copy = t.testdir({})
  for (const part of ['package.json', 'src', 'contracts', 'migrations', 'schemas']) {
    await cp(join(folder, part), join(copy, part), { recursive: true })
  }
  const { bundlePath, warnings } = await packPlugin(copy)
  t.strictSame(warnings, [])
  const code = await readFile(bundlePath, 'utf8')
  t.notMatch(
    code,
    /\b(Intl|WebAssembly|SharedArrayBuffer|eval|Date|process|require)\b|Math\.random/,
  )
  // A context of its own has the language and nothing of Node.
  const bundle = vm.runInNewContext(`${code}\n__signalbox_plugin.default`)
  const [{ input }] = contract.operations.forecast.examples
  const answer = await bundle.services['inventory.forecast'].forecast(input, contextWithoutTables)
  t.equal(
    JSON.stringify(answer),
    JSON.stringify(await operations.forecast(input, contextWithoutTables)),
  )
  t.doesNotThrow(() => bundle.selfTest())
})
