import { sha256 } from '@noble/hashes/sha2.js'
import { deflate } from 'pako'
import { Increment } from '../../signing/increment.ts'
import type { PlanFont } from '../../signing/signing-plan.ts'
import { joined, latin1 } from '../bytes.ts'
import { embedFont } from '../font/embed-font.ts'
import { openFont } from '../font/open-font.ts'
import { bytesSyntax, dateSyntax, dictionarySyntax, nameSyntax, textSyntax } from '../syntax.ts'
import { type CompletionFacts, completionRows, type Row } from './completion-rows.ts'
import { completionWords } from './completion-words.ts'
import { flowPages, PAGE } from './flow-pages.ts'

const HEADER = latin1('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3')

/**
 * The certificate of completion: a PDF of what was signed, by whom, how they were identified and when, with the whole
 * evidence attached as a file (ISO 32000-2, 7.11.4 and 14.13). The same facts give the same bytes. It is signed as any
 * document is.
 */
export function certificateOfCompletion(facts: CompletionFacts, fontFile: Uint8Array): Uint8Array {
  const words = completionWords[facts.language]
  const rows = completionRows(facts).map((row) => shown(row, fontFile))
  const id = bytesSyntax(sha256(facts.evidence.bytes).subarray(0, 16)).slice(1, -1)
  const catalog = { object: 1, generation: 0 }
  const increment = new Increment({
    size: HEADER.length,
    startxref: null,
    xref: 'table',
    nextObject: 4,
    trailer: { id: [id, id], info: '3 0 R' },
    catalog,
  })
  const numbers = `${words.page(0, 0)}0123456789`
  const texts = rows.flatMap((row) => (row.kind === 'pair' ? [row.label, row.text] : [row.text]))
  const font = embedFont(increment, fontFile, [...texts, numbers])
  const pages = flowPages(rows, font, words.page).map((page) => addPage(increment, page, font))
  const attached = attach(increment, facts)
  const kids = pages.map((page) => `${page} 0 R`).join(' ')
  increment.add(`<</Type /Pages/Count ${pages.length}/Kids [${kids}]>>`, 2)
  const title = `${words.title} ${facts.envelope}`
  const date = dateSyntax(facts.completedAt)
  increment.add(dictionarySyntax({ Title: textSyntax(title), CreationDate: date }), 3)
  increment.add(
    dictionarySyntax({
      Type: '/Catalog',
      Pages: '2 0 R',
      Lang: textSyntax(facts.language),
      ViewerPreferences: '<</DisplayDocTitle true>>',
      PageMode: '/UseAttachments',
      Names: `<</EmbeddedFiles <</Names [${textSyntax(facts.evidence.name)} ${attached} 0 R]>>>>`,
      AF: `[${attached} 0 R]`,
    }),
    1,
  )
  return joined([HEADER, increment.finish().bytes])
}

function addPage(increment: Increment, operators: string, font: PlanFont): number {
  const contents = increment.addStream({ Filter: '/FlateDecode' }, deflate(latin1(operators)))
  return increment.add(
    dictionarySyntax({
      Type: '/Page',
      Parent: '2 0 R',
      MediaBox: `[0 0 ${PAGE.width} ${PAGE.height}]`,
      Resources: `<</Font <</F ${font.object} 0 R>>>>`,
      Contents: `${contents} 0 R`,
    }),
  )
}

function attach(increment: Increment, { evidence, completedAt }: CompletionFacts): number {
  const file = increment.addStream(
    {
      Type: '/EmbeddedFile',
      Subtype: nameSyntax('application/json'),
      Filter: '/FlateDecode',
      Params: `<</Size ${evidence.bytes.length}/ModDate ${dateSyntax(completedAt)}>>`,
    },
    deflate(evidence.bytes),
  )
  return increment.add(
    dictionarySyntax({
      Type: '/Filespec',
      F: textSyntax(evidence.name),
      UF: textSyntax(evidence.name),
      EF: `<</F ${file} 0 R/UF ${file} 0 R>>`,
      AFRelationship: '/Data',
    }),
  )
}

/** A character that the font lacks is shown by its number: a rare name must not keep a certificate from being made. */
function shown(row: Row, fontFile: Uint8Array): Row {
  const font = openFont(fontFile)
  const written = (text: string) =>
    [...text.normalize('NFC')]
      .map((character) => {
        const code = character.codePointAt(0) as number
        if (character === '\n' || font.glyphOf(code) !== 0) return character
        return code < 0x20 ? ' ' : `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`
      })
      .join('')
  return row.kind === 'pair'
    ? { ...row, label: written(row.label), text: written(row.text) }
    : { ...row, text: written(row.text) }
}
