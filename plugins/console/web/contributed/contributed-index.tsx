import { Alert, Card } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { may } from '../api/may.ts'
import { usePlaceQuery } from '../app/place-query.ts'
import { useViewer } from '../app/viewer-context.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { textIn } from '../texts/languages.ts'
import { NotShown } from './not-shown.tsx'
import { BUSINESS_GROUPS, entryPages, pagesOfGroup } from './offered-pages.ts'
import type { ContributedPages } from './use-contributed.ts'

/** All pages of plugins, by group; to admins also those that are not shown, and why. */
export function ContributedIndex({ contributed }: { contributed: ContributedPages }) {
  const { t, i18n } = useTranslation('contributed')
  const { t: tc } = useTranslation()
  const viewer = useViewer()
  const keep = usePlaceQuery()
  const entries = entryPages(contributed.pages)
  const groups = BUSINESS_GROUPS.filter((group) => pagesOfGroup(entries, group).length > 0)
  return (
    <div className="stack">
      <PageHead title={t('index.title')} />
      {contributed.isCut && <Alert type="warning" showIcon title={t('index.cut')} />}
      {groups.length === 0 && (
        <EmptyState text={t('index.none')} command="npx signalbox plugin install <plugin>" />
      )}
      <div className="tiles">
        {groups.map((group) => (
          <Card
            key={group}
            size="small"
            title={<h2 className="card-title">{tc(`businessGroups.${group}`)}</h2>}
          >
            <ul className="plain-list">
              {pagesOfGroup(entries, group).map(({ plugin, spec }) => (
                <li key={`${plugin} ${spec.id}`}>
                  <Link to={{ pathname: `/p${spec.path}`, search: keep }}>
                    {textIn(spec.title, i18n.language)}
                  </Link>
                </li>
              ))}
            </ul>
          </Card>
        ))}
      </div>
      {may(viewer, 'binding.write') && <NotShown contributed={contributed} />}
    </div>
  )
}
