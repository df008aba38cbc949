import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { usePlaceQuery } from '../app/place-query.ts'
import { linkParams } from './bind.ts'
import { useContributedPlace } from './contributed-context.ts'
import { linkedPage } from './offered-pages.ts'
import type { LinkSpec } from './page-spec.ts'

interface Address {
  readonly pathname: string
  readonly search: string
}

/** Where a link of a row leads, with what both pages are about; undefined where the page is not offered to the viewer. */
export function useLinkAddress(): (
  link: LinkSpec | undefined,
  row: unknown,
) => Address | undefined {
  const { page, pages, params } = useContributedPlace()
  const keep = usePlaceQuery()
  return (link, row) => {
    const to = link === undefined ? undefined : linkedPage(pages, page.plugin, link.page)
    if (link === undefined || to === undefined) return undefined
    const query = new URLSearchParams(keep)
    for (const name of to.spec.params ?? []) {
      const value = params.get(name)
      if (value !== undefined) query.set(name, value)
    }
    for (const [name, value] of linkParams(link.params, row)) query.set(name, value)
    return { pathname: `/p${to.spec.path}`, search: query.toString() }
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
