import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import { BUSINESS_GROUPS, entryPages, pagesOfGroup } from '../contributed/offered-pages.ts'
import type { OfferedPage } from '../contributed/page-spec.ts'
import { useContributed } from '../contributed/use-contributed.ts'
import { textIn } from '../texts/languages.ts'
import { NAV_GROUPS, type PageEntry, pagesFor } from './page-table.ts'
import { usePlaceQuery } from './place-query.ts'
import { useViewer } from './viewer-context.ts'

interface Entry {
  readonly place: string
  readonly label: string
}

interface EntryGroup {
  readonly key: string
  readonly label: string
  readonly entries: readonly Entry[]
}

/** All pages that are offered to the viewer, by group. */
export function Navigation({ onChosen }: { onChosen: () => void }) {
  const keep = usePlaceQuery()
  const { pathname } = useLocation()
  const groups = useEntryGroups()
  const places = groups.flatMap(({ entries }) => entries.map(({ place }) => place))
  const selected = selectedOf(places, pathname)
  const id = useId()
  return (
    <div className="nav">
      {groups.map(({ key, label, entries }) => (
        <div key={key}>
          <div className="nav-group" id={`${id}${key}`}>
            {label}
          </div>
          <ul aria-labelledby={`${id}${key}`}>
            {entries.map((entry) => (
              <li key={entry.place}>
                <Link
                  className="nav-link"
                  to={{ pathname: entry.place, search: keep }}
                  onClick={onChosen}
                  aria-current={entry.place === selected ? 'page' : undefined}
                >
                  {entry.label}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  )
}

/** The console's own pages and, behind those of the daily work, what plugins put here. */
export function useEntryGroups(): readonly EntryGroup[] {
  const { t } = useTranslation()
  const viewer = useViewer()
  const { pages, isPending } = useContributed()
  const business = useBusinessGroups(pages)
  const offered = pagesFor(viewer)
  const own = NAV_GROUPS.map((group) => ({
    key: group as string,
    label: t(`groups.${group}`),
    entries: offered
      .filter((page) => page.group === group)
      .map((page) => ({ place: placeOf(page), label: t(`pages.${page.id}`) })),
  }))
  const [first, ...rest] = own
  // An operator's daily work is the host: what plugins put here stands below it, and moves nothing when it comes.
  const isBelow = first === undefined || viewer.kind === 'operator'
  // Of people it stands above what they seldom want, which waits for it rather than be pushed down.
  const below = isPending ? [] : [...business, ...rest]
  const all = isBelow ? [...own, ...business] : [first, ...below]
  return all.filter(({ entries }) => entries.length > 0)
}

function useBusinessGroups(pages: readonly OfferedPage[]): readonly EntryGroup[] {
  const { t, i18n } = useTranslation()
  const entries = entryPages(pages)
  return BUSINESS_GROUPS.map((group) => ({
    key: `business-${group}`,
    label: t(`businessGroups.${group}`),
    entries: pagesOfGroup(entries, group).map(({ spec }) => ({
      place: `/p${spec.path}`,
      label: textIn(spec.title, i18n.language),
    })),
  }))
}

function placeOf({ path }: Pick<PageEntry, 'path'>): string {
  return path.replace(/\/\*$/, '')
}

/** The deepest page that the address is in. */
function selectedOf(places: readonly string[], pathname: string): string | undefined {
  return places
    .filter((place) => pathname === place || (place !== '/' && pathname.startsWith(`${place}/`)))
    .sort((one, other) => other.length - one.length)
    .at(0)
}
