import { type BackendModule, createInstance, type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Language } from './languages.ts'

/** What the shell and the first page say comes in one piece; what other pages say comes with them. */
const FIRST = { en: () => import('./first/en.ts'), 'zh-CN': () => import('./first/zh-cn.ts') }

const later = import.meta.glob<Readonly<Record<string, unknown>>>(
  ['./en/*.json', './zh-CN/*.json', '!./*/common.json', '!./*/home.json'],
  { import: 'default' },
)

const backend: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read: async (language, namespace) => (await later[`./${language}/${namespace}.json`]?.()) ?? {},
}

export async function openTexts(language: Language): Promise<i18n> {
  const texts = createInstance()
  await texts
    .use(initReactI18next)
    .use(backend)
    .init({
      lng: language,
      fallbackLng: false,
      ns: ['common', 'home'],
      defaultNS: 'common',
      // React escapes what it shows.
      interpolation: { escapeValue: false },
      returnNull: false,
      resources: { [language]: await loadFirst(language) },
      partialBundledLanguages: true,
    })
  return texts
}

export async function changeLanguage(texts: i18n, language: Language): Promise<void> {
  if (texts.language === language) return
  for (const [namespace, keys] of Object.entries(await loadFirst(language))) {
    texts.addResourceBundle(language, namespace, keys)
  }
  await texts.changeLanguage(language)
  document.documentElement.lang = language
}

async function loadFirst(language: Language) {
  return (await FIRST[language]()).first
}
