import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Form, Input, Select, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import { may } from '../../api/may.ts'
import { request, requestTagged } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { isOfViewer } from '../../api/viewer.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { ChangeNote } from '../../parts/change-note.tsx'
import { ChooseTenant } from '../../parts/choose-tenant.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { Figures } from '../../parts/figures.tsx'
import { instantText, zoneText } from '../../parts/formats.ts'
import { PageHead } from '../../parts/page-head.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { isKnownZone } from '../../parts/wall-clock.ts'

interface Company {
  readonly id: string
  readonly name: string
  readonly timeZone: string | null
}

/** What a company is called, and by which clocks its times are shown. */
export function CompanyPage() {
  const { t } = useTranslation()
  const tenant = useTenant()
  if (tenant === undefined) return <ChooseTenant title={t('pages.company')} />
  return (
    <div className="stack">
      <PageHead title={t('pages.company')} />
      <OfTenant key={tenant} tenant={tenant} />
    </div>
  )
}

const pathOf = (tenant: string) => `/v1/tenants/${encodeURIComponent(tenant)}`

function OfTenant({ tenant }: { tenant: string }) {
  const { t } = useTranslation('identity')
  const viewer = useViewer()
  const { data, error } = useQuery({
    queryKey: [pathOf(tenant), 'tagged'],
    queryFn: ({ signal }) => requestTagged<Company>(pathOf(tenant), { signal }),
    // What somebody types is not laid under a newer tag.
    refetchOnWindowFocus: false,
  })
  if (data === undefined) return <Awaited error={error} />
  const { value, etag } = data
  if (may(viewer, 'tenant.update')) return <Settings key={etag} company={value} etag={etag} />
  return (
    <Figures
      items={[
        [t('id'), value.id],
        [t('name'), value.name],
        [t('timeZone'), value.timeZone ?? t('browserZone')],
      ]}
    />
  )
}

interface Wish {
  readonly name: string
  readonly timeZone?: string
}

const bodyOf = ({ name, timeZone }: Wish) => ({ name, timeZone: timeZone ?? null })

function Settings({ company, etag }: { company: Company; etag: string | undefined }) {
  const { t } = useTranslation('identity')
  const queries = useQueryClient()
  const [form] = Form.useForm<Wish>()
  const wish = Form.useWatch([], form)
  const { id, name, timeZone } = company
  const { mutate, isPending, error } = useFormChange(
    (one: Wish) => request<Company>('PATCH', pathOf(id), { body: bodyOf(one), ifMatch: etag }),
    () => {
      // Whose clocks the viewer reads is told with who he is.
      void queries.invalidateQueries({ predicate: isOfViewer })
      return t('saved')
    },
  )
  return (
    <Form<Wish>
      form={form}
      scrollToFirstError={{ focus: true }}
      name="company"
      layout="vertical"
      initialValues={{ name, ...(timeZone === null ? {} : { timeZone }) }}
      onFinish={(one) => mutate(one)}
    >
      <Form.Item name="name" label={t('name')} rules={[{ required: true, message: t('missing') }]}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="timeZone" label={t('timeZone')} extra={<Now timeZone={wish?.timeZone} />}>
        <Select
          allowClear
          showSearch
          placeholder={t('browserZone')}
          options={Intl.supportedValuesOf('timeZone').map((value) => ({ value, label: value }))}
        />
      </Form.Item>
      <div className="stack">
        <ChangeNote error={error} />
        <Space>
          <Button type="primary" htmlType="submit" loading={isPending}>
            {t('save')}
          </Button>
        </Space>
        <CliLine command={commandOf(id, wish)} />
      </div>
    </Form>
  )
}

/** What a time looks like by the clocks that were chosen. */
function Now({ timeZone }: { timeZone: string | undefined }) {
  const { t } = useTranslation('identity')
  const { language } = usePlace()
  const now = new Date().toISOString()
  // The host may know zones that this browser does not.
  const isShown = timeZone !== undefined && isKnownZone(timeZone)
  const place = { language, ...(isShown ? { timeZone } : {}) }
  return t('nowIs', { at: instantText(now, place), zone: zoneText(now, place) })
}

function commandOf(id: string, wish: Wish | undefined): string {
  const options = { name: wish?.name, 'time-zone': wish?.timeZone ?? 'browser' }
  return cliText(['tenant', 'change', id], options)
}
