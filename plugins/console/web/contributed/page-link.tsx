import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { linkParams } from './bind.ts'
import { type LinkedAddress, useLinkedAddress } from './linked-address.ts'
import type { LinkSpec } from './page-spec.ts'

/** Where a link of a row leads; undefined where the page is not offered to the viewer. */
export function useLinkAddress(): (
  link: LinkSpec | undefined,
  row: unknown,
) => LinkedAddress | undefined {
  const addressOf = useLinkedAddress()
  return (link, row) =>
    link === undefined ? undefined : addressOf(link.page, linkParams(link.params, row))
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
