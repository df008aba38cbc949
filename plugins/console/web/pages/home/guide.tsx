import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Listed } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { readThisPage } from '../../app/this-page.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { Glyph } from '../../parts/glyph.tsx'
import { Panel } from '../../parts/panel.tsx'
import { PRACTICE } from '../first-rollout/practice.ts'
import { type FirstStep, firstSteps } from './first-steps.ts'

const PLACES = {
  company: '/tenants',
  publish: '/marketplace/publishers',
  install: '/marketplace',
  enable: '/plugins',
  call: '/catalog',
  rollout: '/rollouts/new',
} as const satisfies Record<FirstStep, string>

const COMMANDS = {
  company: 'npx signalbox tenant create acme --name "Acme Ltd"',
  publish:
    'npx signalbox create @acme/orders && cd orders && npm publish --registry "$SIGNALBOX_URL/npm/"',
  install: 'npx signalbox plugin install @acme/orders',
  enable: 'npx signalbox plugin enable @acme/orders --tenant acme --consent',
  call: 'npx signalbox subscribe erp orders.api@1 --tenant acme --env > .env',
  rollout: 'npx signalbox rollout start @acme/orders@1.1.0',
} as const satisfies Record<FirstStep, string>

type Item = Readonly<Record<string, unknown>>

/** From an empty host to a first rollout, until all of it was done once. */
export function Guide({ tenant }: { tenant: string | undefined }) {
  const { t } = useTranslation('home')
  const keep = usePlaceQuery()
  const packages = useItems('/v1/marketplace/packages')
  const steps = firstSteps({
    tenants: useItems('/v1/tenants').length,
    packages: packages.filter(isNotThis('name')).length,
    plugins: useItems('/v1/plugins').filter(isNotThis('name')).length,
    enabled: useItems('/v1/tenants/{t}/plugins', tenant)
      .filter(isNotThis('plugin'))
      .filter(({ binding }) => binding !== 'disabled').length,
    subscriptions: useItems('/v1/subscriptions', tenant).length,
    rollouts: useItems('/v1/rollouts').length,
  })
  if (steps.every(({ isDone }) => isDone)) return null
  return (
    <Panel title={t('guide.title')}>
      {packages.some(({ name }) => name === PRACTICE) && <Practice />}
      <ol className="guide">
        {steps.map(({ step, isDone }) => (
          <li key={step}>
            <div className="guide-head">
              <Glyph name={isDone ? 'good' : 'neutral'} />
              <Link to={{ pathname: PLACES[step], search: keep }}>{t(`guide.${step}.title`)}</Link>
              <span>{isDone ? t('guide.done') : t('guide.open')}</span>
            </div>
            <p>{t(`guide.${step}.text`)}</p>
            {!isDone && <CliLine command={COMMANDS[step]} />}
          </li>
        ))}
      </ol>
    </Panel>
  )
}

/** The demo brought what a first rollout is made with. */
function Practice() {
  const { t } = useTranslation('home')
  const keep = usePlaceQuery()
  return (
    <div className="guide-practice">
      <h3>{t('guide.practice.title')}</h3>
      <p>{t('guide.practice.text')}</p>
      <Link className="plain-button" to={{ pathname: '/first-rollout', search: keep }}>
        {t('guide.practice.open')}
      </Link>
    </div>
  )
}

/** The console itself is a plugin, and nobody's first. */
function isNotThis(member: 'name' | 'plugin'): (item: Item) => boolean {
  const { plugin } = readThisPage()
  return (item) => item[member] !== plugin
}

/** The first page of a list: whether there is any is all that is asked. */
function useItems(path: string, tenant?: string): readonly Item[] {
  const isOfTenant = path.includes('{t}')
  const asked = path.replace('{t}', encodeURIComponent(tenant ?? ''))
  const { data } = useQuery({
    queryKey: [asked, 'count', tenant],
    queryFn: ({ signal }) =>
      request<Listed<Item>>('GET', asked, {
        query: { limit: 100, ...(path === '/v1/subscriptions' ? { tenant } : {}) },
        signal,
      }),
    enabled: !isOfTenant || tenant !== undefined,
  })
  return data?.items ?? []
}
