import { Button, Table, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { numberText } from '../../parts/formats.ts'
import { usePlace } from '../../parts/use-place.ts'
import { browserZone } from '../../parts/wall-clock.ts'
import { textIn } from '../../texts/languages.ts'
import { RowActions } from '../actions/row-actions.tsx'
import { rowsAt } from '../bind.ts'
import { FieldView } from '../cell-view.tsx'
import { spokenFields } from '../cells.ts'
import { useContributedPlace } from '../contributed-context.ts'
import { PageLink } from '../page-link.tsx'
import type { FieldSpec, TableSpec } from '../page-spec.ts'
import { type SourceState, useSource } from '../use-source.ts'
import { WideTable } from '../wide-table.tsx'
import { filterInput } from './filter-input.ts'
import { SourceCard } from './source-card.tsx'
import { TableFilters } from './table-filters.tsx'

interface Row {
  readonly key: number
  readonly value: unknown
}

/** More rows than this are drawn only where they are seen. */
const VIRTUAL_ROWS = 100
const VIRTUAL_HEIGHT = 560
const COLUMN_WIDTH = 150
const NUMERIC: ReadonlySet<FieldSpec['format']> = new Set([
  'number',
  'quantity',
  'percent',
  'money',
  'duration',
])

export function TableBlock({ block, index }: { block: TableSpec; index: number }) {
  const { params } = useContributedPlace()
  const { timeZone = browserZone() } = usePlace()
  const { filters = [] } = block
  const source = useSource(block.source, (operation) =>
    filterInput(filters, operation, params, timeZone),
  )
  return (
    <SourceCard
      block={block}
      source={source}
      bar={filters.length > 0 && <TableFilters filters={filters} name={`filters-${index}`} />}
    >
      {() => <Rows block={block} source={source} />}
    </SourceCard>
  )
}

function Rows({ block, source }: { block: TableSpec; source: SourceState }) {
  const { t, i18n } = useTranslation('contributed')
  const place = usePlace()
  const rows = source.answers
    .flatMap((answer) => rowsAt(answer, block.rows))
    .map((value, key): Row => ({ key, value }))
  const isVirtual = rows.length > VIRTUAL_ROWS
  const columns = useColumns(block, isVirtual)
  const empty = block.empty === undefined ? t('empty') : textIn(block.empty, i18n.language)
  return (
    <div aria-busy={source.isBefore}>
      <WideTable>
        <Table<Row>
          size="small"
          virtual={isVirtual}
          pagination={false}
          columns={columns}
          dataSource={rows}
          rowKey="key"
          locale={{ emptyText: empty }}
          {...(isVirtual
            ? { scroll: { x: columns.length * COLUMN_WIDTH, y: VIRTUAL_HEIGHT } }
            : {})}
        />
      </WideTable>
      {rows.length > 0 && (
        <div className="block-foot">
          <span>{t('rows', { count: rows.length, shown: numberText(rows.length, place, 0) })}</span>
          {source.hasMore && (
            <Button size="small" onClick={source.more} loading={source.isFetching}>
              {t('more')}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

function useColumns(block: TableSpec, isVirtual: boolean): TableColumnsType<Row> {
  const { t, i18n } = useTranslation('contributed')
  const place = usePlace()
  const columns: TableColumnsType<Row> = spokenFields(block.columns, place).map((field, index) => ({
    key: `${field.field} ${index}`,
    title: textIn(field.label, i18n.language),
    ...(NUMERIC.has(field.format) ? { align: 'right' as const } : {}),
    ...(isVirtual ? { width: COLUMN_WIDTH } : {}),
    render: (_: unknown, { value }: Row) =>
      index === 0 ? (
        <PageLink link={block.link} row={value}>
          <FieldView field={field} row={value} />
        </PageLink>
      ) : (
        <FieldView field={field} row={value} />
      ),
  }))
  const { actions = [] } = block
  if (actions.length === 0) return columns
  return [
    ...columns,
    {
      key: 'actions',
      title: t('actions'),
      width: 200,
      render: (_: unknown, { value }: Row) => (
        <RowActions actions={actions} row={value} isCompact />
      ),
    },
  ]
}
