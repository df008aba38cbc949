import type { Language, Localized } from '@signalbox/sdk/errors'

/** `SIGNALBOX_LANG`, else what the terminal is set to; English where neither says Chinese. */
function languageOfTerminal(environment: NodeJS.ProcessEnv): Language {
  const setting = environment.SIGNALBOX_LANG || environment.LC_ALL || environment.LANG || ''
  return /^zh/i.test(setting) ? 'zh-CN' : 'en'
}

const language = languageOfTerminal(process.env)

/** A text for the person at the terminal; `{name}` places are filled. */
export function say(
  text: Localized,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return text[language].replace(/\{(\w+)\}/g, (place, name: string) =>
    String(values[name] ?? place),
  )
}

export function terminalLanguage(): Language {
  return language
}
