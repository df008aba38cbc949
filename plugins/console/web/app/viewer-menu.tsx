import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { request } from '../api/request.ts'
import type { Viewer } from '../api/viewer.ts'
import { Glyph } from '../parts/glyph.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import type { Language } from '../texts/languages.ts'
import { preferences, type Scheme } from './preferences.ts'
import { useStore } from './store.ts'
import type { ThisPage } from './this-page.ts'

const SCHEMES: readonly Scheme[] = ['system', 'light', 'dark']

/** Each in its own words: who does not read the other one has to find it. */
const LANGUAGES: readonly { readonly language: Language; readonly label: string }[] = [
  { language: 'zh-CN', label: '简体中文' },
  { language: 'en', label: 'English' },
]

/** Who looks, in what language and colours, by which version of the console; and the way out. */
export function ViewerMenu({ viewer, page }: { viewer: Viewer; page: ThisPage }) {
  const { t } = useTranslation()
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  const [error, setError] = useState<unknown>()
  const name = viewer.kind === 'operator' ? t('operator') : viewer.displayName
  return (
    <>
      <button
        type="button"
        className="plain-button"
        aria-label={t('viewerMenu', { name })}
        aria-expanded={isOpen}
        popoverTarget={id}
      >
        <Glyph name="user" />
        <span className="only-wide">{name}</span>
      </button>
      <div
        id={id}
        popover="auto"
        className="menu"
        onToggle={({ newState }) => setOpen(newState === 'open')}
      >
        <p>{t('consoleVersion', { version: page.version, arm: t(`arms.${page.arm}`) })}</p>
        <Choices />
        <a href="/sign-in">{t('account')}</a>
        <button type="button" onClick={() => void signOut().catch(setError)}>
          {t('signOut')}
        </button>
        {error !== undefined && <ProblemNote error={error} />}
      </div>
    </>
  )
}

function Choices() {
  const { t } = useTranslation()
  const chosen = useStore(preferences)
  return (
    <>
      <fieldset>
        <legend>{t('language')}</legend>
        {LANGUAGES.map(({ language, label }) => (
          <button
            key={language}
            type="button"
            lang={language}
            aria-pressed={language === chosen.language}
            onClick={() => preferences.set({ ...chosen, language })}
          >
            {label}
          </button>
        ))}
      </fieldset>
      <fieldset>
        <legend>{t('colours')}</legend>
        {SCHEMES.map((scheme) => (
          <button
            key={scheme}
            type="button"
            aria-pressed={scheme === chosen.scheme}
            onClick={() => preferences.set({ ...chosen, scheme })}
          >
            {t(`schemes.${scheme}`)}
          </button>
        ))}
      </fieldset>
    </>
  )
}

/** A provider of the tenant's own may want to be told, too: the host says where. */
async function signOut(): Promise<void> {
  const answer = await request<{ url?: string | null } | undefined>('POST', '/v1/me/sign-out')
  location.assign(answer?.url ?? '/sign-in')
}
