import { Card, Collapse, Skeleton } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { type LocalText, textIn } from '../../texts/languages.ts'
import { AnswerView } from '../answer-view.tsx'
import { bindInput, paramsIn } from '../bind.ts'
import type { Operation } from '../contract-input.ts'
import { useContributedPlace } from '../contributed-context.ts'
import { OperationForm } from '../form/operation-form.tsx'
import { NotAllowed } from '../not-allowed.tsx'
import { useLinkAddress } from '../page-link.tsx'
import type { FormSpec } from '../page-spec.ts'
import { useOperation } from '../use-operation.ts'
import { MissingParams } from './missing-params.tsx'

/** What a form asks for is seen at once where it is what the page is for; behind other blocks it waits to be opened. */
export function FormBlock({ block }: { block: FormSpec }) {
  const { i18n } = useTranslation('contributed')
  const { page } = useContributedPlace()
  const titleId = useId()
  const { operation, isPending, whyNot } = useOperation(block)
  const named = block.title ?? block.submit
  const summary =
    operation?.summary === undefined ? block.operation : textIn(operation.summary, i18n.language)
  const title = named === undefined ? summary : textIn(named, i18n.language)
  const isFirst = page.spec.blocks?.[0] === block
  const isAlone = (page.spec.blocks ?? []).every(({ kind }) => kind === 'form')
  if (isPending) return <Skeleton active title={false} />
  if (whyNot !== undefined) return <NotAllowed {...{ whyNot, operation, title }} />
  const heading = (
    <h2 className="block-title" id={titleId}>
      {title}
    </h2>
  )
  if (isAlone) {
    return (
      <Card size="small" role="region" aria-labelledby={titleId}>
        <div className="block-head">{heading}</div>
        <Filled block={block} title={title} />
      </Card>
    )
  }
  return (
    <Collapse
      {...(isFirst ? { defaultActiveKey: 'form' } : {})}
      items={[{ key: 'form', label: heading, children: <Filled block={block} title={title} /> }]}
    />
  )
}

/** What it is told by once it is done. */
function labelOf(
  { submit, title }: FormSpec,
  operation: Operation | undefined,
): { readonly label?: LocalText } {
  const label = submit ?? title ?? operation?.summary
  return label === undefined ? {} : { label }
}

function Filled({ block, title }: { block: FormSpec; title: string }) {
  const { t, i18n } = useTranslation('contributed')
  const { params } = useContributedPlace()
  const navigate = useNavigate()
  const addressOf = useLinkAddress()
  const { operation } = useOperation(block)
  const [answer, setAnswer] = useState<unknown>()
  const bound = bindInput(block.input, { params })
  const lacking = [...paramsIn(block.input).entries()].filter(
    ([name]) => !Object.hasOwn(bound, name),
  )
  if (lacking.length > 0) return <MissingParams names={lacking.map(([, param]) => param)} />
  const submit = block.submit === undefined ? t('send') : textIn(block.submit, i18n.language)
  const onDone = (answered: unknown, input: object) => {
    const address = addressOf(block.then, { ...input, ...(answered as object) })
    if (block.then !== undefined && address !== undefined) void navigate(address)
    else setAnswer(answered)
  }
  return (
    <div className="stack">
      <OperationForm
        call={{ service: block.service, operation: block.operation, ...labelOf(block, operation) }}
        bound={bound}
        fields={block.fields}
        submit={submit}
        onDone={onDone}
      />
      {answer !== undefined && (
        <section aria-label={t('answerOf', { title })} aria-live="polite">
          <h3 className="block-title">{t('answer')}</h3>
          <AnswerView value={answer} schema={operation?.output} />
        </section>
      )}
    </div>
  )
}
