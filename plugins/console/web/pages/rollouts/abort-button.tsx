import { StopOutlined } from '@ant-design/icons'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { problemOf } from '../../api/problem.ts'
import { request } from '../../api/request.ts'
import { isOver, type RolloutSummary } from './rollout.ts'
import { rolloutPath } from './use-rollout.ts'

/** No question is asked: to go back is always safe, and a second click would cost calls. */
export function AbortButton({
  rollout,
}: {
  rollout: Pick<RolloutSummary, 'id' | 'plugin' | 'to' | 'state'>
}) {
  const { t } = useTranslation('rollouts')
  const { message } = App.useApp()
  const queries = useQueryClient()
  const path = rolloutPath(rollout.id)
  const { mutate, isPending } = useMutation({
    mutationFn: () => request<unknown>('POST', `${path}/abort`, { body: {} }),
    onSuccess: (answer) => {
      queries.setQueryData([path], answer)
      void queries.invalidateQueries({ queryKey: ['/v1/rollouts'] })
      void message.success(t('aborted', { plugin: rollout.plugin, version: rollout.to }))
    },
    onError: (error) => {
      const { title, code } = problemOf(error)
      void message.error(`${title} (${code})`)
    },
  })
  if (isOver(rollout.state)) return null
  return (
    <Button
      danger
      type="primary"
      icon={<StopOutlined />}
      loading={isPending}
      onClick={() => mutate()}
      aria-label={t('abortOf', { plugin: rollout.plugin, version: rollout.to })}
    >
      {t('abort')}
    </Button>
  )
}
