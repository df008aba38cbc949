import { useQuery } from '@tanstack/react-query'
import { Alert, Form, Modal, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { retryBody } from './retry.ts'
import type { RolloutSummary } from './rollout.ts'
import { rolloutPath } from './use-rollout.ts'

interface Installed {
  readonly versions: readonly { readonly version: string; readonly state: string }[]
}

/** Plans what was taken back once more, with the same steps and the same keys first: a mended version, or the same one. */
export function RetryDialog({
  rollout,
  onClose,
}: {
  rollout: RolloutSummary
  onClose: () => void
}) {
  const { t } = useTranslation(['rollouts', 'services'])
  const { id, plugin, from, to } = rollout
  const navigate = useNavigate()
  const keep = usePlaceQuery()
  const [form] = Form.useForm<{ version: string }>()
  const version = Form.useWatch('version', form)
  const path = `/v1/plugins/${encodeURIComponent(plugin)}`
  const { data } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<Installed>('GET', path, { signal }),
  })
  const { mutate, isPending, error } = useFormChange(
    (wanted: string) =>
      request<RolloutSummary>('POST', `${rolloutPath(id)}/retry`, {
        body: retryBody(rollout, wanted),
      }),
    (planned) => {
      void navigate({ pathname: `/rollouts/${planned.id}`, search: keep })
      onClose()
      return t('rollouts:retry.planned')
    },
  )
  const others = (data?.versions ?? []).filter((one) => one.version !== from && one.version !== to)
  const command = cliText(['rollout', 'retry', id], version === to ? {} : { version })
  return (
    <Modal
      open
      title={t('rollouts:commands.retry')}
      okText={t('rollouts:retry.plan')}
      cancelText={t('services:cancel')}
      confirmLoading={isPending}
      onOk={form.submit}
      onCancel={onClose}
    >
      <div className="stack">
        <p>{t('rollouts:retry.about')}</p>
        <Form
          form={form}
          name="retry"
          layout="vertical"
          onFinish={(given: { version: string }) => mutate(given.version)}
        >
          <Form.Item
            name="version"
            label={t('rollouts:version')}
            rules={[{ required: true, message: t('rollouts:retry.choose') }]}
          >
            <Select
              placeholder={t('rollouts:retry.choose')}
              options={[
                ...others.map((one) => ({
                  value: one.version,
                  label: `${one.version} · ${one.state}`,
                })),
                { value: to, label: t('rollouts:retry.same', { version: to }) },
              ]}
            />
          </Form.Item>
        </Form>
        {version === to && (
          <Alert type="warning" showIcon title={t('rollouts:retry.sameNote', { version: to })} />
        )}
        {error !== null && <ProblemNote error={error} />}
        <CliLine command={version === to ? `${command} --force` : command} />
      </div>
    </Modal>
  )
}
