import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useList } from '../../api/list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { textIn } from '../../texts/languages.ts'
import { type PluginInShort, UPDATES_PATH } from './update.ts'
import { WaitsFor } from './waits-for.tsx'

/** Each row costs the host a look at its versions: it gives no more at once. */
const PAGE = 50

/** All plugins: what is in service, what is rolled out next by itself, and why not yet. */
export function UpdatesPage() {
  const { t, i18n } = useTranslation('updates')
  const keep = usePlaceQuery()
  const list = useList<PluginInShort>(UPDATES_PATH, { limit: PAGE })
  const place = (plugin: string) => {
    const query = new URLSearchParams(keep)
    query.set('tab', 'updates')
    return { pathname: `/plugins/${encodeURIComponent(plugin)}`, search: `?${query}` }
  }
  return (
    <div className="stack">
      <PageHead title={t('title')} />
      <p>{t('about')}</p>
      <ListTable<PluginInShort>
        list={list}
        caption={t('title')}
        rowKey="plugin"
        empty={<EmptyState text={t('empty')} command={cliText(['updates', 'list'])} />}
        columns={[
          {
            title: t('plugin'),
            dataIndex: 'plugin',
            render: (plugin: string) => <Link to={place(plugin)}>{plugin}</Link>,
          },
          {
            title: t('mode'),
            dataIndex: 'updates',
            render: (mode: PluginInShort['updates']) => t(`modes.${mode}`),
          },
          {
            title: t('stable'),
            dataIndex: 'stable',
            render: (version: string | null) => version ?? t('noneInService'),
          },
          {
            title: t('candidate'),
            dataIndex: 'candidate',
            render: (candidate: PluginInShort['candidate']) => candidate?.version ?? '–',
          },
          {
            title: t('waitsFor'),
            key: 'waits',
            render: (_: unknown, { candidate, fault }) => {
              if (fault !== null) {
                return (
                  <>
                    <StatusTag tone="bad" label={fault.code} />{' '}
                    {textIn(fault.message, i18n.language)}
                  </>
                )
              }
              return candidate === null ? t('newest') : <WaitsFor reasons={candidate.waitsFor} />
            },
          },
        ]}
      />
      <CliLine command={cliText(['updates', 'list'])} />
    </div>
  )
}
