import { useQuery } from '@tanstack/react-query'
import { App, Button, Card, Descriptions, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { may, maySomewhere } from '../../api/may.ts'
import { request, requestTagged } from '../../api/request.ts'
import { useChange, useFormChange } from '../../api/use-change.ts'
import { useParam } from '../../app/use-param.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { ChangeNote } from '../../parts/change-note.tsx'
import { ChooseTenant } from '../../parts/choose-tenant.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { PageHead } from '../../parts/page-head.tsx'
import { Sections } from '../../parts/sections.tsx'
import { type AppOfTenant, appPath } from './app-of-tenant.ts'
import { AppSubscriptions } from './app-subscriptions.tsx'
import { AppState } from './apps-page.tsx'
import { UnitSelect } from './unit-select.tsx'
import { EventTypesTab, OriginsTab } from './word-list-tabs.tsx'

/** One app: who it is, what it subscribed to, from which pages it calls, what it may tell. */
export function AppPage() {
  const { app = '' } = useParams()
  const tenant = useTenant()
  return tenant === undefined ? <ChooseTenant title={app} /> : <OneApp tenant={tenant} id={app} />
}

function OneApp({ tenant, id }: { tenant: string; id: string }) {
  const { t } = useTranslation('apps')
  const [tab = 'subscriptions', setTab] = useParam('tab')
  const path = appPath(tenant, id)
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => requestTagged<AppOfTenant>(path, { signal }),
    // What somebody types is not laid under a newer tag.
    refetchOnWindowFocus: false,
  })
  if (data === undefined) return <Awaited error={error} />
  const { value, etag } = data
  return (
    <div className="stack">
      <PageHead title={value.name}>
        <AppState suspendedBy={value.suspendedBy} />
        <StatusButton app={value} />
      </PageHead>
      <Sections
        open={tab}
        onOpen={setTab}
        items={[
          {
            key: 'subscriptions',
            label: t('tabs.subscriptions'),
            children: <AppSubscriptions tenant={tenant} app={id} />,
          },
          {
            key: 'settings',
            label: t('tabs.settings'),
            children: <Settings key={etag} app={value} etag={etag} />,
          },
          {
            key: 'origins',
            label: t('tabs.origins'),
            children: <OriginsTab tenant={tenant} app={id} />,
          },
          {
            key: 'events',
            label: t('tabs.events'),
            children: <EventTypesTab tenant={tenant} app={id} />,
          },
        ]}
      />
    </div>
  )
}

/** To suspend one stops all its keys and subscriptions at once: it asks before. */
function StatusButton({ app }: { app: AppOfTenant }) {
  const { t } = useTranslation(['apps', 'services'])
  const { modal } = App.useApp()
  const viewer = useViewer()
  const path = appPath(app.tenant, app.id)
  const { mutate, isPending } = useChange(
    (command: 'suspend' | 'resume') => request<void>('POST', `${path}:${command}`),
    (_, command) => t(`apps:done.${command}`, { name: app.name }),
  )
  if (!may(viewer, 'app.suspend')) return null
  if (app.suspendedBy !== null) {
    return (
      <Button type="primary" loading={isPending} onClick={() => mutate('resume')}>
        {t('apps:resume')}
      </Button>
    )
  }
  const suspend = () =>
    void modal.confirm({
      title: t('apps:confirmSuspend', { name: app.name }),
      content: <CliLine command={curlText('POST', `${path}:suspend`)} />,
      okText: t('apps:suspend'),
      cancelText: t('services:cancel'),
      okButtonProps: { danger: true },
      onOk: () => mutate('suspend'),
    })
  return (
    <Button danger loading={isPending} onClick={suspend}>
      {t('apps:suspend')}
    </Button>
  )
}

interface Fields {
  readonly name: string
  readonly unit: string | null
}

function Settings({ app, etag }: { app: AppOfTenant; etag: string | undefined }) {
  const { t } = useTranslation(['apps', 'services'])
  const viewer = useViewer()
  const [form] = Form.useForm<Fields>()
  const path = appPath(app.tenant, app.id)
  const { name = app.name, unit = app.unit } = Form.useWatch([], form) ?? {}
  const save = useFormChange(
    (body: Fields) => request<AppOfTenant>('PATCH', path, { body, ifMatch: etag }),
    () => t('services:saved'),
  )
  const mayWrite = maySomewhere(viewer, 'app.update')
  return (
    <Card size="small">
      <div className="stack">
        <Descriptions
          size="small"
          column={1}
          items={[
            { key: 'id', label: t('apps:id'), children: <code>{app.id}</code> },
            { key: 'tenant', label: t('apps:tenant'), children: <code>{app.tenant}</code> },
            ...(app.suspendedBy === null
              ? []
              : [{ key: 'by', label: t('apps:suspendedBy'), children: app.suspendedBy }]),
          ]}
        />
        <Form<Fields>
          form={form}
          name="app-settings"
          layout="vertical"
          disabled={!mayWrite}
          style={{ maxInlineSize: 480 }}
          initialValues={{ name: app.name, unit: app.unit }}
          onFinish={save.mutate}
        >
          <Form.Item name="name" label={t('apps:name')} rules={[{ required: true, max: 200 }]}>
            <Input autoComplete="off" />
          </Form.Item>
          <Form.Item name="unit" label={t('apps:unit')} extra={t('apps:unitHint')}>
            <UnitSelect tenant={app.tenant} />
          </Form.Item>
          {mayWrite && (
            <Button type="primary" htmlType="submit" loading={save.isPending}>
              {t('services:save')}
            </Button>
          )}
        </Form>
        <ChangeNote error={save.error} />
        {mayWrite && <CliLine command={curlText('PATCH', path, { name, unit })} />}
      </div>
    </Card>
  )
}
