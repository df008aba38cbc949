import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { StatusTag } from '../../parts/status-tag.tsx'
import type { Finding } from './finding.ts'
import { type SomeText, severityTone, someText } from './package.ts'

/** What the checks found in a package and let pass. */
export function FindingTable({ findings }: { findings: readonly Finding[] }) {
  const { t, i18n } = useTranslation('marketplace')
  const rows = findings.map((finding, key) => ({ ...finding, key }))
  return (
    <Table
      size="small"
      caption={t('findings')}
      dataSource={rows}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: t('noFindings') }}
      columns={[
        {
          title: t('severity'),
          dataIndex: 'severity',
          render: (severity: Finding['severity']) => (
            <StatusTag tone={severityTone(severity)} label={t(`severities.${severity}`)} />
          ),
        },
        {
          title: t('rule'),
          dataIndex: 'rule',
          render: (rule: string, { file, line }) => (
            <>
              <code>{rule}</code>
              <div className="quiet">
                {[file, line].filter((one) => one !== undefined).join(':')}
              </div>
            </>
          ),
        },
        {
          title: t('finding'),
          dataIndex: 'message',
          className: 'wide-text',
          render: (message: SomeText, { cure }) => (
            <>
              {someText(message, i18n.language)}
              <div className="quiet">{someText(cure, i18n.language)}</div>
            </>
          ),
        },
      ]}
    />
  )
}
