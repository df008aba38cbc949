import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { oneOf } from '../../parts/one-of.ts'
import { RetryDialog } from './retry-dialog.tsx'
import { commandsOf, type RolloutSummary } from './rollout.ts'
import { useRunningOther } from './running-other.ts'
import { rolloutPath } from './use-rollout.ts'

/** `supersede`: the host's start, which takes back the rollout that runs. */
type Command = 'start' | 'supersede' | 'pause' | 'resume' | 'promote' | 'rollback' | 'retry'

const ASKING = ['promote', 'rollback', 'supersede'] as const

/** What a person may do beside aborting. What makes the new version everybody's, or takes one from everybody, asks first. */
export function RolloutActions({ rollout }: { rollout: RolloutSummary }) {
  const { t } = useTranslation('rollouts')
  const { modal } = App.useApp()
  const [isRetrying, setRetrying] = useState(false)
  const { mutate, isPending } = useCommand(rollout)
  // What runs of a plugin is in the way of its versions, and of none of its documents.
  const isOfPlugin = rollout.state === 'ready' && rollout.kind === 'plugin'
  const other = useRunningOther(isOfPlugin ? rollout.plugin : undefined, rollout.id)
  const give = (command: Command) => {
    if (command === 'retry') return setRetrying(true)
    const asking = oneOf(ASKING, command)
    if (asking === undefined) return mutate(command)
    void modal.confirm({
      title: t(`confirm.${asking}`, {
        plugin: rollout.plugin,
        from: rollout.from,
        to: rollout.to,
        other: other?.to ?? '',
      }),
      okText: t(`commands.${command}`),
      onOk: () => mutate(command),
    })
  }
  const commands = commandsOf(rollout).map((one) =>
    one === 'start' && other !== undefined ? 'supersede' : (one as Command),
  )
  return (
    <>
      {commands.map((command) => (
        <Button
          key={command}
          type={command === 'start' || command === 'supersede' ? 'primary' : 'default'}
          danger={command === 'rollback'}
          disabled={isPending}
          onClick={() => give(command)}
        >
          {t(`commands.${command}`)}
        </Button>
      ))}
      {isRetrying && <RetryDialog rollout={rollout} onClose={() => setRetrying(false)} />}
    </>
  )
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
      const isSuperseding = command === 'supersede'
      // What was decided upon an older look is refused rather than done.
      return request<RolloutSummary>('POST', `${path}/${isSuperseding ? 'start' : command}`, {
        body: isSuperseding ? { supersedes: true } : {},
        ifMatch: `"${revision}"`,
      })
    },
    (answer, command) => {
      if (answer.id !== id) void navigate({ pathname: `/rollouts/${answer.id}`, search: keep })
      return t('done', { command: t(`commands.${command}`) })
    },
  )
}
