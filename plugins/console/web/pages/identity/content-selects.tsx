import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useWholeList } from '../../api/whole-list.ts'
import { useCutMenu } from '../../parts/cut-menu.tsx'
import { type LocalText, textIn } from '../../texts/languages.ts'
import { useRoles } from './use-organisation.ts'

interface Given {
  readonly tenant: string
  readonly id?: string
  readonly value?: string[]
  readonly onChange?: (value: string[]) => void
}

/** Actions that are never a part of a role or token: with one of them somebody can become anybody. */
const ADMINS_ONLY: ReadonlySet<string> = new Set([
  'tenant.token',
  'organisation.import',
  'sso.write',
])

/** What of the host a role or a token may do: what an admin may, but what makes admins. */
export function ActionsSelect({ tenant, ...given }: Given) {
  const { t } = useTranslation('identity')
  const { data } = useRoles(tenant)
  const admin = data?.builtIn.find(({ id }) => id === 'admin')?.actions ?? []
  const actions = admin.filter((action) => !ADMINS_ONLY.has(action))
  return (
    <Select
      {...given}
      mode="multiple"
      maxCount={200}
      placeholder={t('chooseActions')}
      options={actions.map((action) => ({ value: action, label: action }))}
    />
  )
}

interface Permission {
  readonly id: string
  readonly label: LocalText
  readonly plugins: readonly string[]
}

/** Permissions that the tenant's enabled plugins declare, by plugin. */
export function PermissionsSelect({ tenant, ...given }: Given) {
  const { t, i18n } = useTranslation('identity')
  const permissions = useWholeList<Permission>(
    `/v1/tenants/${encodeURIComponent(tenant)}/permissions`,
  )
  const { items } = permissions
  const cutMenu = useCutMenu(permissions)
  const plugins = [...new Set(items.flatMap((one) => one.plugins.slice(0, 1)))].sort()
  return (
    <Select
      {...given}
      {...cutMenu}
      mode="multiple"
      maxCount={500}
      placeholder={t('choosePermissions')}
      showSearch={{ optionFilterProp: 'label' }}
      options={plugins.map((plugin) => ({
        label: plugin,
        options: items
          .filter((one) => one.plugins[0] === plugin)
          .map(({ id, label }) => ({
            value: id,
            label: `${textIn(label, i18n.language)} (${id})`,
          })),
      }))}
    />
  )
}
