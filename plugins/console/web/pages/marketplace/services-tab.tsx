import { Collapse } from 'antd'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../../parts/empty-state.tsx'
import { type ListedVersion, someText } from './package.ts'

/** What it gives to others: services with their operations, events, functions. */
export function ServicesTab({ version }: { version: ListedVersion }) {
  const { t, i18n } = useTranslation('marketplace')
  const { services, events, udfs } = version
  if (services.length + events.length + udfs.length === 0) {
    return <EmptyState text={t('givesNothing')} />
  }
  return (
    <div className="stack">
      <Collapse
        items={services.map(({ id, major, title, description, operations }) => ({
          key: `${id}@${major}`,
          label: `${someText(title, i18n.language)} · ${id}@${major}`,
          children: (
            <div className="stack">
              <p>{someText(description, i18n.language)}</p>
              <ul>
                {operations.map(({ name, summary }) => (
                  <li key={name}>
                    <code>{name}</code> {someText(summary, i18n.language)}
                  </li>
                ))}
              </ul>
            </div>
          ),
        }))}
      />
      <Names title={t('events')} names={events} />
      <Names title={t('functions')} names={udfs} />
    </div>
  )
}

function Names({ title, names }: { title: string; names: readonly string[] }) {
  if (names.length === 0) return null
  return (
    <section>
      <h2 className="section-title">{title}</h2>
      <p className="inline-list">
        {names.map((name) => (
          <code key={name}>{name}</code>
        ))}
      </p>
    </section>
  )
}
