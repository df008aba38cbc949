import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { usePlaceQuery } from '../../app/place-query.ts'
import { PRACTICE } from '../first-rollout/practice.ts'
import { FIRST_STEPS } from './first-steps.ts'
import { useFoundItems } from './use-found-items.ts'

/** Beside the name of the page, where it moves nothing: until the first rollout there is a shorter way than to look around. */
export function BeginHere() {
  const { t } = useTranslation('home')
  const keep = usePlaceQuery()
  const packages = useFoundItems('/v1/marketplace/packages')
  const rollouts = useFoundItems('/v1/rollouts')
  if (packages === undefined || rollouts === undefined || rollouts.length > 0) return null
  return packages.some(({ name }) => name === PRACTICE) ? (
    <Link className="plain-button" to={{ pathname: '/first-rollout', search: keep }}>
      {t('guide.practice.title')}
    </Link>
  ) : (
    <a className="plain-button" href={`#${FIRST_STEPS}`}>
      {t('guide.title')}
    </a>
  )
}
