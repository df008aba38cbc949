import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'
import type { WhyNot } from '../api/may-call.ts'
import type { Operation } from './contract-input.ts'

interface Props {
  readonly whyNot: WhyNot
  readonly operation: Operation | undefined
  /** What it would be. */
  readonly title?: string
}

/** Instead of what the host would refuse to the viewer. */
export function NotAllowed({ whyNot, operation, title }: Props) {
  const { t } = useTranslation('contributed')
  const why = t(`notAllowed.${whyNot}`, { permission: operation?.requires ?? '' })
  return <Alert type="info" showIcon title={title === undefined ? why : `${title}: ${why}`} />
}
