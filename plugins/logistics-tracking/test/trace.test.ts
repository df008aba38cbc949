import t from 'tap'
import { epcisWords, event, gtin, item, lot, make, pack, sscc } from './epcis/epcis-words.ts'
import type { Json } from './logistics-cases.ts'

const { capture, traceOf, empty } = await epcisWords(t)
t.beforeEach(empty)

t.test('a trace goes through what was made, packed and delivered, up and down', async (t) => {
  await capture(
    make([lot('MILK'), lot('SUGAR')], [lot('YOGHURT')]),
    make([lot('FRUIT')], [], { transformationID: 'urn:uuid:t1' }),
    make([lot('YOGHURT')], [lot('CUP')], { transformationID: 'urn:uuid:t1' }),
    pack(sscc(1), [], 'ADD', { childQuantityList: [{ epcClass: lot('CUP'), quantity: 9 }] }),
    pack(sscc(1), [item('X')]),
    pack(sscc(9), [sscc(1), sscc(2)], 'ADD', { bizStep: 'loading' }),
    event('ObjectEvent', {
      epcList: [sscc(9)],
      action: 'OBSERVE',
      bizStep: 'receiving',
      disposition: 'in_progress',
      readPoint: { id: 'urn:epc:id:sgln:4012345.00005.0' },
    }),
  )
  const up = await traceOf(lot('CUP'), 'up')
  const names = (graph: Json) => graph.nodes.map(({ epc }: Json) => epc.split('/').pop()).sort()
  t.strictSame(names(up), ['CUP', 'FRUIT', 'MILK', 'SUGAR', 'YOGHURT'])
  const down = await traceOf(lot('MILK'), 'down')
  t.strictSame(
    names(down),
    [
      ...['CUP', 'MILK', 'YOGHURT'],
      ...[sscc(1), sscc(9)].map((one) => one.split('/').pop()),
    ].sort(),
    'not what travelled beside it',
  )
  const container = down.nodes.find(({ epc }: Json) => epc === sscc(9))
  t.match(container, {
    kind: 'unit',
    place: 'https://id.gs1.org/414/4012345000054',
    disposition: 'in_progress',
  })
  t.strictSame(names(await traceOf(sscc(9), 'up', { depth: 2 })).includes('CUP'), true)
  t.equal((await traceOf(sscc(9), 'up', { depth: 2 })).cut, true)
  t.equal((await traceOf(sscc(9), 'up', { depth: 8 })).cut, undefined)
  t.ok(names(await traceOf(sscc(9), 'up')).includes('MILK'))
  const pairs: readonly string[] = (await traceOf(sscc(9), 'up')).edges.map(
    ({ from, to, event }: Json) => `${[from, to].sort()} ${event}`,
  )
  t.equal(new Set(pairs).size, pairs.length, 'what was followed one way is not followed back')
  await t.rejects(traceOf(lot('NONE'), 'up'), { code: 'EPC_UNKNOWN' })
})

t.test('what was in a unit counts for the time that it was in it', async (t) => {
  const pallet = 'https://id.gs1.org/8003/04012345000221334455'
  await capture(
    pack(pallet, [item(1)]),
    pack(pallet, [item(1)], 'DELETE', { bizStep: 'unpacking' }),
    pack(pallet, [item(2)]),
    pack(sscc(5), [pallet]),
    make([item(2)], [lot('P')]),
  )
  const names = (graph: Json) => graph.nodes.map(({ epc }: Json) => epc)
  t.notOk(names(await traceOf(item(1), 'down')).includes(sscc(5)), 'it was out before')
  t.ok(names(await traceOf(item(2), 'down')).includes(sscc(5)))
  t.notOk(names(await traceOf(lot('P'), 'up')).includes(item(1)))
  await capture(pack(sscc(6), [item(3)]), pack(sscc(6), [], 'DELETE'), pack(sscc(7), [sscc(6)]))
  t.notOk(names(await traceOf(item(3), 'down')).includes(sscc(7)), 'all was taken out')
})

t.test('a trace ends, in cycles and in what is larger than it may show', async (t) => {
  await capture(
    pack(sscc(1), [sscc(2)]),
    pack(sscc(2), [sscc(3)]),
    pack(sscc(3), [sscc(1)]),
    make([lot('A')], [lot('B')]),
    make([lot('B')], [lot('A')]),
  )
  t.equal((await traceOf(sscc(1), 'down', { depth: 16 })).nodes.length, 3)
  t.equal((await traceOf(lot('A'), 'up', { depth: 16 })).nodes.length, 2)
  await capture(
    ...Array.from({ length: 4 }, (_, i) =>
      pack(
        sscc(100 + i),
        Array.from({ length: 400 }, (_, k) => item(i * 400 + k)),
      ),
    ),
  )
  await capture(
    pack(
      sscc(99),
      [0, 1, 2, 3].map((i) => sscc(100 + i)),
    ),
  )
  const large = await traceOf(sscc(99), 'up')
  t.ok(large.nodes.length <= 1000 && large.cut === true)
})

t.test('serial numbers belong to the lot that they were made with', async (t) => {
  await capture(
    make([lot('RAW')], [lot('L7')]),
    event('ObjectEvent', {
      epcList: [item(1), item(2)],
      action: 'ADD',
      bizStep: 'commissioning',
      ilmd: { 'cbvmda:lotNumber': 'L7' },
    }),
    pack(sscc(1), [item(2)]),
  )
  const down = await traceOf(lot('RAW'), 'down')
  t.ok(down.nodes.some(({ epc }: Json) => epc === sscc(1)))
  t.ok((await traceOf(`(01)${gtin}(21)1`, 'up')).nodes.some(({ epc }: Json) => epc === lot('RAW')))
  t.ok(down.edges.some(({ kind }: Json) => kind === 'lot'))
})
