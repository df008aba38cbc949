import { StopOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { isOver, type RolloutSummary } from './rollout.ts'
import { rolloutPath } from './use-rollout.ts'

/** No question is asked: to go back is always safe, and a second click would cost calls. */
export function AbortButton({
  rollout,
}: {
  rollout: Pick<RolloutSummary, 'id' | 'plugin' | 'to' | 'state'>
}) {
  const { t } = useTranslation('rollouts')
  const queries = useQueryClient()
  const path = rolloutPath(rollout.id)
  const { mutate, isPending } = useChange(
    () => request<unknown>('POST', `${path}/abort`, { body: {} }),
    (answer) => {
      queries.setQueryData([path], answer)
      return t('aborted', { plugin: rollout.plugin, version: rollout.to })
    },
  )
  if (isOver(rollout.state)) return null
  return (
    <Button
      danger
      type="primary"
      icon={<StopOutlined />}
      loading={isPending}
      onClick={() => mutate(undefined)}
      aria-label={t('abortOf', { plugin: rollout.plugin, version: rollout.to })}
    >
      {t('abort')}
    </Button>
  )
}
