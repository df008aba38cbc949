import { declaredPlanSchema } from './plan-terms.ts'
import { localized, packagePath } from './terms.ts'

/** What the marketplace shows of a plugin, beside its README and CHANGELOG. */
export const listingSchema = {
  type: 'object',
  description: 'What the marketplace shows of the plugin beside README, CHANGELOG and docs.',
  additionalProperties: false,
  properties: {
    summary: {
      ...localized,
      description: 'One sentence on what it is for; package.json\'s "description", when absent.',
    },
    screenshots: {
      type: 'array',
      description: 'Pictures of it.',
      maxItems: 8,
      items: {
        type: 'object',
        required: ['file', 'alt'],
        additionalProperties: false,
        properties: {
          file: { ...packagePath, description: 'A PNG, JPEG or WebP of at most 2 MiB.' },
          alt: { ...localized, description: 'What is to be seen on it.' },
        },
      },
    },
  },
} as const

/** What whoever installs the plugin agrees to. */
export const termsSchema = {
  type: 'object',
  description:
    'What the operator agrees to before a version is installed, and again when it changes.',
  required: ['file'],
  additionalProperties: false,
  properties: {
    file: {
      type: 'object',
      description: 'The text in each language: files of at most 64 KiB, plain text or Markdown.',
      required: ['en'],
      additionalProperties: false,
      properties: {
        en: { ...packagePath, description: 'English.' },
        'zh-CN': { ...packagePath, description: 'Simplified Chinese.' },
      },
    },
    price: {
      ...localized,
      description: 'What it costs, in words; what is metered is in the plans of its services.',
    },
    plans: {
      type: 'array',
      description:
        'Plans that its data services are offered under on every host that accepts the terms.',
      maxItems: 32,
      items: declaredPlanSchema,
    },
  },
} as const
