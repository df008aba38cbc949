import { useQuery } from '@tanstack/react-query'
import { Alert, Card } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { request } from '../../api/request.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { Figures } from '../../parts/figures.tsx'
import { bytesText, numberText } from '../../parts/formats.ts'
import { Instant } from '../../parts/instant.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { DeleteInvocation } from './delete-invocation.tsx'
import { invocationPath, type KeptCall } from './invocation.ts'
import { RecordedCall } from './recorded-call.tsx'
import { Releases } from './releases.tsx'

/** One kept call: what it was given, what it asked of the host, what came of it, and who may open it. */
export function InvocationPage() {
  const { t } = useTranslation('invocations')
  const { id = '' } = useParams()
  const { data: call, error } = useQuery({
    queryKey: [invocationPath(id)],
    queryFn: ({ signal }) => request<KeptCall>('GET', invocationPath(id), { signal }),
  })
  if (call === undefined)
    return <Awaited title={t('pages.invocation', { ns: 'common' })} error={error} />
  return (
    <div className="stack">
      <PageHead title={`${call.service}@${call.major}/${call.operation}`}>
        <StatusTag
          tone={call.outcome === 'answered' ? 'good' : 'bad'}
          label={call.code ?? t(`outcomes.${call.outcome}`)}
        />
      </PageHead>
      <Head call={call} />
      {call.recording === undefined ? (
        <Alert type="info" showIcon title={t('notReleased')} description={t('notReleasedText')} />
      ) : (
        <>
          <RecordedCall call={call} recording={call.recording} />
          <Card size="small" title={t('replay')}>
            <div className="stack">
              <p>{t('replayText')}</p>
              <CliLine command={cliText(['replay', call.id])} />
              <CliLine command={cliText(['replay', call.id], { bundle: 'dist/plugin.js' })} />
            </div>
          </Card>
        </>
      )}
      {call.releases !== undefined && call.tenant !== undefined && (
        <>
          <Releases tenant={call.tenant} call={call} releases={call.releases} />
          <DeleteInvocation tenant={call.tenant} call={call} />
        </>
      )}
    </div>
  )
}

function Head({ call }: { call: KeptCall }) {
  const { t } = useTranslation('invocations')
  const place = usePlace()
  const keep = usePlaceQuery()
  const ms = (value: number) => `${numberText(value, place)} ms`
  const plugin = (
    <Link to={{ pathname: `/plugins/${encodeURIComponent(call.plugin)}`, search: keep }}>
      {`${call.plugin}@${call.version}`}
    </Link>
  )
  return (
    <Figures
      items={[
        [t('id'), <code key="id">{call.id}</code>],
        [t('plugin'), plugin],
        [t('arm'), t(`arms.${call.arm}`)],
        [t('startedAt'), <Instant key="at" at={call.startedAt} />],
        [t('keptFor'), t(`reasons.${call.reason}`)],
        [t('caller'), call.principal ?? t('unknown')],
        [t('took'), ms(call.tookMs)],
        [t('cpu'), ms(call.cpuMs)],
        [t('heap'), `${numberText(call.peakHeapMb, place)} MB`],
        [t('bytesOut'), bytesText(call.bytesOut, place)],
        [t('hostCalls'), numberText(call.hostCalls, place)],
        [t('trace'), <code key="trace">{call.traceId ?? t('unknown')}</code>],
      ]}
    />
  )
}
