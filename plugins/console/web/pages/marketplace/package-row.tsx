import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { usePlaceQuery } from '../../app/place-query.ts'
import { agoText } from '../../parts/formats.ts'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { type FoundPackage, someText, tierTone } from './package.ts'
import { useTierWord } from './use-tier-word.ts'

/** A package among those that were found: what it is, whose, and what speaks against it. */
export function PackageRow({ found }: { found: FoundPackage }) {
  const { t, i18n } = useTranslation('marketplace')
  const keep = usePlaceQuery()
  const place = usePlace()
  const tierWord = useTierWord()
  const { name, version, publisher, license, category, tier, advisories } = found
  const facts = [
    `${name}@${version}`,
    t('by', { publisher }),
    license ?? t('noLicense'),
    ...(category === null ? [] : [category]),
    t('released', { ago: agoText(found.releasedAt, Date.now(), place) }),
  ]
  return (
    <li className="result">
      <div className="result-head">
        <h2>
          <Link to={{ pathname: `/marketplace/${encodeURIComponent(name)}`, search: keep }}>
            {someText(found.displayName, i18n.language) || name}
          </Link>
        </h2>
        <StatusTag tone={tierTone(tier)} label={tierWord(tier)} />
        {found.isDeprecated && <StatusTag tone="warning" label={t('deprecated')} />}
        {advisories > 0 && (
          <StatusTag tone="bad" label={t('advisoryCount', { count: advisories })} />
        )}
      </div>
      <p>{someText(found.summary, i18n.language)}</p>
      <p className="quiet">{facts.join(' · ')}</p>
    </li>
  )
}
