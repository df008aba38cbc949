import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { usePlaceQuery } from '../app/place-query.ts'
import { linkParams } from './bind.ts'
import { useContributedPlace } from './contributed-context.ts'
import { type LinkedAddress, linkedAddress } from './linked-address.ts'
import { linkedPage } from './offered-pages.ts'
import type { LinkSpec } from './page-spec.ts'

/** Where a link of a row leads, with what both pages are about; undefined where the page is not offered to the viewer. */
export function useLinkAddress(): (
  link: LinkSpec | undefined,
  row: unknown,
) => LinkedAddress | undefined {
  const { page, pages, params } = useContributedPlace()
  const keep = usePlaceQuery()
  return (link, row) => {
    const to = link === undefined ? undefined : linkedPage(pages, page.plugin, link.page)
    if (link === undefined || to === undefined) return undefined
    const shared = (to.spec.params ?? []).flatMap((name) => {
      const value = params.get(name)
      return value === undefined ? [] : [[name, value] as const]
    })
    return linkedAddress(to, keep, [...shared, ...linkParams(link.params, row)])
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
