import { Spin } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { textIn } from '../../texts/languages.ts'
import { BlockPage } from '../block-page.tsx'
import { ContributedContext } from '../contributed-context.ts'
import type { OfferedPage } from '../page-spec.ts'
import { useContributed } from '../use-contributed.ts'
import { wordsOf } from '../words.ts'
import { pageOfCommand } from './slot-page.ts'
import { usePluginCommands } from './use-slots.ts'

const NO_PARAMS: ReadonlyMap<string, string> = new Map()

/** The form of a command that a plugin put here, on an address of its own. */
export function CommandPage() {
  const { t } = useTranslation('contributed')
  const { plugin = '', command = '' } = useParams()
  const viewer = useViewer()
  const tenant = useTenant()
  const { shown, isPending, error } = usePluginCommands()
  const found = shown.find((one) => one.plugin === plugin && one.spec.id === command)
  const page = found === undefined ? undefined : pageOfCommand(found)
  // As with pages: of what is not the operator's own he would see what he may not call.
  if (viewer.kind === 'operator') return <EmptyState text={t('operator')} />
  if (page === undefined && error !== null) return <ProblemNote error={error} />
  if (page === undefined && isPending) return <Spin />
  if (page === undefined) {
    return (
      <>
        <PageHead title={t('absent.title')} />
        <EmptyState text={tenant === undefined ? t('chooseTenant') : t('absent.text')} />
      </>
    )
  }
  return <OneCommand page={page} />
}

function OneCommand({ page }: { page: OfferedPage }) {
  const { i18n } = useTranslation()
  const { pages } = useContributed()
  const { plugin, version, spec } = page
  const place = useMemo(
    () => ({ page, pages, params: NO_PARAMS, words: wordsOf(pages, plugin) }),
    [page, pages, plugin],
  )
  return (
    <>
      <PageHead title={textIn(spec.title, i18n.language)}>
        <small className="by-plugin">
          {plugin} {version}
        </small>
      </PageHead>
      <ContributedContext value={place}>
        <BlockPage page={page} />
      </ContributedContext>
    </>
  )
}
