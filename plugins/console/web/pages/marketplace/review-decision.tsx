import { App, Button, Form, Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { EmptyState } from '../../parts/empty-state.tsx'
import { Instant } from '../../parts/instant.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import {
  commandsFor,
  type ReviewCommand,
  type ReviewEntry,
  reviewPath,
  type ShownReview,
} from './review.ts'

/** What was said of a version, and what the viewer says. */
export function ReviewDecision({ review }: { review: ShownReview }) {
  const { t } = useTranslation('marketplace')
  return (
    <div className="stack">
      {review.entries.length === 0 && <EmptyState text={t('reviews.nothingSaid')} />}
      <ul className="result-list" aria-label={t('reviews.tabs.thread')}>
        {review.entries.map((entry) => (
          <Entry key={`${entry.at} ${entry.actor} ${entry.kind}`} entry={entry} />
        ))}
      </ul>
      <Decision review={review} />
    </div>
  )
}

const TONES = { approval: 'good', rejection: 'bad', appeal: 'warning', answer: 'neutral' } as const

function Entry({ entry }: { entry: ReviewEntry }) {
  const { t } = useTranslation('marketplace')
  const { kind, actor, text, rule, at, statement } = entry
  return (
    <li className="result">
      <p className="inline-list">
        <StatusTag tone={TONES[kind]} label={t(`reviews.entries.${kind}`)} />
        <strong>{actor}</strong>
        <span className="quiet">
          <Instant at={at} />
        </span>
        {rule !== null && <code>{rule}</code>}
        {statement !== null && <span className="quiet">{t('reviews.signed')}</span>}
      </p>
      <p className="author-words">{text}</p>
    </li>
  )
}

interface Words {
  readonly text: string
  readonly rule?: string
}

function Decision({ review }: { review: ShownReview }) {
  const { t } = useTranslation('marketplace')
  const { modal } = App.useApp()
  const [form] = Form.useForm<Words>()
  const { mutate, error, isPending } = useFormChange(
    ({ command, words }: { command: ReviewCommand; words: Words }) =>
      request('POST', `${reviewPath(review.id)}/${command}`, {
        body: { text: words.text, ...(words.rule === undefined ? {} : { rule: words.rule }) },
      }),
    (_, { command }) => {
      form.resetFields()
      return t(`reviews.done.${command}`)
    },
  )
  const commands = commandsFor(review)
  if (commands.length === 0) return null
  const say = async (command: ReviewCommand) => {
    const words = await form.validateFields().catch(() => undefined)
    if (words === undefined) return
    if (command === 'answer') return mutate({ command, words })
    void modal.confirm({
      title: t(`reviews.confirm.${command}`, { version: `${review.name}@${review.version}` }),
      okText: t(`reviews.commands.${command}`),
      okButtonProps: { danger: command === 'reject' },
      onOk: () => mutate({ command, words }),
    })
  }
  const rules = [...new Set(review.findings.map(({ rule }) => rule))]
  return (
    <Form<Words>
      form={form}
      layout="vertical"
      className="narrow-form"
      aria-label={t('reviews.decide')}
    >
      <h2 className="section-title">{t('reviews.decide')}</h2>
      <Form.Item
        name="text"
        label={t('reviews.text')}
        rules={[{ required: true, whitespace: true, message: t('reviews.textFirst') }]}
      >
        <Input.TextArea maxLength={4000} autoSize={{ minRows: 3, maxRows: 12 }} />
      </Form.Item>
      {rules.length > 0 && (
        <Form.Item name="rule" label={t('reviews.aboutRule')}>
          <Select allowClear options={rules.map((rule) => ({ value: rule, label: rule }))} />
        </Form.Item>
      )}
      <div className="inline-list">
        {commands.map((command) => (
          <Button
            key={command}
            type={command === 'approve' || command === 'reopen' ? 'primary' : 'default'}
            danger={command === 'reject'}
            disabled={isPending}
            onClick={() => void say(command)}
          >
            {t(`reviews.commands.${command}`)}
          </Button>
        ))}
      </div>
      {error !== null && <ProblemNote error={error} />}
      <p className="quiet">{t('reviews.bySession')}</p>
      <CliLine command={`npx signalbox review ${commands[0]} ${review.id} --text '…' --sign`} />
    </Form>
  )
}
