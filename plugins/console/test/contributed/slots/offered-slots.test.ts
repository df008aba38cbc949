import t from 'tap'
import type { Contributed } from '../../../web/contributed/page-spec.ts'
import {
  slotsOf,
  WIDGET_BOUNDS,
  WIDGET_POINT,
} from '../../../web/contributed/slots/offered-slots.ts'
import { pageOfCommand, pageOfWidget } from '../../../web/contributed/slots/slot-page.ts'
import type { WidgetSpec } from '../../../web/contributed/slots/slot-spec.ts'

const title = { en: 'Title', 'zh-CN': '标题' }
const item = (plugin: string, value: object, fits = true): Contributed => ({
  plugin,
  version: '1.0.0',
  base: `/ui/${plugin}/1.0.0/ui`,
  tier: 'sandbox',
  point: WIDGET_POINT,
  value: { title, ...value },
  fits,
  errors: fits ? [] : [{ pointer: '/title', detail: 'is missing' }],
  owner: { plugin: '@signalbox/console', version: '1.0.0' },
})
const everything = () => true
const offered = (
  items: readonly Contributed[],
  may: (permission: string) => boolean = everything,
) => slotsOf<WidgetSpec>(items, may, WIDGET_BOUNDS)
const ids = (slots: readonly { plugin: string; spec: { id: string } }[]) =>
  slots.map(({ plugin, spec }) => `${plugin} ${spec.id}`)

t.test('cards stand by their order, and what says nothing of it comes last', async (t) => {
  const { shown } = offered([
    item('a', { id: 'none' }),
    item('a', { id: 'late', order: 20 }),
    item('b', { id: 'soon', order: 10 }),
  ])
  t.same(ids(shown), ['b soon', 'a late', 'a none'])
})

t.test('who has not the permission is offered nothing, and nothing is said of it', async (t) => {
  const items = [
    item('a', { id: 'late', requires: 'orders.read' }),
    item('a', { id: 'odd' }, false),
  ]
  const { shown, left, unfit } = offered(items, () => false)
  t.same([shown, left], [[], []])
  t.match(unfit, [{ plugin: 'a', errors: [{ pointer: '/title' }] }])
})

t.test('no plugin takes the place of the others, and there is an end to all', async (t) => {
  const greedy = Array.from({ length: 30 }, (_, order) => item('a', { id: `a${order}`, order }))
  const others = ['b', 'c', 'd', 'e'].flatMap((plugin) =>
    [1, 2, 3].map((order) => item(plugin, { id: `n${order}`, order: 500 })),
  )
  const { shown, left } = offered([...greedy, ...others])
  t.equal(shown.length, 12)
  t.equal(shown.filter(({ plugin }) => plugin === 'a').length, 4)
  t.equal(left.length, greedy.length + others.length - 12, 'what is left is known')
})

t.test('an id is of the first that has it in a plugin, whoever looks', async (t) => {
  const both = [
    item('a', { id: 'x', requires: 'p' }),
    item('a', { id: 'x' }),
    item('b', { id: 'x' }),
  ]
  const { shown, shadowed } = offered(both, () => false)
  t.same(ids(shown), ['b x'])
  t.same(ids(shadowed), ['a x'])
})

t.test('ids that every object has already are ids', async (t) => {
  const names = ['__proto__', 'constructor', 'toString']
  t.same(
    offered(names.map((id) => item('a', { id }))).shown.map(({ spec }) => spec.id),
    names,
  )
})

t.test('a card is a page of one block under its own title; a form of a command, too', async (t) => {
  const of = { plugin: 'a', version: '1.0.0', base: undefined, tier: 'sandbox' }
  const source = { service: 'orders.visibility@1', operation: 'board' }
  const block = { kind: 'metric', source, values: [] } as const
  t.match(pageOfWidget({ ...of, spec: { id: 'late', title, block } }).spec, {
    blocks: [{ kind: 'metric', title }],
    page: undefined,
  })
  const calls = [source]
  t.match(pageOfWidget({ ...of, spec: { id: 'own', title, page: 'ui/x.html', calls } }).spec, {
    blocks: undefined,
    page: 'ui/x.html',
    calls,
  })
  t.match(pageOfCommand({ ...of, spec: { id: 'go', title, form: source } })?.spec, {
    blocks: [{ kind: 'form', title, ...source }],
  })
  t.equal(pageOfCommand({ ...of, spec: { id: 'go', title, opens: { page: 'lots' } } }), undefined)
})
