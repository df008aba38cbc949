import { type Language, languageOf } from '../texts/languages.ts'
import { create } from './store.ts'

export type Scheme = 'system' | 'light' | 'dark'

export interface Preferences {
  readonly language: Language
  readonly scheme: Scheme
}

const KEY = 'signalbox.console'

function read(): Preferences {
  const kept = parsed(localStorage.getItem(KEY))
  return {
    language: languageOf(kept.language ?? null, navigator.languages),
    scheme: kept.scheme === 'light' || kept.scheme === 'dark' ? kept.scheme : 'system',
  }
}

function parsed(text: string | null): { language?: string; scheme?: string } {
  try {
    return (JSON.parse(text ?? '{}') as { language?: string; scheme?: string } | null) ?? {}
  } catch {
    return {}
  }
}

/** What a person chose for this browser. */
export const preferences = create(read())

preferences.subscribe(() => localStorage.setItem(KEY, JSON.stringify(preferences.get())))
