import { latin1, toHex } from '../der/bytes.ts'
import { insideOf } from '../der/fields.ts'
import type { DerNode } from '../der/read-der.ts'
import { type Name, nameOf } from './names.ts'

/** RFC 5280 §4.2.1.6. */
export type GeneralName =
  | { readonly kind: 'directory'; readonly name: Name }
  | { readonly kind: 'dns' | 'email' | 'uri' | 'registered'; readonly text: string }
  /** Hexadecimal: an address, or in a constraint an address and its mask. */
  | { readonly kind: 'ip'; readonly text: string }
  | { readonly kind: 'other' }

export function generalNameOf(node: DerNode): GeneralName {
  switch (node.tag) {
    case 0x81:
      return { kind: 'email', text: latin1(node.content) }
    case 0x82:
      return { kind: 'dns', text: latin1(node.content) }
    case 0xa4:
      return { kind: 'directory', name: nameOf(insideOf(node)) }
    case 0x86:
      return { kind: 'uri', text: latin1(node.content) }
    case 0x87:
      return { kind: 'ip', text: toHex(node.content) }
    case 0x88:
      return { kind: 'registered', text: toHex(node.content) }
    default:
      return { kind: 'other' }
  }
}

export function generalNamesOf(node: DerNode): readonly GeneralName[] {
  return node.children.map(generalNameOf)
}

/** Addresses under which something can be fetched. */
export function urisOf(names: readonly GeneralName[]): string[] {
  return names.flatMap((name) => (name.kind === 'uri' ? [name.text] : []))
}
