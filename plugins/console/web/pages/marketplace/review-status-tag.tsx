import { useTranslation } from 'react-i18next'
import { StatusTag } from '../../parts/status-tag.tsx'
import type { ReviewStatus } from './review.ts'

const TONES = { open: 'warning', approved: 'good', rejected: 'bad' } as const

export function ReviewStatusTag({ status }: { status: ReviewStatus }) {
  const { t } = useTranslation('marketplace')
  return <StatusTag tone={TONES[status]} label={t(`reviews.statuses.${status}`)} />
}
