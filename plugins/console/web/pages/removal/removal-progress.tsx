import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'
import { bytesText, numberText } from '../../parts/formats.ts'
import { Panel } from '../../parts/panel.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { isUnfinished, type Removal } from './removal.ts'

/** How far a removal has come, as the host told it last. */
export function RemovalProgress({ removal }: { removal: Removal }) {
  const { t } = useTranslation('removal')
  const place = usePlace()
  const { plugin, state, versions, exported, fault } = removal
  const tone = fault !== undefined ? 'bad' : isUnfinished(removal) ? 'neutral' : 'good'
  return (
    <Panel title={t('progress')} extra={<StatusTag tone={tone} label={t(`states.${state}`)} />}>
      <div className="stack" role="status">
        <p>{t(`stateTexts.${state}`, { plugin })}</p>
        {versions.length > 0 && <p>{t('versionsGone', { versions: versions.join(', ') })}</p>}
        {exported !== undefined && (
          <p>
            {t('exported', {
              rows: numberText(exported.rows, place),
              bytes: bytesText(exported.bytes, place),
              files: numberText(exported.files, place),
              folder: exported.folder,
            })}
          </p>
        )}
        {fault !== undefined && (
          <Alert
            type="error"
            showIcon
            title={fault.detail}
            description={<code>{fault.code}</code>}
          />
        )}
      </div>
    </Panel>
  )
}
