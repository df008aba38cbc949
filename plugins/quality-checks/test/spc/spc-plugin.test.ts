import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import { contractCompiler, validateContract } from '@signalbox/sdk/contract'
import { packPlugin } from '@signalbox/sdk/pack'
import t from 'tap'
import plugin from '../../src/index.ts'
import { spcService } from '../../src/spc/spc-service.ts'
import { spcUdfs } from '../../src/spc/spc-udfs.ts'

const folder = fileURLToPath(new URL('../../', import.meta.url))
const contract = JSON.parse(await readFile(join(folder, 'contracts/quality.spc.json'), 'utf8'))
const context = {
  db: null,
  now: () => 0,
  principal: { kind: 'app', id: 'a' },
  tenant: 't',
} as never

t.test('the contract is one that a marketplace takes, and has every operation', async (t) => {
  t.strictSame(validateContract(contract), { ok: true, contract })
  t.strictSame(Object.keys(spcService).sort(), Object.keys(contract.operations).sort())
})

t.test('examples are answered within their schemas', async (t) => {
  for (const name of ['capability', 'gaugeStudy'] as const) {
    const { examples, input, output } = contract.operations[name]
    for (const example of examples) {
      t.ok(contractCompiler().compile(input)(example.input), example.name)
      const answer = await spcService[name](example.input, context)
      t.ok(contractCompiler().compile(output)(JSON.parse(JSON.stringify(answer))), example.name)
      t.strictSame(JSON.parse(JSON.stringify(answer)), example.output, example.name)
    }
  }
})

t.test('inputs of any other size are not taken', async (t) => {
  const takes = contractCompiler().compile(contract.operations.append.input)
  const at = '2026-01-01T00:00:00Z'
  const input = (points: unknown) => ({ chart: 'c', points })
  t.ok(takes(input(Array(50).fill({ at, values: [1] }))))
  t.notOk(takes(input(Array(51).fill({ at, values: [1] }))))
  t.notOk(takes(input([])))
  t.notOk(takes(input([{ at: 'today', values: [1] }])))
  t.notOk(takes(input([{ at, values: [2e15] }])))
  t.notOk(takes(input([{ at, values: [] }])))
  t.notOk(takes(input([{ at, count: -1 }])))
})

t.test('functions over rows', async (t) => {
  const { cpk, nelson_flags: flags } = spcUdfs
  t.equal(cpk([1, 1, 1], 0, 2), null, 'no spread')
  t.equal(cpk([1], 0, 2), null)
  t.equal(cpk(null, 0, 2), null)
  t.equal(cpk([1, 2], null, null), null)
  const moving = (10 - 5) / ((3 * 2) / 1.128)
  t.ok(Math.abs((cpk([4, 6, 4, 6], null, 10) ?? 0) - moving) < 1e-12)
  const subgroups =
    cpk(
      [
        [4, 6],
        [5, 7],
      ],
      0,
      10,
    ) ?? 0
  t.ok(Math.abs(subgroups - (10 - 5.5) / ((3 * 2) / 1.128)) < 1e-12, 'of subgroups by their ranges')
  t.throws(() => cpk([1, 2], 3, 1), { code: 'CAPABILITY_LIMITS_REVERSED' })
  t.throws(() => cpk('x', 0, 1), { code: 'SPC_VALUE_INVALID' })
  t.match(flags([0, 0, 5], 0, 1), { r1: [3], r2: [], r8: [] })
  t.throws(() => flags([0], 0, 0), { code: 'SPC_SIGMA_ZERO' })
  t.throws(() => flags(['1'], 0, 1), { code: 'SPC_VALUE_INVALID' })
})

t.test('defects per million opportunities, a column at a time', async (t) => {
  const column = (...numbers: number[]) =>
    ({ values: Float64Array.from(numbers) }) as unknown as Parameters<typeof spcUdfs.dpmo>[0][0]
  const columns = [column(3, 1, 5), column(100, 0, 10), column(5, 2, 1)] as const
  const answer = spcUdfs.dpmo(columns, 3, new Float64Array(3))
  t.match(answer, {
    values: Float64Array.from([6000, 0, 500_000]),
    validity: Uint8Array.from([0b101]),
  })
})

t.test('the packed bundle stands alone', async (t) => {
  t.doesNotThrow(() => plugin.selfTest())
  const copy = t.testdir({})
  for (const part of ['package.json', 'src', 'contracts', 'schemas', 'migrations']) {
    await cp(join(folder, part), join(copy, part), { recursive: true })
  }
  const { bundlePath, warnings } = await packPlugin(copy)
  // Seven services in readable code, and no library: what the packer says of its size is so.
  t.strictSame(
    warnings.filter((warning) => !/^the bundle has \d+ bytes/.test(warning)),
    [],
  )
  const code = await readFile(bundlePath, 'utf8')
  t.notMatch(code, /\b(Intl|toLocale\w+|Math\.random|require\()/)
  const bundle = vm.runInNewContext(`${code}\n__signalbox_plugin.default`)
  const [{ input }] = contract.operations.capability.examples
  const answer = await bundle.services['quality.spc'].capability(input, context)
  t.equal(JSON.stringify(answer), JSON.stringify(await spcService.capability(input, context)))
  t.doesNotThrow(() => bundle.selfTest())
})
