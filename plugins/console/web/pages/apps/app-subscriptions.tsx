import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useWholeList } from '../../api/whole-list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { cliText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import type { Subscription } from '../subscriptions/subscription.ts'
import { SubscriptionsTable } from '../subscriptions/subscriptions-table.tsx'

/** What the app may call. */
export function AppSubscriptions({ tenant, app }: { tenant: string; app: string }) {
  const { t } = useTranslation('subscriptions')
  const list = useWholeList<Subscription>('/v1/subscriptions', { tenant })
  const query = new URLSearchParams(usePlaceQuery())
  query.set('app', app)
  return (
    <div className="stack">
      <div>
        <Link to={{ pathname: '/subscriptions/new', search: `?${query}` }}>
          <Button type="primary">{t('new')}</Button>
        </Link>
      </div>
      <SubscriptionsTable
        list={list}
        rows={list.items.filter((one) => one.app === app)}
        caption={t('appCaption', { app })}
        empty={
          <EmptyState
            text={t('empty')}
            command={cliText(['subscribe', app, 'orders.status@1'], { tenant })}
          />
        }
      />
    </div>
  )
}
