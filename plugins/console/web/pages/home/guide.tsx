import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Listed } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { Glyph } from '../../parts/glyph.tsx'
import { Panel } from '../../parts/panel.tsx'
import { type FirstStep, firstSteps } from './first-steps.ts'

const PLACES = {
  install: '/marketplace',
  enable: '/plugins',
  call: '/catalog',
  rollout: '/rollouts/new',
} as const satisfies Record<FirstStep, string>

const COMMANDS = {
  install: 'npx signalbox plugin install @acme/orders',
  enable: 'npx signalbox plugin enable @acme/orders --tenant acme --consent',
  call: 'npx signalbox subscribe erp orders.api@1 --tenant acme --env > .env',
  rollout: 'npx signalbox rollout start @acme/orders 1.1.0',
} as const satisfies Record<FirstStep, string>

/** From an empty host to a first rollout, until all of it was done once. */
export function Guide({ tenant }: { tenant: string | undefined }) {
  const { t } = useTranslation('home')
  const keep = usePlaceQuery()
  const counted = {
    plugins: useCount('/v1/plugins'),
    enabled: useCount('/v1/tenants/{t}/plugins', tenant, (one) => one['binding'] !== 'disabled'),
    subscriptions: useCount('/v1/subscriptions', tenant),
    rollouts: useCount('/v1/rollouts'),
  }
  const steps = firstSteps(counted)
  if (!steps.some(({ isDone }) => isDone === false)) return null
  return (
    <Panel title={t('guide.title')}>
      <ol className="guide">
        {steps.map(({ step, isDone }) => (
          <li key={step}>
            <div className="guide-head">
              <Glyph name={isDone === true ? 'good' : 'neutral'} />
              <Link to={{ pathname: PLACES[step], search: keep }}>{t(`guide.${step}.title`)}</Link>
              {isDone !== undefined && <span>{isDone ? t('guide.done') : t('guide.open')}</span>}
            </div>
            <p>{t(`guide.${step}.text`)}</p>
            {isDone !== true && <CliLine command={COMMANDS[step]} />}
          </li>
        ))}
      </ol>
    </Panel>
  )
}

/** How many there are on the first page: whether there is any is all that is asked. Undefined: not known. */
function useCount(
  path: string,
  tenant?: string,
  isCounted: (item: Readonly<Record<string, unknown>>) => boolean = () => true,
): number | undefined {
  const isNamed = path === '/v1/subscriptions'
  const isOfTenant = isNamed || path.includes('{t}')
  const asked = path.replace('{t}', encodeURIComponent(tenant ?? ''))
  const { data } = useQuery({
    queryKey: [asked, 'count', tenant],
    queryFn: ({ signal }) =>
      request<Listed<Readonly<Record<string, unknown>>>>('GET', asked, {
        query: { limit: 100, ...(isNamed ? { tenant } : {}) },
        signal,
      }),
    enabled: !isOfTenant || tenant !== undefined,
  })
  return data?.items.filter(isCounted).length
}
