import { Spin } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams, useSearchParams } from 'react-router'
import { useTenant, useViewer } from '../app/viewer-context.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { textIn } from '../texts/languages.ts'
import { isRisky } from './bind.ts'
import { BlockPage } from './block-page.tsx'
import { ContributedContext } from './contributed-context.ts'
import { ContributedIndex } from './contributed-index.tsx'
import { FramedPage } from './frame/framed-page.tsx'
import { ModulePage } from './module/module-page.tsx'
import { pageAt } from './offered-pages.ts'
import type { OfferedPage } from './page-spec.ts'
import { useContributed } from './use-contributed.ts'
import { wordsOf } from './words.ts'

/** A page that a plugin put here, by its address below /p; without one, what there is. */
export function ContributedPage() {
  const { t, i18n } = useTranslation('contributed')
  const { '*': splat = '' } = useParams()
  const tenant = useTenant()
  const contributed = useContributed()
  if (tenant === undefined) {
    return (
      <>
        <PageHead title={t('index.title')} />
        <EmptyState text={t('chooseTenant')} />
      </>
    )
  }
  if (contributed.error !== null && contributed.pages.length === 0)
    return <ProblemNote error={contributed.error} />
  const page = pageAt(contributed.pages, splat)
  if (page === undefined && contributed.isPending) return <Spin />
  if (splat === '') return <ContributedIndex contributed={contributed} />
  if (page === undefined) {
    return (
      <>
        <PageHead title={t('absent.title')} />
        <EmptyState text={t('absent.text')} command="npx signalbox plugin list" />
      </>
    )
  }
  return (
    <>
      <PageHead title={textIn(page.spec.title, i18n.language)}>
        <small className="by-plugin">
          {page.plugin} {page.version}
        </small>
      </PageHead>
      <OnePage key={`${page.plugin} ${page.spec.id}`} page={page} pages={contributed.pages} />
    </>
  )
}

function OnePage({ page, pages }: { page: OfferedPage; pages: readonly OfferedPage[] }) {
  const [query] = useSearchParams()
  const params = useMemo(
    () => new Map([...query.entries()].filter(([name]) => !isRisky(name))),
    [query],
  )
  const words = useMemo(() => wordsOf(pages, page.plugin, page.spec), [pages, page])
  const place = useMemo(() => ({ page, pages, params, words }), [page, pages, params, words])
  return (
    <ContributedContext value={place}>
      <Shown page={page} />
    </ContributedContext>
  )
}

function Shown({ page }: { page: OfferedPage }) {
  const { t } = useTranslation('contributed')
  const viewer = useViewer()
  const { spec } = page
  if (spec.page !== undefined && /\.m?js$/.test(spec.page)) {
    return <ModulePage page={page} file={spec.page} />
  }
  // Only what the operator trusts has his powers; of the rest he would see what he may not call.
  if (viewer.kind === 'operator') return <EmptyState text={t('operator')} />
  if (spec.page === undefined) return <BlockPage page={page} />
  return <FramedPage page={page} file={spec.page} />
}
