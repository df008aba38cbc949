import { Button, Space } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CommandDialog } from './command-dialog.tsx'
import { type Command, isGrave, type Subscription } from './subscription.ts'

/** Commands that a subscription takes now, each with a dialog that says what it does. */
export function CommandButtons({
  subscription,
  commands,
}: {
  subscription: Subscription
  commands: readonly Command[]
}) {
  const { t } = useTranslation('subscriptions')
  const [open, setOpen] = useState<Command>()
  return (
    <Space wrap>
      {commands.map((command) => (
        <Button
          key={command}
          type={command === 'approve' || command === 'resume' ? 'primary' : 'default'}
          danger={isGrave(command)}
          onClick={() => setOpen(command)}
        >
          {t(`commands.${command}`)}
        </Button>
      ))}
      {open !== undefined && (
        <CommandDialog
          subscription={subscription}
          command={open}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Space>
  )
}
