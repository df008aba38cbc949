import { useTranslation } from 'react-i18next'
import { CliLine } from '../../parts/cli-line.tsx'
import { type ServiceMajor, servicePath } from './service.ts'

const DOCUMENTS = ['openapi', 'asyncapi', 'odcs', 'openlineage', 'contract'] as const

/** What programs read of it: a typed client, and its descriptions by the standards. */
export function ClientTab({ id, service }: { id: string; service: ServiceMajor }) {
  const { t } = useTranslation('catalog')
  const path = `${servicePath(id)}/versions/${service.major}`
  const named = `${id}@${service.major}`
  return (
    <div className="stack">
      <section className="stack">
        <h2 className="section-title">{t('typedClient')}</h2>
        <p>{t('typedClientIs')}</p>
        <CliLine command={`npx signalbox types ${named} --out ${id}.v${service.major}.ts`} />
        <p>
          <a href={`${path}/types`} download={`${id}.v${service.major}.ts`}>
            {t('download', { file: `${id}.v${service.major}.ts` })}
          </a>
        </p>
      </section>
      <section>
        <h2 className="section-title">{t('documents')}</h2>
        <ul className="link-list">
          {DOCUMENTS.map((name) => (
            <li key={name}>
              <a href={`${path}/${name}`} download={`${id}.v${service.major}.${name}.json`}>
                {t(`documentNames.${name}`)}
              </a>
            </li>
          ))}
        </ul>
      </section>
      <section>
        <h2 className="section-title">{t('events')}</h2>
        <EventList service={service} />
      </section>
    </div>
  )
}

function EventList({ service }: { service: ServiceMajor }) {
  const { t, i18n } = useTranslation('catalog')
  const events = service.events ?? []
  if (events.length === 0) return <p>{t('noEvents')}</p>
  return (
    <ul>
      {events.map(({ type, summary }) => (
        <li key={type}>
          <code>{type}</code> {summary?.[i18n.language === 'zh-CN' ? 'zh-CN' : 'en'] ?? summary?.en}
        </li>
      ))}
    </ul>
  )
}
