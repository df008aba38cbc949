import { Select, Skeleton } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useList } from '../../api/list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useParam } from '../../app/use-param.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { EmptyState } from '../../parts/empty-state.tsx'
import { MoreRows } from '../../parts/more-rows.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { WordSearch } from '../../parts/word-search.tsx'
import { textIn } from '../../texts/languages.ts'
import type { FoundService } from './service.ts'
import { ServiceAbout } from './service-about.tsx'

const PATH = '/v1/catalog/services'

/** All data services that apps can subscribe to: looked for by words, narrowed by domain and tag. */
export function CatalogPage() {
  const { t } = useTranslation('catalog')
  const [q] = useParam('q')
  const [domain] = useParam('domain')
  const [tag] = useParam('tag')
  const found = useList<FoundService>(PATH, { q, domain, tag })
  const isNarrowed = [q, domain, tag].some((one) => one !== undefined)
  return (
    <div className="stack">
      <PageHead title={t('title')} />
      <Filters found={found.items} />
      {found.isLoadingError && <ProblemNote error={found.error} />}
      <p role="status" className="quiet">
        {found.isPending
          ? t('searching')
          : t(found.hasNextPage ? 'foundSoFar' : 'found', { count: found.items.length })}
      </p>
      {found.isPending && <Skeleton active />}
      {found.isSuccess && found.items.length === 0 && (
        <EmptyState
          text={t(isNarrowed ? 'noneFound' : 'noneYet')}
          command="npx signalbox plugin install @acme/orders"
        />
      )}
      <ul className="result-list" aria-label={t('title')}>
        {found.items.map((one) => (
          <ServiceRow key={`${one.id}@${one.major}`} found={one} />
        ))}
      </ul>
      <MoreRows list={found} />
      <CliLine command="npx signalbox subscribe --help" />
    </div>
  )
}

function ServiceRow({ found }: { found: FoundService }) {
  const { t, i18n } = useTranslation('catalog')
  const keep = usePlaceQuery()
  const { id, major, title, description, domain, tags, plugin } = found
  const query = new URLSearchParams(keep)
  query.set('major', String(major))
  const facts = [
    `${id}@${major}`,
    ...(plugin === null ? [] : [t('servedBy', { plugin })]),
    ...(domain === null ? [] : [domain]),
    ...tags,
  ]
  return (
    <li className="result">
      <h2>
        <Link to={{ pathname: `/catalog/${encodeURIComponent(id)}`, search: `?${query}` }}>
          {textIn(title ?? undefined, i18n.language) || id}
        </Link>
      </h2>
      <ServiceAbout title={title} description={description} />
      <p className="quiet">{facts.join(' · ')}</p>
    </li>
  )
}

/** Domains and tags to choose from are those of what was found: the catalog counts none. */
function Filters({ found }: { found: readonly FoundService[] }) {
  const { t } = useTranslation('catalog')
  const domains = found.flatMap(({ domain }) => (domain === null ? [] : [domain]))
  return (
    <search className="filters">
      <WordSearch label={t('searchLabel')} hint={t('searchHint')} button={t('search')} />
      <WordSelect name="domain" words={domains} />
      <WordSelect name="tag" words={found.flatMap(({ tags }) => tags)} />
    </search>
  )
}

function WordSelect({ name, words }: { name: 'domain' | 'tag'; words: readonly string[] }) {
  const { t } = useTranslation('catalog')
  const [chosen, setChosen] = useParam(name)
  const all = [...new Set(chosen === undefined ? words : [chosen, ...words])].toSorted()
  return (
    <Select
      aria-label={t(name)}
      placeholder={t(name)}
      allowClear
      showSearch
      value={chosen ?? null}
      options={all.map((value) => ({ value, label: value }))}
      onChange={(value: string | null | undefined) => setChosen(value ?? undefined)}
    />
  )
}
