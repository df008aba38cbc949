/** Lines for a shell, as they are shown to be copied. Pure. */

/** One word of a command: in quotes where a shell would read something into it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** By the host's API, for what the command line has no word of its own for. */
export function curlText(method: string, path: string, body?: unknown): string {
  return [
    'curl',
    ...(method === 'GET' ? [] : ['-X', method]),
    `"$SIGNALBOX_URL${path}"`,
    '-H "authorization: Bearer $SIGNALBOX_TOKEN"',
    ...(body === undefined
      ? []
      : ["-H 'content-type: application/json'", '-d', shellWord(JSON.stringify(body))]),
  ].join(' ')
}

/** `npx signalbox …`, of words and `--options`; what is undefined is left out. */
export function cliText(
  words: readonly string[],
  options: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`--${name}`, shellWord(value)],
  )
  return ['npx', 'signalbox', ...words.map(shellWord), ...given].join(' ')
}
