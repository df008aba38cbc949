import { Collapse } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useParam } from '../../app/use-param.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { textIn } from '../../texts/languages.ts'
import { SchemaTable } from './schema-table.tsx'
import type { ServiceMajor, ServiceOperation } from './service.ts'
import { TryOperation } from './try-operation.tsx'

interface Props {
  readonly id: string
  readonly service: ServiceMajor
  readonly appKey: string
  readonly onAppKey: (key: string) => void
}

/** Operations: what each takes and answers, and to try it; the open one stands in the address. */
export function OperationsTab({ id, service, appKey, onAppKey }: Props) {
  const { t, i18n } = useTranslation('catalog')
  const [open, setOpen] = useParam('operation')
  const operations = Object.entries(service.operations)
  if (operations.length === 0) return <EmptyState text={t('noOperations')} />
  return (
    <Collapse
      destroyOnHidden
      activeKey={open === undefined ? [] : [open]}
      // One at a time, without the roles of tabs that the library's own way has.
      onChange={(keys) => setOpen(keys.find((key) => key !== open))}
      items={operations.map(([name, operation]) => ({
        key: name,
        label: (
          <span className="inline-list">
            <code>{name}</code>
            <span>{textIn(operation.summary, i18n.language)}</span>
          </span>
        ),
        children: (
          <OneOperation operation={operation}>
            <TryOperation
              service={id}
              major={service.major}
              plugin={service.plugin ?? ''}
              name={name}
              operation={operation}
              appKey={appKey}
              onAppKey={onAppKey}
            />
          </OneOperation>
        ),
      }))}
    />
  )
}

function OneOperation({
  operation,
  children,
}: {
  operation: ServiceOperation
  children: ReactNode
}) {
  const { t, i18n } = useTranslation('catalog')
  const { safe, requires, deadlineMs, errors = [], output } = operation
  return (
    <div className="stack">
      <p className="inline-list">
        {safe === true ? (
          <StatusTag tone="good" label={t('readsOnly')} />
        ) : (
          <StatusTag tone="warning" label={t('changesData')} />
        )}
        {requires !== undefined && (
          <span>
            {t('requires')} <code>{requires}</code>
          </span>
        )}
        {deadlineMs !== undefined && <span>{t('deadline', { ms: deadlineMs })}</span>}
      </p>
      <Collapse
        size="small"
        items={[
          {
            key: 'input',
            label: t('input'),
            children: <SchemaTable schema={operation.input} caption={t('input')} />,
          },
          ...(output === undefined
            ? []
            : [
                {
                  key: 'output',
                  label: t('output'),
                  children: <SchemaTable schema={output} caption={t('output')} />,
                },
              ]),
          ...(errors.length === 0
            ? []
            : [
                {
                  key: 'errors',
                  label: t('errors'),
                  children: (
                    <ul>
                      {errors.map(({ code, summary }) => (
                        <li key={code}>
                          <code>{code}</code> {textIn(summary, i18n.language)}
                        </li>
                      ))}
                    </ul>
                  ),
                },
              ]),
        ]}
      />
      {children}
    </div>
  )
}
