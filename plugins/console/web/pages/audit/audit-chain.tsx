import { DownloadOutlined, SafetyOutlined } from '@ant-design/icons'
import { Alert, Button, Card } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { addressOf, request } from '../../api/request.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { numberText } from '../../parts/formats.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { AuditKeeping } from './audit-keeping.tsx'
import { type ChainPart, type Walked, walkChain } from './chain-walk.ts'

/** Whether the entries still stand as they were written, and taking them elsewhere. */
export function AuditChain({ tenant }: { tenant: string | undefined }) {
  const { t } = useTranslation('audit')
  const viewer = useViewer()
  const file = `audit-${tenant ?? 'host'}.ndjson.gz`
  return (
    <div className="stack">
      <Verify tenant={tenant} />
      <Card size="small" title={t('export')}>
        <div className="stack">
          <p>{t('exportText')}</p>
          <div>
            <Button
              icon={<DownloadOutlined />}
              href={addressOf('/v1/audit:export', { gz: true, tenant })}
              download={file}
            >
              {t('exportAs', { file })}
            </Button>
          </div>
          <CliLine command={`${cliText(['audit', 'export'], { tenant, out: file })} --gz`} />
          <CliLine command={cliText(['audit', 'verify'], { file, keys: 'signing-keys.json' })} />
        </div>
      </Card>
      {(tenant !== undefined || viewer.kind === 'operator') && <AuditKeeping tenant={tenant} />}
    </div>
  )
}

interface Walk {
  readonly walked?: Walked
  readonly error?: unknown
  readonly isUnderWay: boolean
}

function useWalk(tenant: string | undefined) {
  const [walk, setWalk] = useState<Walk>({ isUnderWay: false })
  const stop = useRef(new AbortController())
  useEffect(() => () => stop.current.abort(), [])
  const start = async () => {
    stop.current.abort()
    stop.current = new AbortController()
    const { signal } = stop.current
    setWalk({ isUnderWay: true })
    try {
      const ask = (query: object) =>
        request<ChainPart>('GET', '/v1/audit:verify', { query: { ...query, tenant }, signal })
      const walked = await walkChain(ask, (so) => setWalk({ walked: so, isUnderWay: true }))
      setWalk({ walked, isUnderWay: false })
    } catch (error) {
      if (!signal.aborted) setWalk({ error, isUnderWay: false })
    }
  }
  return { walk, start: () => void start() }
}

function Verify({ tenant }: { tenant: string | undefined }) {
  const { t } = useTranslation('audit')
  const { walk, start } = useWalk(tenant)
  return (
    <Card size="small" title={t('verify')}>
      <div className="stack">
        <p>{t('verifyText')}</p>
        <div>
          <Button
            type="primary"
            icon={<SafetyOutlined />}
            loading={walk.isUnderWay}
            onClick={start}
          >
            {t('verifyNow')}
          </Button>
        </div>
        <div aria-live="polite" className="stack">
          {walk.error !== undefined && <ProblemNote error={walk.error} />}
          {walk.walked !== undefined && <Verdict walked={walk.walked} />}
        </div>
        <CliLine command={cliText(['audit', 'verify'], { tenant })} />
      </div>
    </Card>
  )
}

function Verdict({ walked }: { walked: Walked }) {
  const { t } = useTranslation('audit')
  const place = usePlace()
  const count = (value: number) => numberText(value, place)
  const { isOver, fault, checked, checkpoints, removedUpTo, clockSetBackAt, waiting } = walked
  const looked = t('checked', { entries: count(checked), signatures: count(checkpoints) })
  if (fault !== undefined) {
    return (
      <Alert
        type="error"
        showIcon
        title={t(`faults.${fault.kind}`, { number: count(fault.number) })}
        description={`${looked} ${t('faultCure')}`}
      />
    )
  }
  const notes = [
    looked,
    isOver ? t('signedUpTo', { number: count(walked.signedUpTo) }) : '',
    removedUpTo > 0 ? t('removedUpTo', { number: count(removedUpTo) }) : '',
    waiting > 0 ? t('unsealed', { entries: count(waiting) }) : '',
  ].filter((note) => note !== '')
  return (
    <>
      <Alert
        type={isOver ? 'success' : 'info'}
        showIcon
        title={t(isOver ? 'whole' : 'underWay')}
        description={notes.join(' ')}
      />
      {clockSetBackAt !== undefined && (
        <Alert
          type="warning"
          showIcon
          title={t('clockSetBack', { number: count(clockSetBackAt) })}
        />
      )}
    </>
  )
}
