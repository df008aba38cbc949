import { Button, Form, Input, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import { ChangeNote } from '../../parts/change-note.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { JsonView } from '../../parts/json-view.tsx'
import { configOf, type ShownConfig } from './config.ts'
import { useConfigChange } from './use-config-change.ts'

const textOf = (value: unknown) => JSON.stringify(value, null, 2)

/** The settings as their text, for what no form has controls for; the host says what of it does not fit. */
export function ConfigJson({ path, shown }: { path: string; shown: ShownConfig }) {
  const { t } = useTranslation('config')
  const [form] = Form.useForm<{ text: string }>()
  const text = Form.useWatch('text', form)
  const { mutate, isPending, error } = useConfigChange(path, shown)
  const save = ({ text: typed }: { text: string }) => {
    const config = configOf(typed)
    if (config !== undefined) mutate(config)
  }
  return (
    <Form
      form={form}
      name="config-json"
      layout="vertical"
      className="stack"
      initialValues={{ text: textOf(shown.config) }}
      onFinish={save}
    >
      <Form.Item
        name="text"
        label={t('settings')}
        style={{ marginBlockEnd: 0 }}
        rules={[
          {
            validator: async (_, typed: string) => {
              if (configOf(typed ?? '') === undefined) throw new Error(t('notObject'))
            },
          },
        ]}
      >
        <Input.TextArea
          spellCheck={false}
          className="cell-code"
          autoSize={{ minRows: 8, maxRows: 28 }}
        />
      </Form.Item>
      <ChangeNote error={error} />
      <Space>
        <Button type="primary" htmlType="submit" loading={isPending}>
          {t('save')}
        </Button>
        <Button onClick={() => form.resetFields()}>{t('reset')}</Button>
      </Space>
      <CliLine command={curlText('PUT', path, configOf(text ?? '') ?? shown.config)} />
      <details>
        <summary>{t('schema')}</summary>
        <JsonView value={shown.schema} label={t('schema')} />
      </details>
    </Form>
  )
}
