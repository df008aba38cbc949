import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Library } from '../../app/library.tsx'
import { usePlaceQuery } from '../../app/place-query.ts'
import { StatusTag } from '../../parts/status-tag.tsx'
import { AbortButton } from '../rollouts/abort-button.tsx'
import { type RolloutSummary, TONES } from '../rollouts/rollout.ts'

/** Its state, and the way back. Loaded only where there is one: the button tells how it went by the library. */
export function LiveRollout({ rollout }: { rollout: RolloutSummary }) {
  const { t } = useTranslation('rollouts')
  const keep = usePlaceQuery()
  return (
    <Library>
      <Link to={{ pathname: `/rollouts/${rollout.id}`, search: keep }}>
        {`${rollout.plugin} ${rollout.from} → ${rollout.to}`}
      </Link>
      <StatusTag tone={TONES[rollout.state]} label={t(`states.${rollout.state}`)} />
      <AbortButton rollout={rollout} />
    </Library>
  )
}
