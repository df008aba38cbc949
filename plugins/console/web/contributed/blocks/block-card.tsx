import { ReloadOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Skeleton } from 'antd'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { textIn } from '../../texts/languages.ts'
import { FaultBoundary } from '../fault-boundary.tsx'
import type { BlockSpec } from '../page-spec.ts'
import type { SourceState } from '../use-source.ts'
import { ChartBlock } from './chart-block.tsx'
import { DetailBlock } from './detail-block.tsx'
import { FormBlock } from './form-block.tsx'
import { FreshnessLine } from './freshness-line.tsx'
import { KanbanBlock } from './kanban-block.tsx'
import { MapBlock } from './map-block.tsx'
import { MetricBlock } from './metric-block.tsx'
import { MissingParams } from './missing-params.tsx'
import { PdfBlock } from './pdf-block.tsx'
import { TableBlock } from './table-block.tsx'
import { TimelineBlock } from './timeline-block.tsx'

/** One block of a page, which nothing that goes wrong in another reaches. */
export function BlockCard({ block, index }: { block: BlockSpec; index: number }) {
  return (
    <FaultBoundary>
      <Block block={block} index={index} />
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

/** What all blocks that read have in common: their head, their age, and what is shown while there is nothing. */
export function SourceCard({
  block,
  source,
  extra,
  children,
}: {
  block: { readonly title?: BlockSpec['title']; readonly source: { readonly service: string } }
  source: SourceState
  extra?: ReactNode
  children: () => ReactNode
}) {
  const { t, i18n } = useTranslation('contributed')
  const titleId = useId()
  const title = block.title === undefined ? undefined : textIn(block.title, i18n.language)
  return (
    <Card
      size="small"
      {...(title === undefined ? {} : { role: 'region', 'aria-labelledby': titleId })}
    >
      <div className="block-bar block-head">
        {title !== undefined && (
          <h2 className="block-title" id={titleId}>
            {title}
          </h2>
        )}
        <FreshnessLine source={source} service={block.source.service} />
        <span className="grow" />
        {extra}
        <Button
          size="small"
          type="text"
          icon={<ReloadOutlined />}
          loading={source.isFetching}
          aria-label={title === undefined ? t('again') : t('againOf', { title })}
          onClick={source.again}
        />
      </div>
      <SourceBody source={source}>{children}</SourceBody>
    </Card>
  )
}

function SourceBody({ source, children }: { source: SourceState; children: () => ReactNode }) {
  const { t } = useTranslation('contributed')
  if (source.isPending) return <Skeleton active title={false} paragraph={{ rows: 3 }} />
  if (!source.isAllowed) {
    const permission = source.operation?.requires ?? ''
    return <Alert type="info" showIcon title={t('notAllowed', { permission })} />
  }
  if (source.missing.length > 0) return <MissingParams names={source.missing} />
  const isEmpty = source.answers.length === 0
  return (
    <div className="stack">
      {source.error !== null && <ProblemNote error={source.error} />}
      {!isEmpty && children()}
    </div>
  )
}
