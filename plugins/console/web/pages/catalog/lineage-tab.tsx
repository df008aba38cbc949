import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { usePlaceQuery } from '../../app/place-query.ts'
import type { Lineage, ServiceMajor } from './service.ts'

/** Where its data comes from, and who goes on with it. */
export function LineageTab({ service }: { service: ServiceMajor }) {
  const { t } = useTranslation('catalog')
  const { upstream, downstream } = service.lineage
  return (
    <div className="stack">
      <section>
        <h2 className="section-title">{t('upstream')}</h2>
        <p>{t('callsServices')}</p>
        <Services services={upstream.services} />
        <p>{t('hearsEvents')}</p>
        <Names names={upstream.events} />
      </section>
      <Table<Lineage['downstream'][number]>
        size="small"
        caption={t('downstream')}
        rowKey="plugin"
        dataSource={[...downstream]}
        pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t('noDownstream') }}
        columns={[
          { title: t('plugin'), dataIndex: 'plugin' },
          {
            title: t('takes'),
            key: 'takes',
            className: 'wide-text',
            render: (_: unknown, { calls, hears }) =>
              [...(calls ? [t('callsIt')] : []), ...hears].join(', '),
          },
          {
            title: t('gives'),
            dataIndex: 'services',
            render: (services: readonly string[]) => <Services services={services} />,
          },
        ]}
      />
    </div>
  )
}

/** As `orders.status@1`, or with the range of versions before the number. */
function Services({ services }: { services: readonly string[] }) {
  const keep = usePlaceQuery()
  if (services.length === 0) return '–'
  return (
    <span className="inline-list">
      {services.map((service) => {
        const [id = ''] = service.split('@')
        return (
          <Link key={service} to={{ pathname: `/catalog/${encodeURIComponent(id)}`, search: keep }}>
            {service}
          </Link>
        )
      })}
    </span>
  )
}

function Names({ names }: { names: readonly string[] }) {
  if (names.length === 0) return '–'
  return (
    <span className="inline-list">
      {names.map((name) => (
        <code key={name}>{name}</code>
      ))}
    </span>
  )
}
