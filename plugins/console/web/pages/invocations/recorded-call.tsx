import { Alert, Card, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { JsonView } from '../../parts/json-view.tsx'
import { StatusTag, type Tone } from '../../parts/status-tag.tsx'
import {
  hostCallEnd,
  type KeptCall,
  type RecordedHostCall,
  type RecordedLog,
} from './invocation.ts'

interface Props {
  readonly call: KeptCall
  readonly recording: NonNullable<KeptCall['recording']>
}

/** What was recorded, with what is secret or a person's already taken out by the host. */
export function RecordedCall({ call, recording }: Props) {
  const { t } = useTranslation('invocations')
  const redacted = call.redacted ?? []
  return (
    <>
      {redacted.length > 0 && (
        <Alert
          type="info"
          showIcon
          title={t('redacted', { count: redacted.length })}
          description={redacted.map((place) => `${place.in}${place.pointer}`).join(', ')}
        />
      )}
      <Outcome recording={recording} />
      <Card size="small" title={t('input')}>
        <JsonView value={recording.input} label={t('input')} />
      </Card>
      <HostCalls calls={recording.hostCalls} />
      <Logs logs={recording.logs} />
      <Card size="small" title={t('config')}>
        <JsonView value={recording.isolate.config} label={t('config')} />
      </Card>
    </>
  )
}

function Outcome({ recording: { outcome } }: Pick<Props, 'recording'>) {
  const { t } = useTranslation('invocations')
  const { kind, code, message, output, faults = [] } = outcome
  return (
    <Card size="small" title={t('outcome')}>
      <div className="stack">
        {code !== null && <Alert type="error" showIcon title={code} description={message} />}
        {faults.length > 0 && (
          <ul>
            {faults.map(({ pointer, detail }) => (
              <li key={`${pointer} ${detail}`}>
                <code>{pointer || '/'}</code> {detail}
              </li>
            ))}
          </ul>
        )}
        {kind === 'answered' || output !== undefined ? (
          <JsonView value={output} label={t('output')} />
        ) : (
          <p>{t('noOutput')}</p>
        )}
      </div>
    </Card>
  )
}

const ENDS = { answered: 'good', failed: 'bad', open: 'warning' } as const satisfies Record<
  ReturnType<typeof hostCallEnd>,
  Tone
>

function HostCalls({ calls }: { calls: readonly RecordedHostCall[] }) {
  const { t } = useTranslation('invocations')
  const rows = calls.map((call, index) => ({ ...call, number: index + 1 }))
  return (
    <Table
      size="small"
      caption={t('hostCalls')}
      rowKey="number"
      dataSource={rows}
      pagination={{ pageSize: 50, hideOnSinglePage: true }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: t('noHostCalls') }}
      expandable={{
        columnTitle: <span className="unseen">{t('details', { ns: 'common' })}</span>,
        expandedRowRender: ({ request, answer, error }) => (
          <div className="stack">
            <JsonView value={request} label={t('request')} />
            <JsonView value={error ?? answer} label={t('answer')} />
          </div>
        ),
      }}
      columns={[
        { title: '#', dataIndex: 'number', align: 'end' },
        { title: t('asked'), dataIndex: 'name', render: (name: string) => <code>{name}</code> },
        {
          title: t('outcome'),
          key: 'end',
          render: (_: unknown, call) => {
            const end = hostCallEnd(call)
            return <StatusTag tone={ENDS[end]} label={call.error?.code ?? t(`ends.${end}`)} />
          },
        },
      ]}
    />
  )
}

const LEVELS = {
  debug: 'neutral',
  info: 'neutral',
  warn: 'warning',
  error: 'bad',
} as const satisfies Record<RecordedLog['level'], Tone>

function Logs({ logs }: { logs: readonly RecordedLog[] }) {
  const { t } = useTranslation('invocations')
  return (
    <Table
      size="small"
      caption={t('logs')}
      rowKey="number"
      dataSource={logs.map((log, index) => ({ ...log, number: index + 1 }))}
      pagination={{ pageSize: 50, hideOnSinglePage: true }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: t('noLogs') }}
      expandable={{
        columnTitle: <span className="unseen">{t('details', { ns: 'common' })}</span>,
        expandedRowRender: ({ fields }) => <JsonView value={fields} label={t('fields')} />,
      }}
      columns={[
        {
          title: t('level'),
          dataIndex: 'level',
          render: (level: RecordedLog['level']) => <StatusTag tone={LEVELS[level]} label={level} />,
        },
        { title: t('message'), dataIndex: 'message' },
      ]}
    />
  )
}
