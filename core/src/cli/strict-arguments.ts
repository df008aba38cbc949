import type { ArgsDef } from 'citty'
import { say } from './language.ts'

/**
 * What a command would pass over without a word: a misspelt option, whose default then counts.
 * @param words behind the command's name
 * @returns what is said against it
 */
export function strangeOption(words: readonly string[], args: ArgsDef): string | undefined {
  const names = optionsOf(args)
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--') return undefined
    // Less than nothing is a value, and so is a hyphen alone.
    if (!/^--?[a-z]/i.test(word)) continue
    const [option = ''] = word.split('=')
    const takesValue = names.get(option)
    if (takesValue === undefined) return unknownOption(option, [...names.keys()])
    if (takesValue && !word.includes('=')) at++
  }
  return undefined
}

/** By what is typed, and whether a value follows it. */
function optionsOf(args: ArgsDef): ReadonlyMap<string, boolean> {
  const names = new Map([
    ['--help', false],
    ['-h', false],
  ])
  for (const [name, { type, ...of }] of Object.entries(args)) {
    if (type === 'positional') continue
    const aliases = 'alias' in of ? [of.alias ?? []].flat() : []
    for (const one of [name, ...aliases]) {
      names.set(one.length === 1 ? `-${one}` : `--${one}`, type !== 'boolean')
      if (type === 'boolean') names.set(`--no-${one}`, false)
    }
  }
  return names
}

function unknownOption(option: string, known: readonly string[]): string {
  const meant = known.find((one) => one.startsWith(option) || option.startsWith(one))
  return meant === undefined || option.length < 4
    ? say({ en: 'Unknown option {option}.', 'zh-CN': '未知选项 {option}。' }, { option })
    : say(
        {
          en: 'Unknown option {option}: did you mean {meant}?',
          'zh-CN': '未知选项 {option}：您是指 {meant} 吗？',
        },
        { option, meant },
      )
}

/** @returns what is said of a word where a group has its commands */
export function strangeCommand(word: string | undefined): string | undefined {
  if (word === undefined || word.startsWith('-')) return undefined
  return say({ en: 'Unknown command {word}.', 'zh-CN': '未知命令 {word}。' }, { word })
}
