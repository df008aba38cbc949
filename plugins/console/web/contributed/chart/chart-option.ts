import type { Place } from '../../parts/formats.ts'
import { textIn } from '../../texts/languages.ts'
import { readPointer, rowsAt } from '../bind.ts'
import { wordsOf } from '../cells.ts'
import type { ChartSpec, SeriesSpec } from '../page-spec.ts'
import { MOST_POINTS, numberAt, thinnedRows } from './thinned-rows.ts'

/** Ends the names of series that only hold others up. */
const UNSPOKEN = '\u200b'

/** What of the colours of the page a picture takes. */
export interface ChartLook {
  readonly text: string
  readonly line: string
  readonly isDark: boolean
}

/** A picture as echarts takes it; `unknown` members, so that this knows nothing of the library. */
export type ChartOption = Readonly<Record<string, unknown>>

const PALETTE = ['#1f5fd1', '#b4540a', '#1a7f37', '#8250df', '#bf3989', '#0e7490', '#6b5b00']
const DARK_PALETTE = ['#6ea1ff', '#f0994d', '#4cc26b', '#b392f0', '#f183c3', '#3cc3d8', '#d4b83e']

/** @param answers pages of the read that the block shows. Pure. */
export function chartOption(
  spec: ChartSpec,
  answers: readonly unknown[],
  place: Place,
  look: ChartLook,
): ChartOption {
  const rows = drawnRows(spec, answers, place)
  const labels = rows.map((row) => axisText(readPointer(row, spec.x.field), place))
  if (spec.chart === 'heatmap') return heatmap(spec, rows, labels, place, look)
  const isNumeric = spec.chart === 'scatter' && rows.every((row) => isNumber(at(row, spec.x.field)))
  const hasRight = spec.chart === 'pareto' && spec.series.length > 1
  const series = [
    ...bands(spec, rows, place, look),
    ...spec.series.flatMap((one, index) =>
      isBand(one) ? [] : [seriesOf(spec, one, index, rows, place, look, isNumeric)],
    ),
    ...marks(spec, answers, labels, place, look),
  ]
  return {
    ...base(place, look),
    legend: {
      type: 'scroll',
      top: 0,
      textStyle: { color: look.text },
      data: series.flatMap(({ name }) => (isSpoken(name) ? [name] : [])),
    },
    xAxis: {
      type: isNumeric ? 'value' : 'category',
      name: textIn(spec.x.label, place.language),
      nameLocation: 'middle',
      nameGap: 28,
      ...axisLook(look),
      ...(isNumeric ? { scale: true } : { data: labels }),
    },
    yAxis: [
      { type: 'value', scale: !series.some(({ type }) => type === 'bar'), ...axisLook(look) },
      ...(hasRight
        ? [
            {
              type: 'value',
              min: 0,
              max: 1,
              ...axisLook(look),
              axisLabel: { color: look.text, formatter: percentLabel },
            },
          ]
        : []),
    ],
    series,
  }
}

/** What helps to draw others has a name that nobody reads. */
function isSpoken(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && !name.endsWith(UNSPOKEN)
}

function base(place: Place, look: ChartLook): Record<string, unknown> {
  return {
    color: look.isDark ? DARK_PALETTE : PALETTE,
    animation: false,
    aria: { enabled: true },
    grid: { left: 12, right: 16, top: 72, bottom: 36, containLabel: true },
    tooltip: {
      trigger: 'axis',
      confine: true,
      // Text that a plugin answered is never read as HTML.
      renderMode: 'richText',
      valueFormatter: (value: unknown) => valueText(value, place),
    },
  }
}

function valueText(value: unknown, place: Place): string {
  return value === null || value === undefined ? '–' : wordsOf(value, place)
}

function axisLook(look: ChartLook) {
  return {
    axisLine: { lineStyle: { color: look.line } },
    axisLabel: { color: look.text, hideOverlap: true },
    nameTextStyle: { color: look.text },
    splitLine: { lineStyle: { color: look.line, opacity: 0.5 } },
  }
}

const percentLabel = (value: number) => `${Math.round(value * 100)} %`

function seriesOf(
  spec: ChartSpec,
  one: SeriesSpec,
  index: number,
  rows: readonly unknown[],
  place: Place,
  look: ChartLook,
  isNumeric: boolean,
): Record<string, unknown> {
  const style = one.style ?? usualStyle(spec, index)
  const data = rows.map((row) => {
    const value = numberAt(row, one.field)
    return isNumeric ? [at(row, spec.x.field), value] : value
  })
  const named = { name: textIn(one.label, place.language), data }
  if (style === 'bar') return { ...named, type: 'bar', barMaxWidth: 36 }
  if (style === 'limit') {
    const color = look.isDark ? '#ff9a9a' : '#c4242b'
    return {
      ...named,
      type: 'line',
      step: 'middle',
      symbol: 'none',
      color,
      lineStyle: { type: 'dashed', width: 1.5, color },
    }
  }
  if (style === 'points' && spec.chart !== 'control') {
    return { ...named, type: 'scatter', symbolSize: 6 }
  }
  return {
    ...named,
    type: 'line',
    connectNulls: false,
    showSymbol: style === 'points' || rows.length <= 60,
    symbolSize: style === 'points' ? 6 : 4,
    ...(spec.chart === 'area' ? { areaStyle: { opacity: 0.15 } } : {}),
    ...(spec.chart === 'pareto' && index > 0 ? { yAxisIndex: 1 } : {}),
  }
}

function usualStyle({ chart }: ChartSpec, index: number): NonNullable<SeriesSpec['style']> {
  if (chart === 'bar' || (chart === 'pareto' && index === 0)) return 'bar'
  return chart === 'scatter' ? 'points' : 'line'
}

function isBand({ style }: SeriesSpec): boolean {
  return style === 'band-low' || style === 'band-high'
}

/** A band is what lies between two lines: the lower one unseen, and the difference on top of it filled. */
function bands(
  spec: ChartSpec,
  rows: readonly unknown[],
  place: Place,
  look: ChartLook,
): Record<string, unknown>[] {
  const lows = spec.series.filter(({ style }) => style === 'band-low')
  const highs = spec.series.filter(({ style }) => style === 'band-high')
  return lows.flatMap((low, index) => {
    const high = highs[index]
    if (high === undefined) return []
    const lower = rows.map((row) => numberAt(row, low.field))
    const upper = rows.map((row) => numberAt(row, high.field))
    const stack = `band ${index}`
    const common = {
      type: 'line',
      stack,
      // Else the difference on a lower line below nought would begin at nought.
      stackStrategy: 'all',
      symbol: 'none',
      silent: true,
      lineStyle: { opacity: 0 },
    }
    const name = `${textIn(low.label, place.language)} – ${textIn(high.label, place.language)}`
    return [
      {
        ...common,
        name: `${name}${UNSPOKEN}`,
        data: lower,
        tooltip: { show: false },
        legendHoverLink: false,
      },
      {
        ...common,
        name,
        data: upper.map((value, i) => {
          const from = lower[i]
          return value === null || from === null || from === undefined ? null : value - from
        }),
        tooltip: { show: false },
        color: look.isDark ? '#6ea1ff' : '#1f5fd1',
        areaStyle: { opacity: 0.14 + 0.1 * index },
      },
    ]
  })
}

/** Points that somebody should look at, above their place on the axis. */
function marks(
  { marks: told, series: [first] }: ChartSpec,
  answers: readonly unknown[],
  labels: readonly string[],
  place: Place,
  look: ChartLook,
): Record<string, unknown>[] {
  if (told === undefined || first === undefined) return []
  const rules = new Map<string, string[]>()
  const drawn = new Set(labels)
  for (const mark of answers.flatMap((answer) => rowsAt(answer, told.rows))) {
    const x = axisText(readPointer(mark, told.x), place)
    const rule = wordsOf(readPointer(mark, told.label) ?? '', place)
    if (drawn.has(x)) rules.set(x, [...(rules.get(x) ?? []), rule])
  }
  // Neighbours stand on lines of their own, or none could be read.
  const data = [...rules].map(([xAxis, all], index) => ({
    name: all.join(', '),
    xAxis,
    label: { distance: 2 + 12 * (index % 3) },
  }))
  if (data.length === 0) return []
  const markLine = {
    symbol: 'none',
    silent: true,
    label: { formatter: '{b}', fontSize: 10, rotate: 0, color: look.text, textBorderWidth: 0 },
    lineStyle: { type: 'dotted', color: '#c4242b' },
    data: data.slice(0, 100),
  }
  return [{ type: 'line', name: '', data: [], markLine }]
}

function heatmap(
  spec: ChartSpec,
  rows: readonly unknown[],
  labels: readonly string[],
  place: Place,
  look: ChartLook,
): ChartOption {
  const data = rows.flatMap((row, x) =>
    spec.series.flatMap((one, y) => {
      const value = numberAt(row, one.field)
      return value === null ? [] : [[x, y, value] as const]
    }),
  )
  const least = data.reduce((found, [, , value]) => Math.min(found, value), 0)
  const most = data.reduce((found, [, , value]) => Math.max(found, value), 1)
  return {
    ...base(place, look),
    legend: { show: false },
    tooltip: { trigger: 'item', confine: true, renderMode: 'richText' },
    grid: { left: 12, right: 16, top: 12, bottom: 70, containLabel: true },
    xAxis: { type: 'category', data: labels, ...axisLook(look) },
    yAxis: {
      type: 'category',
      data: spec.series.map(({ label }) => textIn(label, place.language)),
      ...axisLook(look),
    },
    visualMap: {
      min: least,
      max: most,
      calculable: false,
      orient: 'horizontal',
      left: 'center',
      bottom: 0,
      textStyle: { color: look.text },
      inRange: { color: look.isDark ? ['#1c2740', '#6ea1ff'] : ['#eef3fb', '#1f5fd1'] },
    },
    series: [{ type: 'heatmap', data, label: { show: true } }],
  }
}

/** What is drawn of the answers, in the order of the picture. */
function drawnRows(spec: ChartSpec, answers: readonly unknown[], place: Place): readonly unknown[] {
  const rows = answers.flatMap((answer) => rowsAt(answer, spec.rows))
  if (spec.chart === 'pareto') return sortedForPareto(spec, rows).slice(0, MOST_POINTS)
  const { marks: told } = spec
  const marked = new Set(
    told === undefined
      ? []
      : answers.flatMap((answer) =>
          rowsAt(answer, told.rows).map((mark) => axisText(readPointer(mark, told.x), place)),
        ),
  )
  const fields = spec.series.map(({ field }) => field)
  const isMarked = (row: unknown) => marked.has(axisText(readPointer(row, spec.x.field), place))
  return thinnedRows(rows, fields, isMarked)
}

/** The vital few first, whatever the order of the answer. */
function sortedForPareto(spec: ChartSpec, rows: readonly unknown[]): readonly unknown[] {
  const [first] = spec.series
  if (spec.chart !== 'pareto' || first === undefined) return rows
  return [...rows].sort(
    (one, other) => (numberAt(other, first.field) ?? 0) - (numberAt(one, first.field) ?? 0),
  )
}

/** An axis of instants says the day where all are midnights, else the moment. */
function axisText(value: unknown, place: Place): string {
  if (value === undefined || value === null) return '–'
  if (typeof value === 'number') return wordsOf(value, place)
  const text = typeof value === 'string' ? value : wordsOf(value, place)
  if (/^\d{4}-\d\d-\d\dT00:00:00(\.0+)?Z$/.test(text)) return text.slice(0, 10)
  return /^\d{4}-\d\d-\d\dT/.test(text) ? momentText(text, place) : text
}

/** As short as tells one from its neighbours. */
function momentText(text: string, { language, timeZone }: Place): string {
  const when = new Date(text)
  if (Number.isNaN(when.getTime())) return text
  return new Intl.DateTimeFormat(language, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(when)
}

function at(row: unknown, pointer: string): unknown {
  return readPointer(row, pointer)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
