import type { Contract } from '@signalbox/sdk/contract'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  cursorOf,
  cursorPattern,
  isAfter,
  searchServices,
} from '../../../src/catalog/search/search-services.ts'

const contract = (id: string, words: Partial<Contract>): Contract => ({
  id,
  major: 1,
  title: { en: id },
  operations: {},
  ...words,
})

const contracts = new Map(
  [
    contract('orders.list', {
      title: { en: 'Orders', 'zh-CN': '查询订单' },
      domain: 'sales',
      tags: ['orders', 'b2b'],
      operations: { listOpen: { summary: { en: 'Orders not shipped yet' }, input: true } },
    }),
    contract('stock.level', {
      title: { en: 'Stock by site', 'zh-CN': '库存查询' },
      description: { en: 'What lies where, reserved for orders or free' },
      domain: 'logistics',
    }),
    contract('weather', { title: { en: 'Weather', 'zh-CN': '天气' } }),
  ].map((one) => [one.id, one]),
)

const services = [...contracts.keys(), 'noop'].map((id) => ({
  id,
  major: 1,
  plugin: id,
  ownerTenant: null,
}))

const search = (wish: Parameters<typeof searchServices>[1]) =>
  searchServices(services, wish, ({ id }) => contracts.get(id))
const ids = (wish: Parameters<typeof search>[0]) => search(wish).map(({ service }) => service.id)

t.test('what is named so comes before what only speaks of it', async (t) => {
  t.same(ids({ q: 'orders' }), ['orders.list', 'stock.level'])
  t.same(ids({ q: 'ORDERS shipped' }), ['orders.list'], 'every word is somewhere')
  t.same(ids({ q: 'open' }), ['orders.list'], 'a part of the name of an operation')
  t.same(ids({ q: 'noop' }), ['noop'], 'what has no contract has its id')
})

t.test('Chinese is found without spaces, in another order of its words too', async (t) => {
  t.same(ids({ q: '订单' }), ['orders.list'])
  t.same(ids({ q: '库存' }), ['stock.level'])
  t.same(ids({ q: '订单查询' }), ['orders.list'])
  t.same(ids({ q: 'orders订单' }), ['orders.list'])
  t.same(ids({ q: '天文' }), [])
})

t.test('domain and tag narrow, alone and with words', async (t) => {
  t.same(ids({ domain: 'logistics' }), ['stock.level'])
  t.same(ids({ tag: 'b2b' }), ['orders.list'])
  t.same(ids({ q: 'orders', domain: 'logistics' }), ['stock.level'])
  t.same(ids({ tag: 'B2' }), [])
})

t.test(
  'whatever is asked for, pages of it put together are the whole, and nothing throws',
  async () => {
    const letters = fc.constantFrom(...'orders 查询订单库存%_\'"\\*()[]{}|&!:~@.\u{1F600}')
    const words = fc.oneof(fc.string({ unit: letters, maxLength: 12 }), fc.string())
    fc.assert(
      fc.property(words, (q) => {
        const whole = search({ q })
        return whole.every((one, index) => {
          const cursor = cursorOf({ ...one.service, score: one.score })
          const rest = whole.filter((other) => isAfter(other, cursor))
          return new RegExp(cursorPattern).test(cursor) && rest.length === whole.length - index - 1
        })
      }),
    )
  },
)
