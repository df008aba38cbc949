import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useList } from '../../api/list.ts'
import { labelOf, type Tenant } from '../../app/tenant.ts'
import { useParam } from '../../app/use-param.ts'

/** More are found by the picker at the top. */
const MOST = 5

/** The first companies of the host, and a way to make one. */
export function CompanyChoice({ tenant }: { tenant: string | undefined }) {
  const { t } = useTranslation('first-rollout')
  const [, setTenant] = useParam('tenant')
  const { items } = useList<Tenant>('/v1/tenants')
  if (tenant !== undefined) return <p>{t('companyIs', { tenant })}</p>
  return (
    <div className="inline-list">
      {items.slice(0, MOST).map((one) => (
        <Button key={one.id} onClick={() => setTenant(one.id)}>
          {labelOf(one)}
        </Button>
      ))}
      <Link to={{ pathname: '/tenants', search: '?new=1' }}>{t('makeCompany')}</Link>
    </div>
  )
}
