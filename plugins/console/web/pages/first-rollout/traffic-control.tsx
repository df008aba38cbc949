import { Button, Progress } from 'antd'
import { useTranslation } from 'react-i18next'
import { callPath } from '../../api/call-service.ts'
import { MOST_CALLS, startTraffic, stopTraffic, type Traffic, traffic } from '../../api/traffic.ts'
import { useStore } from '../../app/store.ts'
import { numberText } from '../../parts/formats.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { INPUT, OPERATION, SERVICE } from './practice.ts'
import { usePracticeKey } from './practice-key.ts'

/** Begins and ends the calls of the practice app, and says what became of them. */
export function TrafficControl({ isNext }: { isNext: boolean }) {
  const { t } = useTranslation('first-rollout')
  const key = usePracticeKey()
  const seen = useStore(traffic)
  const start = () => {
    if (key === undefined) return
    startTraffic({ path: callPath(`${SERVICE}@1`, OPERATION), key, input: INPUT })
  }
  return (
    <>
      <div>
        {seen.isRunning ? (
          <Button onClick={stopTraffic}>{t('stopCalls')}</Button>
        ) : (
          <Button type="primary" disabled={key === undefined} onClick={start}>
            {t('sendCalls')}
          </Button>
        )}
      </div>
      {key === undefined && isNext && <p>{t('keyGone')}</p>}
      {seen.answered + seen.failed > 0 && <Sent seen={seen} />}
      {seen.error !== undefined && <ProblemNote error={seen.error} />}
    </>
  )
}

function Sent({ seen }: { seen: Traffic }) {
  const { t } = useTranslation('first-rollout')
  const place = usePlace()
  const { answered, failed, byVersion, isRunning } = seen
  const versions = Object.entries(byVersion)
    .map(([version, count]) => t('byVersion', { version, count: numberText(count, place) }))
    .join(' · ')
  return (
    <div className="stack">
      <Progress
        aria-label={t('calls')}
        percent={((answered + failed) / MOST_CALLS) * 100}
        status={isRunning ? 'active' : 'normal'}
        format={() => numberText(answered + failed, place)}
      />
      <p>
        {t('became', { answered: numberText(answered, place), failed: numberText(failed, place) })}
        {versions !== '' && ` ${versions}`}
      </p>
    </div>
  )
}
