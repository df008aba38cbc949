import { createInstance, type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Language } from './languages.ts'

/** One language is loaded; the other when somebody asks for it. */
export async function openTexts(language: Language): Promise<i18n> {
  const texts = createInstance()
  await texts.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    defaultNS: 'common',
    // React escapes what it shows.
    interpolation: { escapeValue: false },
    returnNull: false,
    resources: { [language]: await loadTexts(language) },
  })
  return texts
}

export async function loadTexts(language: Language) {
  return language === 'en' ? (await import('./en.ts')).en : (await import('./zh-cn.ts')).zhCn
}
