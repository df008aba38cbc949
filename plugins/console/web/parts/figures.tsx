import { Descriptions } from 'antd'
import type { ReactNode } from 'react'

/** What is known of one thing, by name; in one column where there is no room for more. */
export function Figures({
  items,
}: {
  items: readonly (readonly [name: string, value: ReactNode])[]
}) {
  return (
    <Descriptions
      size="small"
      bordered
      column={{ xs: 1, sm: 1, md: 2, lg: 3 }}
      items={items.map(([name, value]) => ({ key: name, label: name, children: value }))}
    />
  )
}
