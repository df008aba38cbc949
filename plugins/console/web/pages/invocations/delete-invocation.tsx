import { DeleteOutlined } from '@ant-design/icons'
import { App, Button, Card } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { invocationPath, type KeptCall } from './invocation.ts'

/** Gone before its seven days are over; the audit keeps that it was. */
export function DeleteInvocation({ tenant, call }: { tenant: string; call: KeptCall }) {
  const { t } = useTranslation('invocations')
  const { modal } = App.useApp()
  const navigate = useNavigate()
  const keep = usePlaceQuery()
  const path = `/v1/tenants/${encodeURIComponent(tenant)}${invocationPath(call.id).slice('/v1'.length)}`
  const { mutate, isPending } = useChange(
    () => request('DELETE', path),
    () => {
      const query = new URLSearchParams(keep)
      query.set('tab', 'invocations')
      void navigate({
        pathname: `/plugins/${encodeURIComponent(call.plugin)}`,
        search: `?${query}`,
      })
      return t('deleted')
    },
  )
  const ask = () =>
    void modal.confirm({
      title: t('confirmDelete'),
      okText: t('delete'),
      okButtonProps: { danger: true },
      onOk: () => mutate(undefined),
    })
  return (
    <Card size="small" title={t('deleteTitle')}>
      <div className="stack">
        <p>{t('deleteText')}</p>
        <div>
          <Button danger icon={<DeleteOutlined />} loading={isPending} onClick={ask}>
            {t('delete')}
          </Button>
        </div>
        <CliLine command={curlText('DELETE', path)} />
      </div>
    </Card>
  )
}
