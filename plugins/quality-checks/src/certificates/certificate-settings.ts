import type { LocalText } from './certificate.ts'

export interface CertificateTemplate {
  readonly template: string
  readonly title?: LocalText
  readonly issuer?: { readonly name: string; readonly address?: string }
  readonly statement?: LocalText
  /** Only these, in this order; all when absent. */
  readonly characteristics?: readonly string[]
}

export interface CertificateConfig {
  readonly certificates?: { readonly templates?: readonly CertificateTemplate[] }
}

export const plainTitle: LocalText = { en: 'Certificate of analysis', 'zh-CN': '质量证书（COA）' }
