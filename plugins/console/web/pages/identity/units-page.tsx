import { ImportOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Drawer, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { may, maySomewhere } from '../../api/may.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useParam } from '../../app/use-param.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { ChooseTenant } from '../../parts/choose-tenant.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { MoreRows } from '../../parts/more-rows.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { EditUnit } from './edit-unit.tsx'
import type { Unit } from './identity.ts'
import { NewUnit } from './new-unit.tsx'
import { type UnitNode, unitTree } from './unit-tree.ts'
import { useUnits } from './use-organisation.ts'
import './identity.css'

const VIRTUAL_ROWS = 1000

/** Plants, departments and teams of a tenant, each below the one that it belongs to. */
export function UnitsPage() {
  const { t } = useTranslation('identity')
  const tenant = useTenant()
  return tenant === undefined ? <ChooseTenant title={t('units')} /> : <Units tenant={tenant} />
}

function Units({ tenant }: { tenant: string }) {
  const { t } = useTranslation('identity')
  const keep = usePlaceQuery()
  const viewer = useViewer()
  const mayWrite = maySomewhere(viewer, 'unit.update')
  const [selected, setSelected] = useParam('unit')
  const [isNew, setNew] = useParam('new')
  const units = useUnits(tenant)
  return (
    <div className="stack">
      <PageHead title={t('units')}>
        {maySomewhere(viewer, 'unit.create') && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew('1')}>
            {t('newUnit')}
          </Button>
        )}
        {may(viewer, 'organisation.export') && (
          <Link to={{ pathname: '/identity/import', search: keep }}>
            <Button icon={<ImportOutlined />}>{t('toImport')}</Button>
          </Link>
        )}
      </PageHead>
      {units.isLoadingError ? (
        <ProblemNote error={units.error} />
      ) : (
        <>
          <UnitTable
            tenant={tenant}
            units={units.items}
            isLoading={units.isLoading}
            onEdit={mayWrite ? setSelected : undefined}
          />
          {units.isCut && <MoreRows list={units} />}
        </>
      )}
      <NewUnit tenant={tenant} isOpen={isNew !== undefined} onClose={() => setNew(undefined)} />
      <Drawer
        open={selected !== undefined && mayWrite}
        onClose={() => setSelected(undefined)}
        title={selected}
        size={480}
        destroyOnHidden
      >
        {selected !== undefined && (
          <EditUnit
            tenant={tenant}
            id={selected}
            units={units.items}
            onRemoved={() => setSelected(undefined)}
          />
        )}
      </Drawer>
    </div>
  )
}

function UnitTable({
  tenant,
  units,
  isLoading,
  onEdit,
}: {
  tenant: string
  units: readonly Unit[]
  isLoading: boolean
  onEdit: ((unit: string) => void) | undefined
}) {
  const { t } = useTranslation('identity')
  const keep = usePlaceQuery()
  const isLong = units.length > VIRTUAL_ROWS
  const peopleOf = (unit: string) => {
    const query = new URLSearchParams(keep)
    query.set('unit', unit)
    return { pathname: '/identity/users', search: `?${query}` }
  }
  return (
    <Table<UnitNode>
      // Rows are opened by what is there at first.
      key={isLoading ? 'loading' : 'there'}
      size="middle"
      caption={t('units')}
      rowKey="id"
      loading={isLoading}
      pagination={false}
      dataSource={[...unitTree(units)]}
      virtual={isLong}
      scroll={isLong ? { x: 900, y: 640 } : { x: 'max-content' }}
      expandable={{ defaultExpandAllRows: !isLong }}
      locale={{
        emptyText: isLoading ? (
          ' '
        ) : (
          <EmptyState
            text={t('noUnits')}
            command={curlText('POST', '/v1/units', { tenant, id: 'plant', name: 'Plant' })}
          />
        ),
      }}
      columns={[
        { title: t('name'), dataIndex: 'name' },
        { title: t('id'), dataIndex: 'id', render: (id: string) => <code>{id}</code> },
        {
          title: t('actions'),
          key: 'actions',
          render: (_: unknown, { id, name }) => (
            <span className="filters">
              <Link to={peopleOf(id)} aria-label={t('peopleOf', { name })}>
                {t('people')}
              </Link>
              {onEdit !== undefined && (
                <Button
                  size="small"
                  aria-label={t('changeOf', { name })}
                  onClick={() => onEdit(id)}
                >
                  {t('change')}
                </Button>
              )}
            </span>
          ),
        },
      ]}
    />
  )
}
