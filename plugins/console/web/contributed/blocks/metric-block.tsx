import { useTranslation } from 'react-i18next'
import { textIn } from '../../texts/languages.ts'
import { FieldView } from '../cell-view.tsx'
import type { MetricSpec } from '../page-spec.ts'
import { useSource } from '../use-source.ts'
import { SourceCard } from './source-card.tsx'

export function MetricBlock({ block }: { block: MetricSpec }) {
  const { i18n } = useTranslation()
  const source = useSource(block.source)
  return (
    <SourceCard block={block} source={source}>
      {() => (
        <dl className="metrics">
          {block.values.map((field, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: figures stay where the page puts them
            <div key={index}>
              <dt>{textIn(field.label, i18n.language)}</dt>
              <dd>
                <FieldView field={field} row={source.answer} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </SourceCard>
  )
}
