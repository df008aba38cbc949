import { Empty } from 'antd'
import type { ReactNode } from 'react'
import { CliLine } from './cli-line.tsx'

/** Nothing is there yet: says why, and what to do first. */
export function EmptyState({
  text,
  command,
  children,
}: {
  text: string
  command?: string
  children?: ReactNode
}) {
  return (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={text}>
      {children}
      {command !== undefined && <CliLine command={command} />}
    </Empty>
  )
}
