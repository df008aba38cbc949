import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useChange, useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { instantText } from '../../parts/formats.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { textIn } from '../../texts/languages.ts'
import { isHeldBy, isToldOf, REASON, type Rehearsal } from './rehearsal.ts'
import type { RolloutSummary } from './rollout.ts'
import { rolloutPath } from './use-rollout.ts'

/** One that is under way ends within seconds. */
const PENDING_MS = 2000

/** Whether the migration of a rollout can be taken back; where it cannot, somebody lets it through in writing. */
export function RehearsalCard({ rollout }: { rollout: RolloutSummary }) {
  const { t, i18n } = useTranslation('rollouts')
  const place = usePlace()
  const path = `${rolloutPath(rollout.id)}/rehearsal`
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<Rehearsal>('GET', path, { signal }),
    enabled: rollout.kind === 'plugin',
    refetchInterval: ({ state }) =>
      rollout.state === 'ready' && state.data?.verdict === 'pending' ? PENDING_MS : false,
  })
  if (data === undefined) return error === null ? null : <ProblemNote error={error} />
  if (!isToldOf(data, rollout.state)) return null
  const sentence = textIn(data.sentence, i18n.language)
  const { differences, leftOut = 0, rehearsedAt } = data
  return (
    <Card size="small" title={t('rehearsal.title')}>
      <div className="stack">
        {isHeldBy(data) ? (
          <Alert type="error" showIcon title={sentence} />
        ) : (
          <p aria-live="polite">{sentence}</p>
        )}
        {differences.length > 0 && (
          <ul>
            {differences.map((one) => (
              <li key={`${one.place} ${one.sentence.en}`}>{textIn(one.sentence, i18n.language)}</li>
            ))}
            {leftOut > 0 && <li>{t('rehearsal.leftOut', { count: leftOut })}</li>}
          </ul>
        )}
        {rehearsedAt !== undefined && (
          <small>{t('rehearsal.at', { at: instantText(rehearsedAt, place) })}</small>
        )}
        {rollout.state === 'ready' && <Again path={path} />}
        {rollout.state === 'ready' && isHeldBy(data) && <LetThrough id={rollout.id} />}
      </div>
    </Card>
  )
}

function Again({ path }: { path: string }) {
  const { t } = useTranslation('rollouts')
  const { mutate, isPending } = useChange(
    () => request<Rehearsal>('POST', path),
    () => t('rehearsal.done'),
  )
  return (
    <>
      <div>
        <Button loading={isPending} onClick={() => mutate(undefined)}>
          {t('rehearsal.again')}
        </Button>
      </div>
      <CliLine command={curlText('POST', path)} />
    </>
  )
}

interface Word {
  readonly reason: string
}

function LetThrough({ id }: { id: string }) {
  const { t } = useTranslation('rollouts')
  const [form] = Form.useForm<Word>()
  const { reason = '' } = Form.useWatch([], form) ?? {}
  const path = `${rolloutPath(id)}:override-rehearsal`
  const { mutate, isPending, error } = useFormChange(
    (body: Word) => request<Rehearsal>('POST', path, { body }),
    () => t('rehearsal.letThrough'),
  )
  return (
    <Form<Word>
      form={form}
      name="override-rehearsal"
      layout="vertical"
      onFinish={(one) => mutate(one)}
      style={{ maxInlineSize: 560 }}
    >
      <Form.Item
        name="reason"
        label={t('rehearsal.reason')}
        extra={t('rehearsal.reasonHint', REASON)}
        rules={[
          {
            required: true,
            whitespace: true,
            ...REASON,
            message: t('rehearsal.reasonHint', REASON),
          },
        ]}
      >
        <Input.TextArea rows={2} maxLength={REASON.max} />
      </Form.Item>
      <div className="stack">
        {error !== null && <ProblemNote error={error} />}
        <div>
          <Button danger htmlType="submit" loading={isPending}>
            {t('rehearsal.override')}
          </Button>
        </div>
        <CliLine command={curlText('POST', path, { reason })} />
      </div>
    </Form>
  )
}
