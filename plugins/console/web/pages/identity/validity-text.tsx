import { useTranslation } from 'react-i18next'
import { instantText } from '../../parts/formats.ts'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { type Assignment, WHEN_TONES, whenOf } from './identity.ts'

/** From when until when something is in force, and whether it is now. */
export function ValidityText({
  of: { validFrom, validTo },
}: {
  of: Pick<Assignment, 'validFrom' | 'validTo'>
}) {
  const { t } = useTranslation('identity')
  const place = usePlace()
  const when = whenOf({ validFrom, validTo }, Date.now())
  const times = [
    validFrom === null ? '' : t('from', { at: instantText(validFrom, place) }),
    validTo === null ? '' : t('until', { at: instantText(validTo, place) }),
  ]
  return (
    <>
      <StatusTag tone={WHEN_TONES[when]} label={t(`when.${when}`)} /> {times.join(' ')}
    </>
  )
}
