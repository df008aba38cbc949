import { Table, type TableProps } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { MoreRows } from './more-rows.tsx'
import { ProblemNote } from './problem-note.tsx'

/** So many rows are too many to be in the page at once. */
const VIRTUAL_ROWS = 1000

interface ShownList<Row> {
  readonly items: readonly Row[]
  /** Undefined: nothing of it came yet. */
  readonly data: unknown
  readonly error: Error | null
  readonly isLoading: boolean
  readonly isLoadingError: boolean
  readonly hasNextPage: boolean
  readonly isFetchingNextPage: boolean
  readonly fetchNextPage: () => unknown
}

/** A list of the host as a table: what it refused, what is loading, nothing yet, and what asks for more. */
export function ListTable<Row extends object>({
  list,
  rows = list.items,
  caption,
  empty,
  rowKey,
  columns,
  expandable,
}: {
  list: ShownList<Row>
  /** Those that a filter of the page lets through. */
  rows?: readonly Row[]
  caption: string
  empty: ReactNode
  rowKey: NonNullable<TableProps<Row>['rowKey']>
  columns: NonNullable<TableProps<Row>['columns']>
  expandable?: NonNullable<TableProps<Row>['expandable']>
}) {
  const { t } = useTranslation()
  const columnTitle = <span className="unseen">{t('details')}</span>
  const isLong = rows.length > VIRTUAL_ROWS
  return (
    <>
      {list.isLoadingError && <ProblemNote error={list.error} />}
      <Table<Row>
        size="middle"
        caption={caption}
        rowKey={rowKey}
        loading={list.isLoading}
        dataSource={[...rows]}
        pagination={false}
        virtual={isLong}
        scroll={isLong ? { x: 1200, y: 640 } : { x: 'max-content' }}
        locale={{ emptyText: list.data === undefined ? ' ' : empty }}
        columns={columns}
        {...(expandable === undefined ? {} : { expandable: { columnTitle, ...expandable } })}
      />
      <MoreRows list={list} />
    </>
  )
}
