import { Descriptions, type DescriptionsProps } from 'antd'
import { useTranslation } from 'react-i18next'
import { CliLine } from '../../parts/cli-line.tsx'
import { EmptyState } from '../../parts/empty-state.tsx'
import { bytesText } from '../../parts/formats.ts'
import { Instant } from '../../parts/instant.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { AuthorText } from './author-text.tsx'
import { isWebAddress, type ListedVersion, someText } from './package.ts'

/** What the author says of it, and the plain facts beside. */
export function OverviewTab({ version }: { version: ListedVersion }) {
  const { t, i18n } = useTranslation('marketplace')
  const { readmeHtml, screenshots } = version
  return (
    <div className="stack">
      <Facts version={version} />
      {screenshots.length > 0 && (
        <ul className="pictures">
          {screenshots.map(({ url, alt }) => (
            <li key={url}>
              <img src={url} alt={someText(alt, i18n.language)} loading="lazy" />
            </li>
          ))}
        </ul>
      )}
      {readmeHtml === null ? (
        <EmptyState text={t('noReadme')} />
      ) : (
        <AuthorText html={readmeHtml} title={t('readme')} />
      )}
      <CliLine command={`npx signalbox plugin show ${version.name}@${version.version}`} />
    </div>
  )
}

function Facts({ version }: { version: ListedVersion }) {
  const { t, i18n } = useTranslation('marketplace')
  const place = usePlace()
  const { publisher, publishedAt, license, category, requires, terms, compatibility } = version
  const required = Object.entries(requires).map(([name, range]) => `${name} ${range}`)
  const sizes = {
    packed: bytesText(version.size, place),
    unpacked: bytesText(version.unpackedSize, place),
  }
  const items: NonNullable<DescriptionsProps['items']> = [
    { key: 'publisher', label: t('publisher'), children: publisher },
    { key: 'published', label: t('published'), children: <Instant at={publishedAt} /> },
    { key: 'license', label: t('license'), children: license ?? t('noLicense') },
    { key: 'category', label: t('category'), children: category ?? '–' },
    {
      key: 'host',
      label: t('host'),
      children: `${compatibility.host} (${compatibility.thisHost})`,
    },
    { key: 'requires', label: t('requires'), children: required.join(', ') || '–' },
    { key: 'size', label: t('size'), children: t('sizes', sizes) },
    {
      key: 'price',
      label: t('price'),
      children: someText(terms?.price, i18n.language) || t('noPrice'),
    },
    { key: 'links', label: t('links'), children: <Links links={version.links} /> },
  ]
  return <Descriptions size="small" bordered column={{ xs: 1, md: 2, xl: 3 }} items={items} />
}

function Links({ links }: { links: ListedVersion['links'] }) {
  const all = Object.entries(links).filter(([, address]) => isWebAddress(address))
  if (all.length === 0) return '–'
  return (
    <span className="inline-list">
      {all.map(([name, address]) => (
        <a key={name} href={address} rel="noopener noreferrer nofollow" target="_blank">
          {name}
        </a>
      ))}
    </span>
  )
}
