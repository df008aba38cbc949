import { ReloadOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Skeleton } from 'antd'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { textIn } from '../../texts/languages.ts'
import { useContributedPlace } from '../contributed-context.ts'
import { NotAllowed } from '../not-allowed.tsx'
import type { BlockSpec } from '../page-spec.ts'
import type { SourceState } from '../use-source.ts'
import { FreshnessLine } from './freshness-line.tsx'
import { MissingParams } from './missing-params.tsx'

/** What all blocks that read have in common: their head, their age, and what is shown while there is nothing. */
export function SourceCard({
  block,
  source,
  extra,
  bar,
  children,
}: {
  block: { readonly title?: BlockSpec['title']; readonly source: { readonly service: string } }
  source: SourceState
  extra?: ReactNode
  /** What narrows it: it stays whatever is answered, or nothing is. */
  bar?: ReactNode
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
      {source.whyNot === undefined && source.missing.length === 0 && bar}
      <SourceBody source={source}>{children}</SourceBody>
    </Card>
  )
}

function SourceBody({ source, children }: { source: SourceState; children: () => ReactNode }) {
  const { t } = useTranslation('contributed')
  const { isCard = false } = useContributedPlace()
  if (source.isPending) return <Skeleton active title={false} paragraph={{ rows: 3 }} />
  if (source.whyNot !== undefined) {
    return <NotAllowed whyNot={source.whyNot} operation={source.operation} />
  }
  if (source.missing.length > 0 && isCard) {
    return (
      <Alert type="warning" showIcon title={t('lacks', { inputs: source.missing.join(', ') })} />
    )
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
