import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useWholeList } from '../../api/whole-list.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { ownUnit, type User } from './identity.ts'

function useUsers(tenant: string) {
  const unit = ownUnit(useViewer())
  return useWholeList<User>('/v1/users', { tenant, unit })
}

/** @returns what a user is called; his id where the viewer is not shown him */
export function useUserName(tenant: string): (id: string) => string {
  const { items } = useUsers(tenant)
  const names = new Map(items.map(({ id, displayName }) => [id, displayName]))
  return (id) => names.get(id) ?? id
}

/** A user of the tenant by name or login; who has left is not among them. */
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
  const users = useUsers(tenant)
  return (
    <Select
      {...given}
      placeholder={t('chooseUser')}
      showSearch={{ optionFilterProp: 'label' }}
      loading={users.isLoading}
      options={users.items
        .filter(({ state }) => state !== 'left')
        .map(({ id, displayName, login }) => ({ value: id, label: `${displayName} (${login})` }))}
    />
  )
}
