/** Family names of two characters, of which the first alone would be another name (百家姓). */
const doubleNames: ReadonlySet<string> = new Set(
  (
    '欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 ' +
    '公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 令狐 轩辕 百里 呼延 东郭 西门 南门 第五 歐陽 東方 諸葛 尉遲 長孫'
  ).split(' '),
)

/**
 * A person's name as others may see it: of Chinese names the family name stays (`张*`, `欧阳**`), of others the first
 * letter of each word (`B** L*`). A name of one character is hidden whole.
 */
export function maskName(name: string): string {
  const words = name
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
  return words.map((word) => maskWord([...word], words.length === 1)).join(' ')
}

function maskWord(letters: readonly string[], isWhole: boolean): string {
  const isHan = letters.every((letter) => /[\p{Script=Han}·]/u.test(letter))
  const isDouble = isHan && letters.length > 2 && doubleNames.has(letters.slice(0, 2).join(''))
  const shown = isDouble ? 2 : letters.length === 1 && isWhole ? 0 : 1
  return letters.map((letter, index) => (index < shown ? letter : '*')).join('')
}
