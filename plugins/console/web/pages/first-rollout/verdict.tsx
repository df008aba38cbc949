import { Alert, Button, Progress } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { traffic } from '../../api/traffic.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useStore } from '../../app/store.ts'
import { numberText } from '../../parts/formats.ts'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { textIn } from '../../texts/languages.ts'
import { evidenceShare, type ShownRollout, TONES } from '../rollouts/rollout.ts'
import { useRollout } from '../rollouts/use-rollout.ts'
import { BAD, MENDED, PRACTICE } from './practice.ts'

/** The rollout of the bad version, live: what speaks against it, and that it is taken back. */
export function Verdict({ id }: { id: string }) {
  const { t, i18n } = useTranslation(['first-rollout', 'rollouts'])
  const place = usePlace()
  const keep = usePlaceQuery()
  const { isRunning } = useStore(traffic)
  const { rollout } = useRollout(id)
  if (rollout === undefined) return null
  const { state, evidence, calls, transitions } = rollout
  const sentence = transitions.at(-1)?.reason ?? evidence.sentence
  return (
    <>
      <div className="inline-list">
        <StatusTag tone={TONES[state]} label={t(`rollouts:states.${state}`)} />
        <span>{t('reached', { version: BAD, count: numberText(calls.canary, place) })}</span>
        <Link to={{ pathname: `/rollouts/${id}`, search: keep }}>{t('toRollout')}</Link>
      </div>
      <Progress
        aria-label={t('rollouts:evidenceAgainst')}
        percent={evidenceShare(evidence.e, evidence.threshold) * 100}
        showInfo={false}
        status={state === 'aborted' ? 'exception' : 'normal'}
      />
      <p aria-live="polite">{textIn(sentence, i18n.language)}</p>
      {state === 'running' && !isRunning && <Alert type="info" showIcon title={t('needsCalls')} />}
      {state === 'aborted' && <TakenBack rollout={rollout} />}
    </>
  )
}

function TakenBack({ rollout }: { rollout: ShownRollout }) {
  const { t } = useTranslation('first-rollout')
  const keep = usePlaceQuery()
  const place = usePlace()
  const { answered, failed } = useStore(traffic)
  const next = new URLSearchParams(keep)
  next.set('version', MENDED)
  next.set('tab', 'install')
  next.set('planned', MENDED)
  const isByJudge = rollout.transitions.at(-1)?.actor === 'judge'
  return (
    <Alert
      type="success"
      showIcon
      role="status"
      title={t(isByJudge ? 'takenBack' : 'takenBackByHand', { version: BAD })}
      description={
        <div className="stack">
          {answered > 0 && <p>{t('appSaw', { answered: numberText(answered, place), failed })}</p>}
          <Link
            to={{ pathname: `/marketplace/${encodeURIComponent(PRACTICE)}`, search: `?${next}` }}
          >
            <Button>{t('goOn', { version: MENDED })}</Button>
          </Link>
        </div>
      }
    />
  )
}
