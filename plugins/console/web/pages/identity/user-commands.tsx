import { App, Button, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { USER_COMMANDS, type User, type UserCommand } from './identity.ts'
import { ofTenant, userPath } from './identity-paths.ts'

/** Suspends, resumes, lets leave and takes back: what takes something from somebody asks first. */
export function UserCommands({ tenant, user }: { tenant: string; user: User }) {
  const { t } = useTranslation('identity')
  const { modal } = App.useApp()
  const pathOf = (command: UserCommand) => ofTenant(`${userPath(user.id)}:${command}`, tenant)
  const { mutate, isPending } = useChange(
    (command: UserCommand) => request<User>('POST', pathOf(command)),
    ({ state }) => t('userIs', { name: user.displayName, state: t(`states.${state}`) }),
  )
  const give = (command: UserCommand) => {
    if (command === 'resume' || command === 'reinstate') return mutate(command)
    void modal.confirm({
      title: t(`confirm.${command}`, { name: user.displayName }),
      okText: t(`commands.${command}`),
      okButtonProps: { danger: true },
      onOk: () => mutate(command),
    })
  }
  const commands: readonly UserCommand[] = USER_COMMANDS[user.state]
  const [first] = commands
  return (
    <div className="stack">
      <Space wrap>
        {commands.map((command) => (
          <Button
            key={command}
            danger={command === 'suspend' || command === 'leave'}
            disabled={isPending}
            onClick={() => give(command)}
          >
            {t(`commands.${command}`)}
          </Button>
        ))}
      </Space>
      {first !== undefined && <CliLine command={curlText('POST', pathOf(first))} />}
    </div>
  )
}
