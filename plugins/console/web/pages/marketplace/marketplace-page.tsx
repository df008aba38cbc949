import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Select, Skeleton } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { PAGE_ROWS } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useParam } from '../../app/use-param.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { shellWord } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { MoreRows } from '../../parts/more-rows.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { WordSearch } from '../../parts/word-search.tsx'
import type { FoundPackages } from './package.ts'
import { PackageRow } from './package-row.tsx'
import { useTierWord } from './use-tier-word.ts'

const PATH = '/v1/marketplace/packages'

/** All that can be installed here: looked for by words, narrowed by kind. */
export function MarketplacePage() {
  const { t } = useTranslation('marketplace')
  const viewer = useViewer()
  const keep = usePlaceQuery()
  return (
    <div className="stack">
      <PageHead title={t('title')}>
        {viewer.kind === 'operator' && (
          <Link to={{ pathname: '/marketplace/reviews', search: keep }}>
            <Button>{t('reviews.title')}</Button>
          </Link>
        )}
      </PageHead>
      <Found />
    </div>
  )
}

function Found() {
  const { t } = useTranslation('marketplace')
  const [q] = useParam('q')
  const [category] = useParam('category')
  const [tier] = useParam('tier')
  const query = { q, category, tier }
  const found = usePackages(query)
  const [first] = found.data?.pages ?? []
  const items = found.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <Filters facets={first?.facets} />
      {found.error !== null && <ProblemNote error={found.error} />}
      <p role="status" className="quiet">
        {first === undefined ? t('searching') : t('found', { count: first.total })}
      </p>
      {found.isPending && <Skeleton active />}
      {first !== undefined && items.length === 0 && (
        <EmptyState
          text={t(q === undefined ? 'noneYet' : 'noneFound')}
          command="npm publish --registry <host>/npm/"
        />
      )}
      <ul className="result-list" aria-label={t('title')}>
        {items.map((one) => (
          <PackageRow key={one.name} found={one} />
        ))}
      </ul>
      <MoreRows list={found} />
      <CliLine command={commandFor(query)} />
    </>
  )
}

function commandFor({ q = '', category, tier }: Wished): string {
  const narrowed = [
    category === undefined ? '' : ` --category ${shellWord(category)}`,
    tier === undefined ? '' : ` --tier ${shellWord(tier)}`,
  ]
  return `npx signalbox plugin search ${shellWord(q)}${narrowed.join('')}`
}

interface Wished {
  readonly q: string | undefined
  readonly category: string | undefined
  readonly tier: string | undefined
}

function usePackages(query: Wished) {
  return useInfiniteQuery({
    queryKey: [PATH, query],
    queryFn: ({ pageParam, signal }: { pageParam: string | undefined; signal: AbortSignal }) =>
      request<FoundPackages>('GET', PATH, {
        query: { limit: PAGE_ROWS, facets: true, ...query, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    placeholderData: (before) => before,
  })
}

function Filters({ facets }: { facets: FoundPackages['facets'] | undefined }) {
  const { t } = useTranslation('marketplace')
  return (
    <search className="filters">
      <WordSearch label={t('searchLabel')} hint={t('searchHint')} button={t('search')} />
      <FacetSelect name="category" facets={facets?.category} />
      <FacetSelect name="tier" facets={facets?.tier} />
    </search>
  )
}

function FacetSelect({
  name,
  facets = [],
}: {
  name: 'category' | 'tier'
  facets?: readonly { readonly value: string; readonly count: number }[] | undefined
}) {
  const { t } = useTranslation('marketplace')
  const [chosen, setChosen] = useParam(name)
  const tierWord = useTierWord()
  const word = (value: string) => (name === 'tier' ? tierWord(value) : value)
  const options = facets.map(({ value, count }) => ({ value, label: `${word(value)} (${count})` }))
  const isListed = facets.some(({ value }) => value === chosen)
  return (
    <Select
      aria-label={t(name)}
      placeholder={t(name)}
      allowClear
      value={chosen ?? null}
      options={
        chosen === undefined || isListed
          ? options
          : [{ value: chosen, label: word(chosen) }, ...options]
      }
      onChange={(value: string | null | undefined) => setChosen(value ?? undefined)}
    />
  )
}
