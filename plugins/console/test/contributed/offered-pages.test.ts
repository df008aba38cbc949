import t from 'tap'
import {
  entryPages,
  linkedPage,
  offeringOf,
  pageAt,
  pagesOfGroup,
} from '../../web/contributed/offered-pages.ts'
import type { Contributed } from '../../web/contributed/page-spec.ts'

const title = { en: 'Title', 'zh-CN': '标题' }
const item = (plugin: string, value: object, fits = true): Contributed => ({
  plugin,
  version: '1.0.0',
  base: `/ui/${plugin}/1.0.0/ui`,
  tier: 'sandbox',
  point: 'console/page/v1',
  value,
  fits,
  errors: fits ? [] : [{ pointer: '/title', detail: 'is missing' }],
  owner: { plugin: '@signalbox/console', version: '1.0.0' },
})
const lots = {
  id: 'lots',
  path: '/quality/lots',
  title,
  group: 'quality',
  order: 20,
  requires: 'lots.read',
  blocks: [{ kind: 'table', link: { page: 'lot', params: { lot: '/lot' } } }],
}
const lot = {
  id: 'lot',
  path: '/quality/lot',
  title,
  group: 'quality',
  params: ['lot'],
  blocks: [],
}
const first = { id: 'first', path: '/quality/first', title, group: 'quality', order: 1, blocks: [] }
const everything = () => true

t.test(
  'pages stand in their group by their order, and one thing is reached by a link',
  async (t) => {
    const { pages } = offeringOf([item('a', lots), item('a', lot), item('a', first)], everything)
    const ids = pagesOfGroup(entryPages(pages), 'quality').map(({ spec }) => spec.id)
    t.strictSame(ids, ['first', 'lots'])
    t.equal(linkedPage(pages, 'a', 'lot')?.spec.path, '/quality/lot')
    t.equal(linkedPage(pages, 'b', 'lot'), undefined, 'links stay within a plugin')
  },
)

t.test('who has not the permission is not offered the page, by its address either', async (t) => {
  const { pages, unfit } = offeringOf([item('a', lots)], () => false)
  t.strictSame([pages, unfit], [[], []])
  t.equal(pageAt(pages, 'quality/lots'), undefined)
})

t.test('what does not fit is not shown, and kept with its reason', async (t) => {
  const { pages, unfit } = offeringOf([item('a', { id: 'odd' }, false)], everything)
  t.strictSame(pages, [])
  t.match(unfit, [{ plugin: 'a', errors: [{ pointer: '/title' }] }])
})

t.test('a path is of the first plugin that has it, whoever looks', async (t) => {
  const both = [item('a', lots), item('b', { ...lots, requires: undefined })]
  const seen = offeringOf(both, everything)
  t.strictSame(
    seen.pages.map(({ plugin }) => plugin),
    ['a'],
  )
  t.strictSame(
    seen.shadowed.map(({ plugin }) => plugin),
    ['b'],
  )
  t.strictSame(offeringOf(both, () => false).pages, [], 'the other does not slip into its place')
})

t.test('another point is not a page', async (t) => {
  const other = { ...item('a', lots), point: 'host/page/v1' }
  t.strictSame(offeringOf([other], everything).pages, [])
})

t.test('an address is found with a slash at its end, too', async (t) => {
  const { pages } = offeringOf([item('a', first)], everything)
  t.equal(pageAt(pages, 'quality/first/')?.spec.id, 'first')
  t.equal(pageAt(pages, 'quality'), undefined)
})
