import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { usePlaceQuery } from '../../app/place-query.ts'
import { readThisPage } from '../../app/this-page.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { Glyph } from '../../parts/glyph.tsx'
import { Panel } from '../../parts/panel.tsx'
import { PRACTICE } from '../first-rollout/practice.ts'
import { FIRST_STEPS, type FirstStep, firstSteps } from './first-steps.ts'
import { type FoundItem, useFoundItems } from './use-found-items.ts'

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

/** From an empty host to a first rollout, until all of it was done once. */
export function Guide({ tenant }: { tenant: string | undefined }) {
  const { t } = useTranslation('home')
  const keep = usePlaceQuery()
  const packages = useFoundItems('/v1/marketplace/packages')
  const plugins = useFoundItems('/v1/plugins')
  const bindings = useFoundItems('/v1/tenants/{t}/plugins', tenant)
  const enabled = bindings?.filter(({ binding }) => binding !== 'disabled')
  const steps = firstSteps({
    tenants: useFoundItems('/v1/tenants')?.length,
    packages: packages?.filter(isNotThis('name')).length,
    plugins: plugins?.filter(isNotThis('name')).length,
    enabled: enabled?.filter(isNotThis('plugin')).length,
    subscriptions: useFoundItems('/v1/subscriptions?tenant={t}', tenant)?.length,
    rollouts: useFoundItems('/v1/rollouts')?.length,
  })
  if (!steps.some(({ isDone }) => isDone === false)) return null
  return (
    <div id={FIRST_STEPS} tabIndex={-1} className="first-steps">
      <Panel title={t('guide.title')}>
        {packages?.some(({ name }) => name === PRACTICE) && <Practice />}
        <ol className="guide">
          {steps.map(({ step, isDone }) => (
            <li key={step}>
              <div className="guide-head">
                <Glyph name={isDone === true ? 'good' : 'neutral'} />
                <Link to={{ pathname: PLACES[step], search: keep }}>
                  {t(`guide.${step}.title`)}
                </Link>
                {isDone !== undefined && <span>{isDone ? t('guide.done') : t('guide.open')}</span>}
              </div>
              {isDone !== true && <p>{t(`guide.${step}.text`)}</p>}
              {isDone !== true && <CliLine command={COMMANDS[step]} />}
            </li>
          ))}
        </ol>
      </Panel>
    </div>
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
function isNotThis(member: 'name' | 'plugin'): (item: FoundItem) => boolean {
  const { plugin } = readThisPage()
  return (item) => item[member] !== plugin
}
