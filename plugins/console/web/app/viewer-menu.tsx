import { UserOutlined } from '@ant-design/icons'
import { Button, Dropdown, type MenuProps } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../api/request.ts'
import type { Viewer } from '../api/viewer.ts'
import { preferences, type Scheme } from './preferences.ts'
import { useStore } from './store.ts'
import type { ThisPage } from './this-page.ts'

const SCHEMES: readonly Scheme[] = ['system', 'light', 'dark']

/** Who looks, in what language and colours, by which version of the console; and the way out. */
export function ViewerMenu({ viewer, page }: { viewer: Viewer; page: ThisPage }) {
  const { t } = useTranslation()
  const chosen = useStore(preferences)
  const name = viewer.kind === 'operator' ? t('operator') : viewer.displayName
  const items: MenuProps['items'] = [
    {
      key: 'version',
      disabled: true,
      label: t('consoleVersion', { version: page.version, arm: t(`arms.${page.arm}`) }),
    },
    { type: 'divider' },
    {
      key: 'lang:zh-CN',
      label: '简体中文',
      onClick: () => preferences.set({ ...chosen, language: 'zh-CN' }),
    },
    {
      key: 'lang:en',
      label: 'English',
      onClick: () => preferences.set({ ...chosen, language: 'en' }),
    },
    { type: 'divider' },
    ...SCHEMES.map((scheme) => ({
      key: `scheme:${scheme}`,
      label: t(`schemes.${scheme}`),
      onClick: () => preferences.set({ ...chosen, scheme }),
    })),
    { type: 'divider' },
    { key: 'account', label: <a href="/sign-in">{t('account')}</a> },
    { key: 'out', label: t('signOut'), onClick: () => void signOut() },
  ]
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items,
        selectable: true,
        selectedKeys: [`lang:${chosen.language}`, `scheme:${chosen.scheme}`],
      }}
    >
      <Button aria-label={t('viewerMenu', { name })} icon={<UserOutlined />}>
        <span className="only-wide">{name}</span>
      </Button>
    </Dropdown>
  )
}

/** A provider of the tenant's own may want to be told, too: the host says where. */
async function signOut(): Promise<void> {
  const answer = await request<{ url?: string | null } | undefined>('POST', '/v1/me/sign-out')
  location.assign(answer?.url ?? '/sign-in')
}
