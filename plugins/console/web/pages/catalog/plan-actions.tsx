import { App, Button, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { planPath } from './offer-paths.ts'
import { type PlanCommand, planCommandsOf } from './plan-terms.ts'
import type { Plan } from './service.ts'

/** New terms, and the life of a plan. What ends subscriptions asks first. */
export function PlanActions({
  id,
  major,
  plan: { name, status },
  onEdit,
}: {
  id: string
  major: number
  plan: Plan
  onEdit: (name: string) => void
}) {
  const { t } = useTranslation('offers')
  const { modal } = App.useApp()
  const { mutate, isPending } = useChange(
    (command: PlanCommand) => request<Plan>('POST', `${planPath(id, major, name)}:${command}`),
    (_, command) => t(`commandsDone.${command}`, { name }),
  )
  const give = (command: PlanCommand) => {
    if (command === 'publish') return mutate(command)
    void modal.confirm({
      title: t(`confirm.${command}`, { name }),
      okText: t(`commands.${command}`),
      okButtonProps: { danger: command === 'close' },
      onOk: () => mutate(command),
    })
  }
  return (
    <Space wrap>
      {status !== 'closed' && (
        <Button size="small" aria-label={t('newTermsOf', { name })} onClick={() => onEdit(name)}>
          {t('newTerms')}
        </Button>
      )}
      {planCommandsOf(status).map((command) => (
        <Button
          key={command}
          size="small"
          danger={command === 'close'}
          disabled={isPending}
          aria-label={t(`commandsOf.${command}`, { name })}
          onClick={() => give(command)}
        >
          {t(`commands.${command}`)}
        </Button>
      ))}
    </Space>
  )
}
