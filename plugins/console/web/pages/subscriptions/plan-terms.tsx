import { Descriptions } from 'antd'
import { useTranslation } from 'react-i18next'
import { numberText } from '../../parts/formats.ts'
import { usePlace } from '../../parts/use-place.ts'
import type { Plan } from './plan.ts'

/** What somebody agrees to: limits, price, and who has to say yes. */
export function PlanTerms({ plan }: { plan: Plan }) {
  const { t } = useTranslation('subscriptions')
  const place = usePlace()
  const number = (value: number) => numberText(value, place)
  const { quota, concurrency, maxRows, fields = {} } = plan
  const hidden = Object.entries(fields)
  return (
    <Descriptions
      size="small"
      column={{ xs: 1, md: 2 }}
      items={[
        { key: 'price', label: t('terms.price'), children: <PriceText plan={plan} /> },
        {
          key: 'rate',
          label: t('terms.rate'),
          children: t('terms.rateText', { rate: number(plan.ratePerS), burst: number(plan.burst) }),
        },
        {
          key: 'quota',
          label: t('terms.quota'),
          children:
            quota === undefined
              ? t('terms.unlimited')
              : t(`terms.quotaPer.${quota.per}`, { value: number(quota.count) }),
        },
        {
          key: 'concurrency',
          label: t('terms.concurrency'),
          children: concurrency === undefined ? t('terms.unlimited') : number(concurrency),
        },
        {
          key: 'rows',
          label: t('terms.maxRows'),
          children: maxRows === undefined ? t('terms.unlimited') : number(maxRows),
        },
        {
          key: 'approval',
          label: t('terms.approval'),
          children: t(plan.approval === 'manual' ? 'terms.manual' : 'terms.auto'),
        },
        ...(hidden.length === 0
          ? []
          : [
              {
                key: 'fields',
                label: t('terms.fields'),
                children: hidden
                  .map(([name, places]) => `${name}: ${places.join(', ')}`)
                  .join('; '),
              },
            ]),
      ]}
    />
  )
}

function PriceText({ plan: { price } }: { plan: Pick<Plan, 'price'> }) {
  const { t } = useTranslation('subscriptions')
  if (price === undefined) return t('terms.free')
  const { amount, currency, unit } = price
  const each = unit === 'call' || unit === 'month' ? t(`terms.units.${unit}`) : unit
  return t('terms.priceText', { amount, currency, each })
}
