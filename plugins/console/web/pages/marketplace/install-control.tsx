import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { isOfViewer } from '../../api/viewer.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { InstallProgress } from './install-progress.tsx'
import { someText } from './package.ts'
import { INSTALL_MS, mayInstall, type PlannedTerms, type VersionPlan } from './version-plan.ts'

/** The terms by their hash, the install, and what becomes of it. */
export function InstallControl({ plan }: { plan: VersionPlan }) {
  const { t } = useTranslation('marketplace')
  const [agreedHash, setAgreedHash] = useState<string>()
  const queries = useQueryClient()
  const { plugin, version, terms } = plan
  const hasAgreed = terms.hash !== null && agreedHash === terms.hash
  const install = useMutation({
    mutationFn: () =>
      request('POST', '/v1/plugins', {
        deadlineMs: INSTALL_MS,
        body: {
          name: plugin,
          version,
          ...(hasAgreed && terms.hash !== null ? { acceptTerms: terms.hash } : {}),
        },
      }),
    onSettled: () =>
      queries.invalidateQueries({
        predicate: (query) => !isPlan(query.queryKey) && !isOfViewer(query),
      }),
  })
  const accepted = terms.hash === null ? '' : ` --accept-terms ${terms.hash}`
  return (
    <section className="stack">
      <h2 className="section-title">{t('installTitle', { plugin, version })}</h2>
      <Terms terms={terms} />
      {terms.hash !== null && !terms.isAccepted && (
        <Checkbox
          checked={hasAgreed}
          onChange={({ target }) => setAgreedHash(target.checked ? (terms.hash ?? '') : undefined)}
        >
          {t('acceptTerms', { hash: terms.hash.slice(0, 12) })}
        </Checkbox>
      )}
      <div>
        <Button
          type="primary"
          disabled={!mayInstall(plan, hasAgreed)}
          loading={install.isPending}
          onClick={() => install.mutate()}
        >
          {t('install', { version })}
        </Button>
      </div>
      <CliLine command={`npx signalbox plugin install ${plugin}@${version}${accepted}`} />
      {install.error !== null && <ProblemNote error={install.error} />}
      <InstallProgress
        plugin={plugin}
        version={version}
        isAsked={install.isPending || install.isSuccess}
      />
    </section>
  )
}

function isPlan([path]: readonly unknown[]): boolean {
  return typeof path === 'string' && path.endsWith(':plan')
}

function Terms({ terms }: { terms: PlannedTerms }) {
  const { t, i18n } = useTranslation('marketplace')
  const { license, price, text, plans, hash, isAccepted } = terms
  const own = text === null ? undefined : (text[i18n.language] ?? Object.values(text)[0])
  const priceText = someText(price, i18n.language)
  const facts = [
    `${t('license')}: ${license ?? t('noLicense')}`,
    ...(priceText === '' ? [] : [`${t('price')}: ${priceText}`]),
    ...(plans.length === 0
      ? []
      : [
          `${t('offeredPlans')}: ${plans.map(({ service, name }) => `${service}/${name}`).join(', ')}`,
        ]),
    ...(hash === null ? [t('noTerms')] : isAccepted ? [t('termsAccepted')] : []),
  ]
  return (
    <>
      <p>{facts.join(' · ')}</p>
      {own !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by the keyboard, too
        <pre className="long-text" tabIndex={0}>
          {own}
        </pre>
      )}
    </>
  )
}
