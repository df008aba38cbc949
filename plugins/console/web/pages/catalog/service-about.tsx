import { useTranslation } from 'react-i18next'
import { type LocalText, textIn } from '../../texts/languages.ts'

/** What a service says of itself. Some say no more than their title, which is not the same as that no version serves it. */
export function ServiceAbout({
  title,
  description,
}: {
  title: LocalText | null | undefined
  description: LocalText | null | undefined
}) {
  const { t, i18n } = useTranslation('catalog')
  if (title == null) return <p>{t('notServed')}</p>
  return description == null ? null : <p>{textIn(description, i18n.language)}</p>
}
