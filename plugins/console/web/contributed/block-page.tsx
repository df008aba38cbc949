import { BlockCard } from './blocks/block-card.tsx'
import type { OfferedPage } from './page-spec.ts'
import './contributed.css'

/** A page of blocks, one below the other: each asks for itself, waits for itself and fails alone. */
export function BlockPage({ page }: { page: OfferedPage }) {
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
