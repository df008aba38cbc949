import { MoreOutlined } from '@ant-design/icons'
import { Button, Dropdown, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import { textIn } from '../../texts/languages.ts'
import type { ActionSpec } from '../page-spec.ts'
import { useAllowed } from '../use-operation.ts'
import { useActions } from './action-place.tsx'
import { actionsFor } from './actions-for.ts'

/** Buttons that fit beside each other in a row; the rest is in a menu. */
const MOST_BUTTONS = 2

interface Props {
  readonly actions: readonly ActionSpec[]
  readonly row: unknown
  readonly isCompact?: boolean
}

/** What may be done with a row; what the host would refuse to the viewer is not there. */
export function RowActions({ actions, row, isCompact = false }: Props) {
  const { t, i18n } = useTranslation('contributed')
  const { run, busy } = useActions()
  const offered = actionsFor(useAllowed(actions), row)
  const shown = isCompact && offered.length > MOST_BUTTONS ? offered.slice(0, 1) : offered
  const rest = offered.slice(shown.length)
  if (offered.length === 0) return null
  const isBusy = (action: ActionSpec) => busy?.action === action && busy.row === row
  const waits = (of: readonly ActionSpec[]) => {
    const isOneBusy = of.some(isBusy)
    return { loading: isOneBusy, disabled: busy !== undefined && !isOneBusy }
  }
  return (
    <Space size={4} wrap>
      {shown.map((action) => (
        <Button
          key={`${action.operation} ${action.label.en}`}
          size="small"
          danger={action.danger === true}
          {...waits([action])}
          onClick={() => run(action, row)}
        >
          {textIn(action.label, i18n.language)}
        </Button>
      ))}
      {rest.length > 0 && (
        <Dropdown
          trigger={['click']}
          autoFocus
          menu={{
            items: rest.map((action, index) => ({
              key: index,
              label: textIn(action.label, i18n.language),
              danger: action.danger === true,
              onClick: ({ domEvent }) => {
                // The key that chose would be pressed on what the dialog puts the focus on, too: on what closes it.
                domEvent.preventDefault()
                run(action, row)
              },
            })),
          }}
        >
          <Button
            size="small"
            icon={<MoreOutlined />}
            aria-label={t('moreActions')}
            {...waits(rest)}
          />
        </Dropdown>
      )}
    </Space>
  )
}
