import { Tag } from 'antd'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePlace } from '../../parts/use-place.ts'
import { textIn } from '../../texts/languages.ts'
import { useActions } from '../actions/action-place.tsx'
import { actionsFor } from '../actions/actions-for.ts'
import { RowActions } from '../actions/row-actions.tsx'
import { readPointer, rowsAt } from '../bind.ts'
import { FieldView } from '../cell-view.tsx'
import { cellOf, spokenFields } from '../cells.ts'
import { PageLink } from '../page-link.tsx'
import type { ActionSpec, KanbanSpec, ValueLabel } from '../page-spec.ts'
import { useSource } from '../use-source.ts'
import { SourceCard } from './source-card.tsx'

/** Cards that one column draws. */
const MOST_CARDS = 200

/** Cards in columns. What moves one is an action: by its button, by keyboard too, or dropped into the column it leads to. */
export function KanbanBlock({ block }: { block: KanbanSpec }) {
  const { t } = useTranslation('contributed')
  const source = useSource(block.source)
  const [dragged, setDragged] = useState<unknown>()
  const { run } = useActions()
  const rows = source.answers.flatMap((answer) => rowsAt(answer, block.rows))
  return (
    <SourceCard block={block} source={source}>
      {() => (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: more columns than fit are reached by the keyboard, too */}
          <section className="kanban" tabIndex={0} aria-label={t('board')}>
            {block.columns.map((column) => (
              <Column
                key={column.value}
                block={block}
                column={column}
                rows={rows.filter((row) => String(readPointer(row, block.column)) === column.value)}
                move={dragged === undefined ? undefined : moveInto(block, dragged, column.value)}
                onDrag={setDragged}
                onDrop={(action) => {
                  run(action, dragged)
                  setDragged(undefined)
                }}
              />
            ))}
          </section>
          {source.isCut && <small>{t('onlyFirst', { count: rows.length })}</small>}
        </>
      )}
    </SourceCard>
  )
}

function moveInto({ actions = [] }: KanbanSpec, row: unknown, value: string) {
  return actionsFor(actions, row).find(({ to }) => to === value)
}

interface ColumnProps {
  readonly block: KanbanSpec
  readonly column: ValueLabel
  readonly rows: readonly unknown[]
  readonly move: ActionSpec | undefined
  readonly onDrag: (row: unknown) => void
  readonly onDrop: (action: ActionSpec) => void
}

function Column({ block, column, rows, move, onDrag, onDrop }: ColumnProps) {
  const { t, i18n } = useTranslation('contributed')
  const label = textIn(column.label, i18n.language)
  return (
    <section
      aria-label={`${label} (${rows.length})`}
      data-over={move !== undefined}
      onDragOver={(event) => {
        if (move !== undefined) event.preventDefault()
      }}
      onDrop={(event) => {
        event.preventDefault()
        if (move !== undefined) onDrop(move)
      }}
    >
      {/* The section is named already: a board without a title would begin with a heading of the third rank. */}
      <div className="kanban-head">
        {label} <Tag>{rows.length}</Tag>
      </div>
      <ol>
        {rows.slice(0, MOST_CARDS).map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name that the console knows
          <Card key={index} block={block} row={row} onDrag={onDrag} />
        ))}
      </ol>
      {rows.length > MOST_CARDS && <small>{t('cut', { count: rows.length - MOST_CARDS })}</small>}
    </section>
  )
}

function Card({
  block,
  row,
  onDrag,
}: {
  block: KanbanSpec
  row: unknown
  onDrag: (row: unknown) => void
}) {
  const { i18n } = useTranslation()
  const place = usePlace()
  const [head, ...rest] = spokenFields(block.card, place)
  const canMove = actionsFor(block.actions ?? [], row).some(({ to }) => to !== undefined)
  const filled = rest.filter((field) => cellOf(field, row, place).kind !== 'none')
  return (
    <li
      className="kanban-card"
      draggable={canMove}
      onDragStart={() => onDrag(row)}
      onDragEnd={() => onDrag(undefined)}
    >
      {head !== undefined && (
        <strong>
          <PageLink link={block.link} row={row}>
            <FieldView field={head} row={row} />
          </PageLink>
        </strong>
      )}
      <dl>
        {filled.map((field) => (
          <CardField key={field.field} label={textIn(field.label, i18n.language)}>
            <FieldView field={field} row={row} />
          </CardField>
        ))}
      </dl>
      <RowActions actions={block.actions ?? []} row={row} isCompact />
    </li>
  )
}

function CardField({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  )
}
