import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Listed } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { PRACTICE } from '../first-rollout/practice.ts'
import { useFoundItems } from './use-found-items.ts'

/** Beside the name of the page, where it moves nothing: for as long as the demo's plugin was never rolled out. */
export function PracticeLink() {
  const { t } = useTranslation('home')
  const keep = usePlaceQuery()
  const hasPractice = useFoundItems('/v1/marketplace/packages').some(
    ({ name }) => name === PRACTICE,
  )
  const { data: tried } = useQuery({
    queryKey: ['/v1/rollouts', 'practice'],
    queryFn: ({ signal }) =>
      request<Listed<unknown>>('GET', '/v1/rollouts', {
        query: { plugin: PRACTICE, limit: 1 },
        signal,
      }),
    enabled: hasPractice,
  })
  if (!hasPractice || tried === undefined || tried.items.length > 0) return null
  return (
    <Link className="plain-button" to={{ pathname: '/first-rollout', search: keep }}>
      {t('guide.practice.title')}
    </Link>
  )
}
