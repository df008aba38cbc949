import t from 'tap'
import { chartOption } from '../../web/contributed/chart/chart-option.ts'
import { drawingOf, pointsOf } from '../../web/contributed/map/map-frame.ts'
import type { ChartSpec } from '../../web/contributed/page-spec.ts'

const en = { language: 'en', timeZone: 'UTC' }
const look = { text: '#000', line: '#ccc', isDark: false }
const named = (text: string) => ({ en: text, 'zh-CN': text })
const chart = (spec: Partial<ChartSpec>, answer: unknown) =>
  chartOption(
    {
      kind: 'chart',
      source: { service: 'a.b@1', operation: 'c' },
      rows: '/items',
      chart: 'line',
      x: { field: '/at', label: named('When') },
      series: [],
      ...spec,
    },
    [answer],
    en,
    look,
    // biome-ignore lint/suspicious/noExplicitAny: a test looks into what a library takes
  ) as any

t.test('a fan has its bands between the lines, as differences on the lower one', async (t) => {
  const { series } = chart(
    {
      chart: 'fan',
      series: [
        { field: '/low', label: named('Low'), style: 'band-low' },
        { field: '/high', label: named('High'), style: 'band-high' },
        { field: '/value', label: named('Value'), style: 'line' },
      ],
    },
    {
      items: [
        { at: 'a', low: 1, high: 4, value: 2 },
        { at: 'b', low: null, high: 5, value: 3 },
      ],
    },
  )
  t.strictSame(
    series.map(({ data }: { data: unknown }) => data),
    [
      [1, null],
      [3, null],
      [2, 3],
    ],
  )
})

t.test('a band begins at its lower line, below nought too', async (t) => {
  const { series } = chart(
    {
      chart: 'fan',
      series: [
        { field: '/low', label: named('Low'), style: 'band-low' },
        { field: '/high', label: named('High'), style: 'band-high' },
      ],
    },
    { items: [{ at: 'a', low: -3, high: 2 }] },
  )
  t.match(series, [
    { stackStrategy: 'all', data: [-3] },
    { stackStrategy: 'all', data: [5] },
  ])
})

t.test('a heatmap leaves out what is not there, and has figures below nought', async (t) => {
  const { series, visualMap } = chart(
    { chart: 'heatmap', series: [{ field: '/value', label: named('Value') }] },
    { items: [{ at: 'a', value: -2 }, { at: 'b' }, { at: 'c', value: 7 }] },
  )
  t.strictSame(series[0].data, [
    [0, 0, -2],
    [2, 0, 7],
  ])
  t.match(visualMap, { min: -2, max: 7 })
})

t.test('more points than are drawn keep outliers and what is marked', async (t) => {
  const items = Array.from({ length: 20_001 }, (_, i) => ({ at: `p${i}`, value: 10, limit: 20 }))
  const set = (at: number, value: number) => Object.assign(items[at] as object, { value })
  set(7001, 99)
  set(13_003, -5)
  const { series, xAxis } = chart(
    {
      chart: 'control',
      series: [
        { field: '/value', label: named('Value'), style: 'points' },
        { field: '/limit', label: named('Limit'), style: 'limit' },
      ],
      marks: { rows: '/signals', x: '/at', label: '/rule' },
    },
    { items, signals: [{ at: 'p15555', rule: 'nelson-2' }] },
  )
  t.ok(xAxis.data.length <= 5001 && xAxis.data.length > 900, `${xAxis.data.length}`)
  t.ok(['p7001', 'p13003', 'p15555'].every((one) => xAxis.data.includes(one)))
  t.ok(series[0].data.includes(99) && series[0].data.includes(-5))
  t.match(series[2].markLine.data, [{ xAxis: 'p15555' }])
})

t.test('a control chart has limits as dashed steps and marks above their points', async (t) => {
  const at = '2026-01-01T00:00:00Z'
  const { series } = chart(
    {
      chart: 'control',
      series: [
        { field: '/value', label: named('Value'), style: 'points' },
        { field: '/ucl', label: named('UCL'), style: 'limit' },
      ],
      marks: { rows: '/signals', x: '/at', label: '/rule' },
    },
    {
      items: [{ at, value: 9, ucl: 8 }],
      signals: [
        { at, rule: 'nelson-1' },
        { at: 'x', rule: 'y' },
      ],
    },
  )
  t.match(series[1], { lineStyle: { type: 'dashed' }, data: [8] })
  t.match(series[2].markLine.data, [{ name: 'nelson-1', xAxis: '2026-01-01' }])
  t.equal(series[2].markLine.data.length, 1, 'a mark of no point is not drawn')
})

t.test('pareto puts the vital few first and the share on an axis of its own', async (t) => {
  const { xAxis, yAxis, series } = chart(
    {
      chart: 'pareto',
      x: { field: '/sku', label: named('Item') },
      series: [
        { field: '/value', label: named('Value') },
        { field: '/share', label: named('Share') },
      ],
    },
    {
      items: [
        { sku: 'B', value: 1, share: 1 },
        { sku: 'A', value: 9, share: 0.9 },
      ],
    },
  )
  t.strictSame(xAxis.data, ['A', 'B'])
  t.equal(yAxis.length, 2)
  t.match(series, [{ type: 'bar' }, { type: 'line', yAxisIndex: 1 }])
})

t.test('text of an answer never becomes HTML in a picture', async (t) => {
  const option = chart({ series: [{ field: '/v', label: named('V') }] }, { items: [] })
  t.match(option, { tooltip: { renderMode: 'richText' }, aria: { enabled: true } })
})

t.test('a map has places in the order of their time, on a grid of degrees', async (t) => {
  const spec = {
    kind: 'map' as const,
    source: { service: 'a.b@1', operation: 'c' },
    latitude: '/lat',
    longitude: '/lon',
    label: '/name',
    at: '/at',
  }
  const points = pointsOf(
    spec,
    [
      { lat: 31.2, lon: 121.5, name: 'Shanghai', at: '2026-01-02' },
      { lat: 23.1, lon: 113.3, name: 'Guangzhou', at: '2026-01-01' },
      { lat: 99, lon: 0, name: 'nowhere' },
      { lat: '31', lon: 1, name: 'text' },
    ],
    en,
  )
  t.strictSame(
    points.map(({ label }) => label),
    ['Guangzhou', 'Shanghai'],
  )
  const drawing = drawingOf(points)
  const [south, north] = drawing.points
  t.ok((south?.y ?? 0) > (north?.y ?? 0) && (south?.x ?? 0) < (north?.x ?? 0))
  for (const { x, y } of drawing.points) {
    t.ok(x >= 0 && x <= drawing.width && y >= 0 && y <= drawing.height)
  }
  t.ok(drawing.parallels.length >= 2 && drawing.meridians.length >= 2)
  t.ok(drawingOf(points.slice(0, 1)).parallels.length >= 2, 'one place has its surroundings')
})
