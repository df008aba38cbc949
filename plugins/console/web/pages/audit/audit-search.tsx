import { SearchOutlined } from '@ant-design/icons'
import { Button, Form, Input, Space } from 'antd'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { InstantInput } from '../../parts/instant-input.tsx'
import { FILTERS, type Filters, instantOr } from './audit.ts'
import './audit.css'

const EXAMPLES = {
  actor: 'operator',
  action: 'binding.changed',
  subject: '@acme/orders',
  outcome: 'done',
} as const

const WORDS = ['actor', 'action', 'subject', 'outcome'] as const
const TIMES = ['from', 'to'] as const

/** What each field of the form has, the empty ones too. */
function held(filters: Filters): Filters {
  const words = Object.fromEntries(WORDS.map((name) => [name, filters[name] ?? '']))
  const times = Object.fromEntries(TIMES.map((name) => [name, instantOr(filters[name])]))
  return { ...words, ...times }
}

/** The words are compared as a whole, as the host does. */
export function AuditSearch({
  filters,
  onSearch,
}: {
  filters: Filters
  onSearch: (filters: Filters) => void
}) {
  const { t } = useTranslation('audit')
  const [form] = Form.useForm<Filters>()
  // Back leads to other words without another form: the focus stays where it was.
  useEffect(() => form.setFieldsValue(held(filters)), [form, filters])
  return (
    <Form<Filters>
      form={form}
      scrollToFirstError={{ focus: true }}
      name="audit"
      layout="vertical"
      role="search"
      initialValues={held(filters)}
      onFinish={onSearch}
    >
      <div className="audit-search">
        {WORDS.map((name) => (
          <Form.Item key={name} name={name} label={t(name)}>
            <Input maxLength={300} placeholder={EXAMPLES[name]} autoComplete="off" />
          </Form.Item>
        ))}
        {TIMES.map((name) => (
          <Form.Item key={name} name={name} label={t(name)}>
            <InstantInput />
          </Form.Item>
        ))}
      </div>
      <Space>
        <Button type="primary" htmlType="submit" icon={<SearchOutlined />}>
          {t('search')}
        </Button>
        {FILTERS.some((name) => filters[name] !== undefined) && (
          <Button onClick={() => onSearch({})}>{t('all')}</Button>
        )}
      </Space>
    </Form>
  )
}
