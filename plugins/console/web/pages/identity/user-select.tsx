import { Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useList } from '../../api/list.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { useSettled } from '../../parts/use-settled.ts'
import { ownUnit, type User } from './identity.ts'

/** Nobody looks through more; who is not among them is found by more letters. */
const MOST = 50

/** A user of the tenant, found by name or login on the host; who has left is not among them. */
export function UserSelect({
  tenant,
  ...given
}: {
  tenant: string
  id?: string
  value?: string
  onChange?: (user: string) => void
}) {
  const { t } = useTranslation('identity')
  const unit = ownUnit(useViewer())
  const [typed, setTyped] = useState('')
  const q = useSettled(typed.trim())
  const users = useList<User>('/v1/users', { tenant, unit, q, limit: MOST })
  return (
    <Select
      {...given}
      placeholder={t('chooseUser')}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={users.isFetching}
      options={users.items
        .filter(({ state }) => state !== 'left')
        .map(({ id, displayName, login }) => ({ value: id, label: `${displayName} (${login})` }))}
      {...(users.hasNextPage && {
        popupRender: (menu) => (
          <>
            {menu}
            <p className="cut-line">{t('moreUsers')}</p>
          </>
        ),
      })}
    />
  )
}
