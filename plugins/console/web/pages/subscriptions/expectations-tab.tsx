import { useQuery } from '@tanstack/react-query'
import { Button, Card, Form, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { type Expectations, readExpectations } from './expectations.ts'
import { subscriptionPath } from './subscription.ts'

/** What the app reads and relies on: a version that would break it is told before it is installed. */
export function ExpectationsTab({ id, mayWrite }: { id: string; mayWrite: boolean }) {
  const path = `${subscriptionPath(id)}/expectations`
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<Expectations>('GET', path, { signal }),
  })
  if (data === undefined) return <Awaited error={error} />
  const first = JSON.stringify(data, null, 2)
  return <ExpectationsForm key={first} {...{ path, mayWrite, first }} />
}

function ExpectationsForm({
  path,
  mayWrite,
  first,
}: {
  path: string
  mayWrite: boolean
  first: string
}) {
  const { t } = useTranslation(['subscriptions', 'services'])
  const [text, setText] = useState(first)
  const said = readExpectations(text)
  const save = useFormChange(
    (body: Expectations) => request<Expectations>('PUT', path, { body }),
    () => t('services:saved'),
  )
  return (
    <Card size="small">
      <Form
        layout="vertical"
        className="stack"
        onFinish={() => said !== undefined && save.mutate(said)}
      >
        <Form.Item
          htmlFor="expectations"
          label={t('subscriptions:expectations')}
          extra={t('subscriptions:expectationsHint')}
          {...(said === undefined
            ? { validateStatus: 'error', help: t('subscriptions:expectationsWrong') }
            : {})}
        >
          <Input.TextArea
            id="expectations"
            className="mono"
            readOnly={!mayWrite}
            spellCheck={false}
            autoSize={{ minRows: 8, maxRows: 24 }}
            aria-invalid={said === undefined}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        </Form.Item>
        {save.error !== null && <ProblemNote error={save.error} />}
        {mayWrite && (
          <div>
            <Button
              type="primary"
              htmlType="submit"
              disabled={said === undefined}
              loading={save.isPending}
            >
              {t('services:save')}
            </Button>
          </div>
        )}
        <CliLine command={curlText('PUT', path, said ?? { reads: {}, examples: [] })} />
      </Form>
    </Card>
  )
}
