import { useTranslation } from 'react-i18next'
import { NO_ANSWER, problemOf } from '../api/problem.ts'
import { Glyph } from './glyph.tsx'

/** What the host refused, with code and trace id: whoever reports it names them. */
export function ProblemNote({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const { code, title, detail, traceId, errors = [] } = problemOf(error)
  const isAway = code === NO_ANSWER
  return (
    <div className="problem" role="alert">
      <Glyph name="bad" />
      <div className="stack">
        <strong>{isAway ? t('noAnswer') : title}</strong>
        {detail !== '' && <span>{detail}</span>}
        {errors.length > 0 && (
          <ul>
            {errors.map((fault) => (
              <li key={`${fault.pointer} ${fault.detail}`}>
                <code>{fault.pointer}</code> {fault.detail}
              </li>
            ))}
          </ul>
        )}
        <small>
          <code>{code}</code>
          {traceId !== undefined && (
            <>
              {' '}
              · {t('traceId')} <code>{traceId}</code>
            </>
          )}
        </small>
      </div>
    </div>
  )
}
