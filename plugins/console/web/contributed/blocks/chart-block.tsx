import { Table } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { preferences } from '../../app/preferences.ts'
import { useStore } from '../../app/store.ts'
import { useIsDark } from '../../app/use-is-dark.ts'
import { usePlace } from '../../parts/use-place.ts'
import { textIn } from '../../texts/languages.ts'
import { rowsAt } from '../bind.ts'
import { FieldView } from '../cell-view.tsx'
import { chartOption } from '../chart/chart-option.ts'
import { ChartView } from '../chart/chart-view.tsx'
import { MOST_POINTS } from '../chart/thinned-rows.ts'
import type { ChartSpec, FieldSpec } from '../page-spec.ts'
import { ShapeSwitch } from '../shape-switch.tsx'
import { type SourceState, useSource } from '../use-source.ts'
import { WideTable } from '../wide-table.tsx'
import { SourceCard } from './source-card.tsx'

export function ChartBlock({ block }: { block: ChartSpec }) {
  const { t } = useTranslation('contributed')
  const source = useSource(block.source)
  const [shape, setShape] = useState<'chart' | 'table'>('chart')
  const rows = source.answers.flatMap((answer) => rowsAt(answer, block.rows))
  return (
    <SourceCard
      block={block}
      source={source}
      extra={<ShapeSwitch picture="chart" shape={shape} onShape={setShape} />}
    >
      {() => {
        if (rows.length === 0) return <p>{t('empty')}</p>
        if (shape === 'table') return <Points block={block} rows={rows} />
        return <Picture block={block} source={source} count={rows.length} />
      }}
    </SourceCard>
  )
}

function Picture({
  block,
  source,
  count,
}: {
  block: ChartSpec
  source: SourceState
  count: number
}) {
  const { t, i18n } = useTranslation('contributed')
  const { scheme } = useStore(preferences)
  const isDark = useIsDark(scheme)
  const { language, timeZone } = usePlace()
  const { at } = source
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answers are new when they were asked anew
  const option = useMemo(() => {
    const place = { language, ...(timeZone === undefined ? {} : { timeZone }) }
    return chartOption(block, source.answers, place, lookOf(isDark))
  }, [block, at, source.answers.length, language, timeZone, isDark])
  const series = block.series.map(({ label }) => textIn(label, i18n.language)).join(', ')
  const title = block.title === undefined ? '' : textIn(block.title, i18n.language)
  return (
    <>
      <ChartView option={option} label={t('chartOf', { title, series, count })} />
      {count > MOST_POINTS && <small>{t('thinned', { count })}</small>}
    </>
  )
}

function lookOf(isDark: boolean) {
  return isDark
    ? { text: '#c4cede', line: '#3a4459', isDark }
    : { text: '#3c4654', line: '#c9d3e0', isDark }
}

/** The same as figures. */
function Points({ block, rows }: { block: ChartSpec; rows: readonly unknown[] }) {
  const { i18n } = useTranslation()
  const fields: FieldSpec[] = [
    { field: block.x.field, label: block.x.label },
    ...block.series.map(({ field, label }) => ({ field, label, format: 'number' as const })),
  ]
  return (
    <WideTable>
      <Table
        size="small"
        pagination={rows.length > 50 && { pageSize: 50, showSizeChanger: false }}
        dataSource={rows.map((value, key) => ({ key, value }))}
        columns={fields.map((field, index) => ({
          key: `${field.field} ${index}`,
          title: textIn(field.label, i18n.language),
          render: (_: unknown, row: { value: unknown }) => (
            <FieldView field={field} row={row.value} />
          ),
        }))}
      />
    </WideTable>
  )
}
