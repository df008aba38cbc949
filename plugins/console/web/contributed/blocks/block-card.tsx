import { ActionPlace } from '../actions/action-place.tsx'
import { FaultBoundary } from '../fault-boundary.tsx'
import type { BlockSpec } from '../page-spec.ts'
import { ChartBlock } from './chart-block.tsx'
import { DetailBlock } from './detail-block.tsx'
import { FormBlock } from './form-block.tsx'
import { KanbanBlock } from './kanban-block.tsx'
import { MapBlock } from './map-block.tsx'
import { MetricBlock } from './metric-block.tsx'
import { PdfBlock } from './pdf-block.tsx'
import { TableBlock } from './table-block.tsx'
import { TimelineBlock } from './timeline-block.tsx'

/** One block of a page, which nothing that goes wrong in another reaches. */
export function BlockCard({ block, index }: { block: BlockSpec; index: number }) {
  return (
    <FaultBoundary>
      <ActionPlace>
        <Block block={block} index={index} />
      </ActionPlace>
    </FaultBoundary>
  )
}

function Block({ block, index }: { block: BlockSpec; index: number }) {
  switch (block.kind) {
    case 'table':
      return <TableBlock block={block} index={index} />
    case 'form':
      return <FormBlock block={block} />
    case 'detail':
      return <DetailBlock block={block} />
    case 'chart':
      return <ChartBlock block={block} />
    case 'timeline':
      return <TimelineBlock block={block} />
    case 'kanban':
      return <KanbanBlock block={block} />
    case 'map':
      return <MapBlock block={block} />
    case 'pdf':
      return <PdfBlock block={block} />
    case 'metric':
      return <MetricBlock block={block} />
  }
}
