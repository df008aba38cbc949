import { useQuery } from '@tanstack/react-query'
import { Alert, App, Button, Form, Input, Modal, Space, Table } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { may } from '../../api/may.ts'
import { request } from '../../api/request.ts'
import { useChange, useFormChange } from '../../api/use-change.ts'
import { useParam } from '../../app/use-param.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { Instant } from '../../parts/instant.tsx'
import { useNamed } from '../../parts/named.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { SecretOnce, type SecretPart } from '../../parts/secret-once.tsx'
import { HookDeliveries } from './hook-deliveries.tsx'
import { type HookAddress, hookRows } from './hooks.ts'
import { type TenantPlugin, tenantPluginPath } from './plugin.ts'

/** Addresses at which others send to the plugin, and what came there. */
export function HooksTab({ tenant, name }: { tenant: string; name: string }) {
  const { t } = useTranslation('hooks')
  const [hook, setHook] = useParam('hook')
  const mayChange = may(useViewer(), 'hook.write')
  const ofPlugin = tenantPluginPath(tenant, name)
  const path = `${ofPlugin}/hooks`
  const plugin = useQuery({
    queryKey: [ofPlugin],
    queryFn: ({ signal }) => request<TenantPlugin>('GET', ofPlugin, { signal }),
  })
  const addresses = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) =>
      request<{ readonly items: readonly HookAddress[] }>('GET', path, { signal }),
  })
  if (plugin.isLoadingError || addresses.isLoadingError)
    return <ProblemNote error={plugin.error ?? addresses.error} />
  const rows = hookRows(plugin.data?.capabilities ?? [], addresses.data?.items ?? [])
  const chosen = rows.find((row) => row.path === hook)
  return (
    <div className="stack">
      {!mayChange && <Alert type="info" showIcon title={t('adminOnly')} />}
      <HookTable
        {...{ rows, path, mayChange }}
        isLoading={plugin.isLoading || addresses.isLoading}
        onShow={setHook}
      />
      <CliLine command={curlText('GET', path)} />
      {chosen !== undefined && <HookDeliveries {...{ path, mayChange }} hook={chosen.path} />}
    </div>
  )
}

type Row = ReturnType<typeof hookRows>[number]

function HookTable({
  rows,
  path,
  mayChange,
  isLoading,
  onShow,
}: {
  rows: readonly Row[]
  path: string
  mayChange: boolean
  isLoading: boolean
  onShow: (hook: string) => void
}) {
  const { t } = useTranslation('hooks')
  return (
    <Table<Row>
      size="middle"
      caption={t('caption')}
      rowKey="path"
      loading={isLoading}
      pagination={false}
      dataSource={[...rows]}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: <EmptyState text={t('none')} /> }}
      columns={[
        { title: t('path'), dataIndex: 'path', render: (one: string) => <code>{one}</code> },
        { title: t('signature'), dataIndex: 'signature', render: (one) => one ?? '–' },
        {
          title: t('address'),
          key: 'address',
          render: (_: unknown, { address }) =>
            address === undefined ? (
              t('noAddress')
            ) : (
              <>
                <MadeBy actor={address.createdBy} />
                <div>
                  <Instant at={address.createdAt} />
                </div>
              </>
            ),
        },
        {
          title: t('actions'),
          key: 'actions',
          render: (_: unknown, row) => (
            <Space wrap>
              <Button size="small" onClick={() => onShow(row.path)}>
                {t('deliveries')}
              </Button>
              {mayChange && <AddressButtons path={path} row={row} />}
            </Space>
          ),
        },
      ]}
    />
  )
}

/** A new address ends the old one: whoever sends has to be told. */
function AddressButtons({ path, row }: { path: string; row: Row }) {
  const { t } = useTranslation(['hooks', 'services'])
  const { modal } = App.useApp()
  const [isOpening, setOpening] = useState(false)
  const at = `${path}/${encodeURIComponent(row.path)}`
  const close = useChange(
    () => request<void>('DELETE', at),
    () => t('hooks:ended'),
  )
  const ask = () =>
    void modal.confirm({
      title: t('hooks:confirmEnd', { path: row.path }),
      content: <CliLine command={curlText('DELETE', at)} />,
      okText: t('hooks:end'),
      cancelText: t('services:cancel'),
      okButtonProps: { danger: true },
      onOk: () => close.mutate(undefined),
    })
  return (
    <Space wrap>
      <Button size="small" disabled={!row.isGranted} onClick={() => setOpening(true)}>
        {row.address === undefined ? t('hooks:make') : t('hooks:renew')}
      </Button>
      {row.address !== undefined && (
        <Button size="small" danger loading={close.isPending} onClick={ask}>
          {t('hooks:end')}
        </Button>
      )}
      {isOpening && <AddressDialog at={at} row={row} onClose={() => setOpening(false)} />}
    </Space>
  )
}

interface Opened {
  readonly address: string
  readonly secret: string
}

function AddressDialog({ at, row, onClose }: { at: string; row: Row; onClose: () => void }) {
  const { t } = useTranslation(['hooks', 'services'])
  const [form] = Form.useForm<{ secret?: string }>()
  const [parts, setParts] = useState<readonly SecretPart[]>([])
  const open = useFormChange(
    ({ secret }: { secret?: string }) =>
      request<Opened>('POST', at, { body: secret ? { secret } : {} }),
    ({ address, secret }) => {
      setParts([
        { label: t('hooks:address'), value: `${location.origin}${address}` },
        { label: t('hooks:secret'), value: secret },
      ])
      return undefined
    },
  )
  if (parts.length > 0) return <SecretOnce title={t('hooks:made')} parts={parts} onKept={onClose} />
  const title = row.address === undefined ? t('hooks:make') : t('hooks:renew')
  return (
    <Modal
      open
      title={`${title}: ${row.path}`}
      okText={title}
      cancelText={t('services:cancel')}
      confirmLoading={open.isPending}
      onOk={form.submit}
      onCancel={onClose}
    >
      <div className="stack">
        {row.address !== undefined && (
          <Alert type="warning" showIcon title={t('hooks:renewMeans')} />
        )}
        <Form form={form} name="hook-address" layout="vertical" onFinish={open.mutate}>
          <Form.Item
            name="secret"
            label={t('hooks:ownSecret')}
            extra={t('hooks:ownSecretHint')}
            rules={[{ min: 16, max: 256 }]}
          >
            <Input.Password autoComplete="new-password" />
          </Form.Item>
        </Form>
        {open.error !== null && <ProblemNote error={open.error} />}
        <CliLine command={curlText('POST', at, {})} />
      </div>
    </Modal>
  )
}

function MadeBy({ actor }: { actor: string }) {
  const { t } = useTranslation('hooks')
  return <div>{t('madeBy', { who: useNamed(actor) })}</div>
}
