import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { usePlaceQuery } from '../app/place-query.ts'
import { linkParams } from './bind.ts'
import { useContributedPlace } from './contributed-context.ts'
import { linkedPage } from './offered-pages.ts'
import { type PlaceOfPage, placeOfPage } from './page-place.ts'
import type { LinkSpec } from './page-spec.ts'

/** Where a link of a row leads; undefined where the page is not offered to the viewer. */
export function useLinkAddress(): (
  link: LinkSpec | undefined,
  row: unknown,
) => PlaceOfPage | undefined {
  const { page, pages } = useContributedPlace()
  const keep = usePlaceQuery()
  return (link, row) => {
    const to = link === undefined ? undefined : linkedPage(pages, page.plugin, link.page)
    if (link === undefined || to === undefined) return undefined
    return placeOfPage(to, linkParams(link.params, row), keep)
  }
}

export function PageLink({
  link,
  row,
  children,
}: {
  link: LinkSpec | undefined
  row: unknown
  children: ReactNode
}) {
  const address = useLinkAddress()(link, row)
  return address === undefined ? children : <Link to={address}>{children}</Link>
}
