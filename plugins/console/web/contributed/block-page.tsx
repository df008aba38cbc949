import { useTranslation } from 'react-i18next'
import { useViewer } from '../app/viewer-context.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { BlockCard } from './blocks/block-card.tsx'
import type { OfferedPage } from './page-spec.ts'
import './contributed.css'

/** A page of blocks, one below the other: each asks for itself, waits for itself and fails alone. */
export function BlockPage({ page }: { page: OfferedPage }) {
  const { t } = useTranslation('contributed')
  const viewer = useViewer()
  if (viewer.kind === 'operator') return <EmptyState text={t('operator')} />
  const blocks = page.spec.blocks ?? []
  return (
    <div className="blocks">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a block is what stands at its place of the page
        <BlockCard key={index} block={block} index={index} />
      ))}
    </div>
  )
}
