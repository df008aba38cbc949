import { Button, Form, Input } from 'antd'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { useContributedPlace } from '../contributed-context.ts'
import { wordFor } from '../words.ts'

/** What has to be said before anything can be shown: a page that is usually reached by a link of another. */
export function MissingParams({ names }: { names: readonly string[] }) {
  const { t, i18n } = useTranslation('contributed')
  const { words } = useContributedPlace()
  const formId = useId()
  const [, setQuery] = useSearchParams()
  const onFinish = (values: Record<string, string>) =>
    setQuery((before) => {
      const next = new URLSearchParams(before)
      for (const name of names) next.set(name, values[name] ?? '')
      return next
    })
  return (
    <Form name={formId} layout="inline" onFinish={onFinish} aria-label={t('missing')}>
      {names.map((name) => (
        <Form.Item
          key={name}
          name={name}
          label={wordFor(words, name, i18n.language)}
          rules={[{ required: true, message: t('required') }]}
        >
          <Input maxLength={200} />
        </Form.Item>
      ))}
      <Button type="primary" htmlType="submit">
        {t('show')}
      </Button>
    </Form>
  )
}
