import { Segmented } from 'antd'
import { useTranslation } from 'react-i18next'

/** A picture, or the same as a table for whoever cannot see it, or wants the figures. */
export function ShapeSwitch<Picture extends 'chart' | 'map'>({
  picture,
  shape,
  onShape,
}: {
  picture: Picture
  shape: Picture | 'table'
  onShape: (shape: Picture | 'table') => void
}) {
  const { t } = useTranslation('contributed')
  return (
    <Segmented
      size="small"
      aria-label={t('shape')}
      value={shape}
      onChange={onShape}
      options={[
        { value: picture, label: t(picture === 'chart' ? 'chart' : 'map') },
        { value: 'table', label: t('table') },
      ]}
    />
  )
}
