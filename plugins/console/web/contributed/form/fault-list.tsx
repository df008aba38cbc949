import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Fault } from '../../api/problem.ts'

/** What is wrong with an input where no control stands for it. */
export function FaultList({ faults }: { faults: readonly Fault[] }) {
  const { t } = useTranslation('contributed')
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={t('form.faults')}
      description={
        <ul>
          {faults.map(({ pointer, detail }) => (
            <li key={`${pointer} ${detail}`}>
              <code>{pointer || '/'}</code> {detail}
            </li>
          ))}
        </ul>
      }
    />
  )
}
