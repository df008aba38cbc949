import { Select, Space, Tabs } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParam } from '../../app/use-param.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { WordSearch } from '../../parts/word-search.tsx'
import { OneStatement } from './one-statement.tsx'
import { monthsUntil, type Party } from './statement.ts'

/** What was used in a month and what it comes to: the tenant's, and for the operator a publisher's. */
export function StatementsPage() {
  const { t } = useTranslation('statements')
  const viewer = useViewer()
  const tenant = useTenant()
  const [kind = 'tenant', setKind] = useParam('of')
  const [publisher] = useParam('publisher')
  const [months] = useState(() => monthsUntil(Date.now()))
  const [month = months[0] ?? '', setMonth] = useParam('month')
  const isOperator = viewer.kind === 'operator'
  const of = isOperator && kind === 'publisher' ? 'publisher' : 'tenant'
  const id = of === 'publisher' ? publisher : tenant
  const party: Party | undefined = id === undefined ? undefined : { kind: of, id }
  return (
    <div className="stack">
      <PageHead title={t('title')} />
      {isOperator && (
        <Tabs
          activeKey={kind}
          onChange={setKind}
          items={[
            { key: 'tenant', label: t('ofTenant') },
            { key: 'publisher', label: t('ofPublisher') },
          ]}
        />
      )}
      <Space wrap>
        <MonthSelect {...{ months, month, setMonth }} />
        {of === 'publisher' && (
          <WordSearch label={t('publisher')} button={t('show')} param="publisher" />
        )}
      </Space>
      {party === undefined ? (
        <EmptyState
          text={t(of === 'publisher' ? 'choosePublisher' : 'chooseTenant')}
          command={cliText(['usage', 'statement', month], {
            [of]: 'acme',
          })}
        />
      ) : (
        <>
          <OneStatement {...{ party, month }} />
          <CliLine command={cliText(['usage', 'statement', month], { [party.kind]: party.id })} />
        </>
      )}
    </div>
  )
}

function MonthSelect({
  months,
  month,
  setMonth,
}: {
  months: readonly string[]
  month: string
  setMonth: (month: string) => void
}) {
  const { t } = useTranslation('statements')
  const { language } = usePlace()
  const name = (one: string) =>
    new Intl.DateTimeFormat(language, { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(
      new Date(`${one}-01T00:00:00Z`),
    )
  return (
    <Select
      aria-label={t('month')}
      style={{ minInlineSize: 180 }}
      value={month}
      options={months.map((one) => ({ value: one, label: name(one) }))}
      onChange={setMonth}
    />
  )
}
