import { PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useList } from '../../api/list.ts'
import { useParam } from '../../app/use-param.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { instantText } from '../../parts/formats.ts'
import { ListTable } from '../../parts/list-table.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { NewPublisherDialog } from './new-publisher-dialog.tsx'

interface Publisher {
  readonly name: string
  readonly scopes: readonly string[]
  readonly hasPassword: boolean
  readonly createdAt: string
}

/** Accounts that may publish into the host's marketplace, and the scopes that are theirs. */
export function PublishersPage() {
  const { t } = useTranslation('publishers')
  const place = usePlace()
  const [isNew, setNew] = useParam('new')
  const list = useList<Publisher>('/v1/marketplace/publishers')
  return (
    <div className="stack">
      <PageHead title={t('title')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew('1')}>
          {t('new')}
        </Button>
      </PageHead>
      <ListTable<Publisher>
        list={list}
        caption={t('caption')}
        rowKey="name"
        empty={<EmptyState text={t('empty')} />}
        columns={[
          { title: t('name'), dataIndex: 'name' },
          {
            title: t('scopes'),
            dataIndex: 'scopes',
            render: (scopes: readonly string[]) => (
              <code>{scopes.length === 0 ? t('noScope') : scopes.join(' ')}</code>
            ),
          },
          {
            title: t('signsIn'),
            dataIndex: 'hasPassword',
            render: (has: boolean) => t(has ? 'byPassword' : 'byToken'),
          },
          {
            title: t('since'),
            dataIndex: 'createdAt',
            render: (at: string) => instantText(at, place),
          },
        ]}
      />
      <CliLine command={curlText('GET', '/v1/marketplace/publishers')} />
      {isNew !== undefined && <NewPublisherDialog onClose={() => setNew(undefined)} />}
    </div>
  )
}
