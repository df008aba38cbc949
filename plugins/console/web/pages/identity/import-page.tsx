import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Popconfirm, Space, Table } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { may } from '../../api/may.ts'
import { addressOf, request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { ChooseTenant } from '../../parts/choose-tenant.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import {
  filledTables,
  type Imported,
  isSeen,
  rowsIn,
  TABLES,
  type Tables,
  writtenIn,
} from './import.ts'
import { ImportTable } from './import-table.tsx'

/** A company's units, people and positions from tables: looked at first, then taken, all of it or nothing. */
export function ImportPage() {
  const { t } = useTranslation('identity')
  const tenant = useTenant()
  return tenant === undefined ? (
    <ChooseTenant title={t('import.title')} />
  ) : (
    <Import tenant={tenant} />
  )
}

function Import({ tenant }: { tenant: string }) {
  const { t } = useTranslation('identity')
  const mayImport = may(useViewer(), 'organisation.import')
  const [typed, setTyped] = useState<Tables>({})
  return (
    <div className="stack">
      <PageHead title={t('import.title')} />
      <p>{t('import.about')}</p>
      <Exports tenant={tenant} />
      {mayImport && (
        <>
          {TABLES.map((name) => (
            <ImportTable
              key={name}
              name={name}
              text={typed[name] ?? ''}
              onChange={(text) => setTyped((before) => ({ ...before, [name]: text }))}
            />
          ))}
          <Take tenant={tenant} tables={filledTables(typed)} />
        </>
      )}
    </div>
  )
}

function Exports({ tenant }: { tenant: string }) {
  const { t } = useTranslation('identity')
  return (
    <Card size="small" title={t('import.present')}>
      <Space wrap>
        {TABLES.map((name) => (
          <Button
            key={name}
            icon={<DownloadOutlined />}
            href={addressOf(`/v1/tenants/${encodeURIComponent(tenant)}/organisation/${name}`)}
            download={`${name}.csv`}
          >
            {t(`import.tables.${name}`)}
          </Button>
        ))}
      </Space>
    </Card>
  )
}

/** All of it is one change: tens of thousands of rows take a while, and there is no half of them to be told of. */
const IMPORT_MS = 600_000

/** The dry run of the very tables that are taken afterwards. */
function Take({ tenant, tables }: { tenant: string; tables: Tables }) {
  const { t } = useTranslation('identity')
  const [seen, setSeen] = useState<{ tables: Tables; imported: Imported }>()
  const path = `/v1/tenants/${encodeURIComponent(tenant)}/organisation:import`
  const dryRun = useFormChange(
    (of: Tables) => imported(path, of, true),
    (found, of) => {
      setSeen({ tables: of, imported: found })
      return undefined
    },
  )
  const take = useFormChange(
    (of: Tables) => imported(path, of, false),
    (found) => {
      setSeen(undefined)
      return t('import.taken', { count: writtenIn(found) })
    },
  )
  const isReady = isSeen(seen?.tables, tables)
  const error = take.error ?? dryRun.error
  const isEmpty = Object.keys(tables).length === 0
  return (
    <div className="stack">
      <Space wrap>
        <Button
          type={isReady ? 'default' : 'primary'}
          disabled={isEmpty}
          loading={dryRun.isPending}
          onClick={() => {
            take.reset()
            dryRun.mutate(tables)
          }}
        >
          {t('import.dryRun')}
        </Button>
        <Popconfirm
          title={t('import.confirm', { count: seen === undefined ? 0 : writtenIn(seen.imported) })}
          onConfirm={() => take.mutate(tables)}
          disabled={!isReady}
        >
          <Button type="primary" disabled={!isReady} loading={take.isPending}>
            {t('import.take')}
          </Button>
        </Popconfirm>
      </Space>
      <div aria-live="polite" className="stack">
        {(dryRun.isPending || take.isPending) && (
          <Alert type="info" showIcon title={t('import.underWay', { count: rowsIn(tables) })} />
        )}
        {error !== null && <ProblemNote error={error} />}
        {seen !== undefined && !isReady && (
          <Alert type="info" showIcon title={t('import.changedSince')} />
        )}
        {seen !== undefined && isReady && <Seen imported={seen.imported} />}
      </div>
      <CliLine command={shellLine(path, tables)} />
    </div>
  )
}

function imported(path: string, tables: Tables, dryRun: boolean): Promise<Imported> {
  return request('POST', path, { body: { ...tables, dryRun }, deadlineMs: IMPORT_MS })
}

/** Tables are files for a shell: their texts would not be read in a line. */
function shellLine(path: string, tables: Tables): string {
  const named = TABLES.filter((name) => tables[name] !== undefined)
  const files = named.length === 0 ? [...TABLES] : named
  const args = files.map((name) => `--rawfile ${name} ${name}.csv`).join(' ')
  return `jq -n ${args} '{dryRun:true,${files.map((name) => `$${name}`).join(',')}}' | curl -X POST "$SIGNALBOX_URL${path}" -H "authorization: Bearer $SIGNALBOX_TOKEN" -H 'content-type: application/json' -d @-`
}

function Seen({ imported }: { imported: Imported }) {
  const { t } = useTranslation('identity')
  return (
    <>
      <Alert
        type="success"
        showIcon
        title={t('import.wouldWrite', { count: writtenIn(imported) })}
      />
      <Table
        size="small"
        caption={t('import.result')}
        rowKey="name"
        pagination={false}
        dataSource={TABLES.map((name) => ({ name, ...imported[name] }))}
        columns={[
          {
            title: t('import.table'),
            dataIndex: 'name',
            render: (name: (typeof TABLES)[number]) => t(`import.tables.${name}`),
          },
          { title: t('import.written'), dataIndex: 'written', align: 'end' },
          { title: t('import.unchanged'), dataIndex: 'unchanged', align: 'end' },
        ]}
      />
    </>
  )
}
