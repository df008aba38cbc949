import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useParam } from '../../app/use-param.ts'

/** Which version's rows are shown, in the address as `version`; all when none is chosen. */
export function VersionFilter({ versions }: { versions: readonly string[] }) {
  const { t } = useTranslation('plugins')
  const [version, setVersion] = useParam('version')
  return (
    <Select
      aria-label={t('version')}
      placeholder={t('version')}
      allowClear
      style={{ minInlineSize: 140 }}
      value={version}
      options={versions.map((one) => ({ value: one, label: one }))}
      onChange={setVersion}
    />
  )
}
