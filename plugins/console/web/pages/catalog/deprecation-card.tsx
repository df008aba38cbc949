import { PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Form, Input, Popconfirm, Select, Space } from 'antd'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useChange, useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { InstantInput } from '../../parts/instant-input.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { type DeprecationFields, deprecationBody, deprecationFields } from './deprecation.ts'
import { deprecationPath } from './offer-paths.ts'
import type { ServiceMajor } from './service.ts'

/** As many as the host takes. */
const MOST_BROWN_OUTS = 60

/** The end of a major: since when, until when, what takes its place. A new word replaces the one that stands. */
export function DeprecationCard({
  id,
  service: { major, deprecation },
  majors,
}: {
  id: string
  service: ServiceMajor
  majors: readonly number[]
}) {
  const { t } = useTranslation('offers')
  const [form] = Form.useForm<DeprecationFields>()
  const path = deprecationPath(id, major)
  const seen = Form.useWatch([], form) ?? {}
  const others = majors.filter((one) => one !== major)
  const { mutate, isPending, error } = useFormChange(
    (fields: DeprecationFields) => request('PUT', path, { body: deprecationBody(fields) }),
    () => t('deprecated', { major }),
  )
  return (
    <Card
      size="small"
      title={t('end')}
      extra={deprecation !== null && <TakeBack path={path} major={major} />}
    >
      <Form<DeprecationFields>
        form={form}
        scrollToFirstError={{ focus: true }}
        name="deprecation"
        layout="vertical"
        style={{ maxInlineSize: 560 }}
        initialValues={deprecationFields(deprecation)}
        onFinish={(fields) => mutate(fields)}
      >
        <Form.Item name="deprecatedAt" label={t('deprecatedAt')} extra={t('deprecatedAtHint')}>
          <InstantInput />
        </Form.Item>
        <Form.Item name="sunsetAt" label={t('sunsetAt')} extra={t('sunsetAtHint')}>
          <InstantInput />
        </Form.Item>
        <Form.Item name="successor" label={t('successor')}>
          <Select
            allowClear
            placeholder={t('noSuccessor')}
            options={others.map((one) => ({ value: one, label: `v${one}` }))}
          />
        </Form.Item>
        <Form.Item
          name="information"
          label={t('information')}
          extra={t('informationHint')}
          rules={[{ pattern: /^https?:\/\/[^\s<>"]+$/, message: t('noAddress') }]}
        >
          <Input maxLength={500} autoComplete="off" spellCheck={false} />
        </Form.Item>
        <BrownOuts />
        <div className="stack">
          <Alert type="info" showIcon title={t('subscribersAreTold')} />
          {error !== null && <ProblemNote error={error} />}
          <div>
            <Button danger htmlType="submit" loading={isPending}>
              {t(deprecation === null ? 'deprecate' : 'storeEnd')}
            </Button>
          </div>
          <CliLine command={curlText('PUT', path, deprecationBody(seen))} />
        </div>
      </Form>
    </Card>
  )
}

function BrownOuts() {
  const { t } = useTranslation('offers')
  const heading = useId()
  const required = [{ required: true, message: t('missing') }]
  return (
    <section aria-labelledby={heading} style={{ marginBlockEnd: 24 }}>
      <strong id={heading}>{t('brownOuts')}</strong>
      <p>
        <small>{t('brownOutsHint')}</small>
      </p>
      <Form.List name="brownOuts">
        {(lines, { add, remove }) => (
          <div className="stack">
            {lines.map(({ key, name }) => (
              <Space key={key} wrap align="end">
                <Form.Item name={[name, 'from']} label={t('brownOutFrom')} rules={required}>
                  <InstantInput />
                </Form.Item>
                <Form.Item name={[name, 'to']} label={t('brownOutTo')} rules={required}>
                  <InstantInput />
                </Form.Item>
                <Form.Item>
                  <Button
                    size="small"
                    aria-label={t('removeBrownOutAt', { at: name + 1 })}
                    onClick={() => remove(name)}
                  >
                    {t('removeBrownOut')}
                  </Button>
                </Form.Item>
              </Space>
            ))}
            <div>
              <Button
                icon={<PlusOutlined />}
                disabled={lines.length >= MOST_BROWN_OUTS}
                onClick={() => add({})}
              >
                {t('addBrownOut')}
              </Button>
            </div>
          </div>
        )}
      </Form.List>
    </section>
  )
}

function TakeBack({ path, major }: { path: string; major: number }) {
  const { t } = useTranslation('offers')
  const { mutate, isPending } = useChange(
    () => request('DELETE', path),
    () => t('undeprecated', { major }),
  )
  return (
    <Popconfirm
      title={t('confirmTakeBack', { major })}
      okText={t('takeBack')}
      onConfirm={() => mutate(undefined)}
    >
      <Button size="small" loading={isPending}>
        {t('takeBack')}
      </Button>
    </Popconfirm>
  )
}
