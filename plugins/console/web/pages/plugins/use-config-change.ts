import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import type { Config } from './config.ts'

/** Saves settings as a new revision; what does not fit is told where it stands. */
export function useConfigChange(path: string) {
  const { t } = useTranslation('config')
  return useFormChange(
    (config: Config) => request<{ revision: number }>('PUT', path, { body: config }),
    ({ revision }) => t('saved', { revision }),
  )
}
