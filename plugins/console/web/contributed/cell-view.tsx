import { CheckOutlined, CloseOutlined } from '@ant-design/icons'
import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { Named } from '../parts/named.tsx'
import { StatusTag } from '../parts/status-tag.tsx'
import { usePlace } from '../parts/use-place.ts'
import { type Cell, cellOf } from './cells.ts'
import type { FieldSpec } from './page-spec.ts'

/** A value of a row, as its field says. */
export function FieldView({ field, row }: { field: FieldSpec; row: unknown }) {
  return <CellView cell={cellOf(field, row, usePlace())} />
}

function CellView({ cell }: { cell: Cell }) {
  const { t } = useTranslation('contributed')
  switch (cell.kind) {
    case 'status':
      return <StatusTag tone={cell.tone ?? 'neutral'} label={cell.text} />
    case 'boolean':
      return (
        <span className="cell-boolean">
          {cell.isTrue === true ? <CheckOutlined aria-hidden /> : <CloseOutlined aria-hidden />}
          {cell.isTrue === true ? t('yes') : t('no')}
        </span>
      )
    case 'list':
      return (
        <span className="cell-list">
          {[...new Set(cell.items ?? [])].map((item) => (
            <Tag key={item}>
              <Named text={item} />
            </Tag>
          ))}
        </span>
      )
    case 'code':
      return <code className="cell-code">{cell.text}</code>
    case 'none':
      return <span className="cell-none">{cell.text}</span>
    default:
      return (
        <span className={cell.kind === 'number' ? 'cell-number' : 'cell-text'} title={cell.zone}>
          <Named text={cell.text} />
        </span>
      )
  }
}
