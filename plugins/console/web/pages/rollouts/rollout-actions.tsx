import { App, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { oneOf } from '../../parts/one-of.ts'
import { commandsOf, type RolloutSummary } from './rollout.ts'
import { rolloutPath } from './use-rollout.ts'

type Command = 'start' | 'pause' | 'resume' | 'promote' | 'rollback' | 'retry'

const ASKING = ['promote', 'rollback', 'retry'] as const

/**
 * What a person may do beside aborting. What makes the new version everybody's, takes it from everybody, or gives it out once
 * more though it was taken back, asks first.
 */
export function RolloutActions({ rollout }: { rollout: RolloutSummary }) {
  const { t } = useTranslation('rollouts')
  const { modal } = App.useApp()
  const { mutate, isPending } = useCommand(rollout)
  const give = (command: Command) => {
    const asking = oneOf(ASKING, command)
    if (asking === undefined) return mutate(command)
    void modal.confirm({
      title: t(`confirm.${asking}`, {
        plugin: rollout.plugin,
        from: rollout.from,
        to: rollout.to,
      }),
      okText: t(`commands.${command}`),
      onOk: () => mutate(command),
    })
  }
  return commandsOf(rollout).map((one) => {
    const command = one as Command
    return (
      <Button
        key={command}
        type={command === 'start' ? 'primary' : 'default'}
        danger={command === 'rollback'}
        disabled={isPending}
        onClick={() => give(command)}
      >
        {t(`commands.${command}`)}
      </Button>
    )
  })
}

function useCommand({ id, plugin, from, revision }: RolloutSummary) {
  const { t } = useTranslation('rollouts')
  const navigate = useNavigate()
  const keep = usePlaceQuery()
  const path = rolloutPath(id)
  return useChange(
    (command: Command) => {
      if (command === 'rollback') {
        const target = `/v1/plugins/${encodeURIComponent(plugin)}:rollback`
        // Another rollout may have been completed since: this one's way back is meant, and none else.
        return request<RolloutSummary>('POST', target, { body: { to: from } })
      }
      if (command === 'retry') {
        // It was asked for, knowing that this version was taken back.
        return request<RolloutSummary>('POST', `${path}/retry`, { body: { force: true } })
      }
      // What was decided upon an older look is refused rather than done.
      return request<RolloutSummary>('POST', `${path}/${command}`, {
        body: {},
        ifMatch: `"${revision}"`,
      })
    },
    (answer, command) => {
      if (answer.id !== id) void navigate({ pathname: `/rollouts/${answer.id}`, search: keep })
      return t('done', { command: t(`commands.${command}`) })
    },
  )
}
