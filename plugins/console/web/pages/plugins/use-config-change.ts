import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import type { Config, ShownConfig } from './config.ts'

/** Saves settings as a new revision upon the one that was shown; what does not fit is told where it stands. */
export function useConfigChange(path: string, { revision: seen }: Pick<ShownConfig, 'revision'>) {
  const { t } = useTranslation('config')
  return useFormChange(
    (config: Config) =>
      request<{ revision: number }>('PUT', path, { body: config, ifMatch: `"${seen}"` }),
    ({ revision }) => t('saved', { revision }),
  )
}
