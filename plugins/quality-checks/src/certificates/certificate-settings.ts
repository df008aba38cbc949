import type { GivenText } from '../words/local-text.ts'

export interface CertificateTemplate {
  readonly template: string
  readonly title?: GivenText
  readonly issuer?: { readonly name: string; readonly address?: string }
  readonly statement?: GivenText
  /** Only these, in this order; all when absent. */
  readonly characteristics?: readonly string[]
}

export interface CertificateConfig {
  readonly certificates?: { readonly templates?: readonly CertificateTemplate[] }
}

export const plainTitle: GivenText = { en: 'Certificate of analysis', 'zh-CN': '质量证书（COA）' }
