import { Menu, type MenuProps } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import { NAV_GROUPS, PAGES, type PageEntry } from './page-table.ts'
import { usePlaceQuery } from './place-query.ts'
import { useViewer } from './viewer-context.ts'

/** All pages that are offered to the viewer, by group. */
export function Navigation({ onChosen }: { onChosen: () => void }) {
  const { t } = useTranslation()
  const viewer = useViewer()
  const keep = usePlaceQuery()
  const { pathname } = useLocation()
  const offered = PAGES.filter(({ isFor }) => isFor?.(viewer) ?? true)
  const items: MenuProps['items'] = NAV_GROUPS.flatMap((group) => {
    const pages = offered.filter((page) => page.group === group)
    if (pages.length === 0) return []
    return [
      {
        key: group,
        type: 'group' as const,
        label: t(`groups.${group}`),
        children: pages.map((page) => ({
          key: placeOf(page),
          label: (
            <Link to={{ pathname: placeOf(page), search: keep }} onClick={onChosen}>
              {t(`pages.${page.id}`)}
            </Link>
          ),
        })),
      },
    ]
  })
  return <Menu mode="inline" items={items} selectedKeys={selectedOf(offered, pathname)} />
}

export function placeOf({ path }: Pick<PageEntry, 'path'>): string {
  return path.replace(/\/\*$/, '')
}

/** The deepest page that the address is in. */
function selectedOf(pages: readonly PageEntry[], pathname: string): string[] {
  const places = pages
    .map(placeOf)
    .filter((place) => pathname === place || pathname.startsWith(`${place.replace(/\/$/, '')}/`))
    .sort((one, other) => other.length - one.length)
  return places.slice(0, 1)
}
