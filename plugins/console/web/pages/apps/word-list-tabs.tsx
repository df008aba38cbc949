import { useQuery } from '@tanstack/react-query'
import { Button, Card, Form, Input } from 'antd'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { may } from '../../api/may.ts'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText, curlText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { appPath, listedWords, wrongOrigins } from './app-of-tenant.ts'

interface OfApp {
  readonly tenant: string
  readonly app: string
}

/** Pages of which origins may call with the app's keys. */
export function OriginsTab({ tenant, app }: OfApp) {
  const { t } = useTranslation('apps')
  const path = `${appPath(tenant, app)}/origins`
  const mayWrite = may(useViewer(), 'app.origins')
  return (
    <WordList
      {...{ path, mayWrite }}
      part="origins"
      label={t('origins')}
      hint={t('originsHint')}
      wrong={(origins) => wrongOrigins(origins).map((origin) => t('wrongOrigin', { origin }))[0]}
      command={(origins) => `${cliText(['app', 'origins', app, ...origins], { tenant })}`}
    />
  )
}

/** Events of which types the app may send. */
export function EventTypesTab({ tenant, app }: OfApp) {
  const { t } = useTranslation('apps')
  const path = `${appPath(tenant, app)}/events`
  const mayWrite = may(useViewer(), 'app.events.write')
  return (
    <WordList
      {...{ path, mayWrite }}
      part="types"
      label={t('eventTypes')}
      hint={t('eventTypesHint')}
      wrong={() => undefined}
      command={(types) => curlText('PUT', path, { types })}
    />
  )
}

interface Shown {
  readonly path: string
  readonly part: 'origins' | 'types'
  readonly label: string
  readonly hint: string
  readonly mayWrite: boolean
  /** Of the words, in a sentence. */
  readonly wrong: (words: readonly string[]) => string | undefined
  readonly command: (words: readonly string[]) => string
}

type Words = Partial<Record<Shown['part'], readonly string[]>>

/** A list that the host keeps whole: what is saved is all there is. */
function WordList(shown: Shown): ReactNode {
  const { path, part } = shown
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<Words>('GET', path, { signal }),
  })
  if (data === undefined) return <Awaited error={error} />
  const first = (data[part] ?? []).join('\n')
  return <WordForm key={first} {...shown} first={first} />
}

function WordForm({
  path,
  part,
  label,
  hint,
  mayWrite,
  wrong,
  command,
  first,
}: Shown & { first: string }) {
  const { t } = useTranslation('services')
  const [text, setText] = useState(first)
  const words = listedWords(text)
  const fault = wrong(words)
  const save = useFormChange(
    () => request<Words>('PUT', path, { body: { [part]: words } }),
    () => t('saved'),
  )
  return (
    <Card size="small">
      <Form layout="vertical" className="stack" onFinish={() => save.mutate(undefined)}>
        <Form.Item
          htmlFor={part}
          label={label}
          extra={hint}
          {...(fault === undefined ? {} : { validateStatus: 'error', help: fault })}
        >
          <Input.TextArea
            id={part}
            className="mono"
            readOnly={!mayWrite}
            autoSize={{ minRows: 4, maxRows: 16 }}
            spellCheck={false}
            aria-invalid={fault !== undefined}
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
              loading={save.isPending}
              disabled={fault !== undefined}
            >
              {t('save')}
            </Button>
          </div>
        )}
        <CliLine command={command(words)} />
      </Form>
    </Card>
  )
}
