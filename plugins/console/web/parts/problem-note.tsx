import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useProblemWords } from '../api/use-problem-words.ts'
import { Glyph } from './glyph.tsx'

/** What the host refused, with code and trace id: whoever reports it names them; and what there is to do about it. */
export function ProblemNote({ error, children }: { error: unknown; children?: ReactNode }) {
  const { t } = useTranslation()
  const { code, title, detail, traceId, errors = [] } = useProblemWords()(error)
  return (
    <div className="problem" role="alert">
      <Glyph name="bad" />
      <div className="stack">
        <strong>{title}</strong>
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
        {children}
      </div>
    </div>
  )
}
