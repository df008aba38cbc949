import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import type { InputSchema } from '../../contributed/contract-input.ts'
import { type SchemaRow, schemaRows } from './schema-rows.ts'

/** Members of an input or an answer, and the schema itself for whoever wants it whole. */
export function SchemaTable({ schema, caption }: { schema: InputSchema; caption: string }) {
  const { t } = useTranslation('catalog')
  const rows = schemaRows(schema, { length: t('bounds.length'), items: t('bounds.items') })
  return (
    <div className="stack">
      <Table<SchemaRow>
        size="small"
        caption={caption}
        rowKey="path"
        dataSource={[...rows]}
        pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t('noMembers') }}
        columns={[
          {
            title: t('member'),
            dataIndex: 'path',
            render: (path: string, { isRequired }) => (
              <>
                <code>{path}</code> {isRequired && <small className="quiet">{t('required')}</small>}
              </>
            ),
          },
          { title: t('type'), dataIndex: 'type' },
          { title: t('note'), dataIndex: 'note', className: 'wide-text' },
        ]}
      />
      <details>
        <summary>{t('wholeSchema')}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by the keyboard, too */}
        <pre className="long-text" tabIndex={0}>
          {JSON.stringify(schema, null, 2)}
        </pre>
      </details>
    </div>
  )
}
