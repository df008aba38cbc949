import { Descriptions } from 'antd'
import { useTranslation } from 'react-i18next'
import { usePlace } from '../../parts/use-place.ts'
import { textIn } from '../../texts/languages.ts'
import { RowActions } from '../actions/row-actions.tsx'
import { readPointer } from '../bind.ts'
import { FieldView } from '../cell-view.tsx'
import { spokenFields } from '../cells.ts'
import type { DetailSpec } from '../page-spec.ts'
import { useSource } from '../use-source.ts'
import { SourceCard } from './source-card.tsx'

export function DetailBlock({ block }: { block: DetailSpec }) {
  const { i18n } = useTranslation()
  const source = useSource(block.source)
  const row = readPointer(source.answer, block.rows)
  const { actions = [] } = block
  const fields = spokenFields(block.fields, usePlace())
  return (
    <SourceCard
      block={block}
      source={source}
      extra={actions.length > 0 && row !== undefined && <RowActions actions={actions} row={row} />}
    >
      {() => (
        <Descriptions
          size="small"
          bordered
          column={{ xs: 1, sm: 1, md: 2, xl: 3 }}
          items={fields.map((field, index) => ({
            key: index,
            label: textIn(field.label, i18n.language),
            children: <FieldView field={field} row={row} />,
          }))}
        />
      )}
    </SourceCard>
  )
}
