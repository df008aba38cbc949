import { theme as antd, type ThemeConfig } from 'antd'

interface Look {
  readonly isDark: boolean
  /** Nothing moves for somebody whom it would make unwell (WCAG 2.2, 2.3.3). */
  readonly isStill: boolean
}

/**
 * Colours of text reach 4.5 : 1 on their background and those of controls 3 : 1 (WCAG 2.2, 1.4.3 and 1.4.11): the library's own
 * greys and its green, orange and blue on white do not. Held by the journeys' axe runs.
 */
export function themeOf({ isDark, isStill }: Look): ThemeConfig {
  return {
    algorithm: isDark ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      borderRadius: 6,
      motion: !isStill,
      ...(isDark ? darkTokens : lightTokens),
    },
    // In the dark, what is filled with the first colour bears white text, and text of that colour is lighter.
    ...(isDark
      ? {
          components: {
            Menu: { itemSelectedColor: LIGHT_BLUE },
            Tabs: {
              itemSelectedColor: LIGHT_BLUE,
              itemHoverColor: LIGHT_BLUE,
              itemActiveColor: LIGHT_BLUE,
            },
            Segmented: { itemSelectedColor: LIGHT_BLUE },
          },
        }
      : {}),
  }
}

const LIGHT_BLUE = '#a9c7ff'

const lightTokens = {
  colorPrimary: '#1f5fd1',
  // Darker under the pointer, for the white text on it.
  colorPrimaryHover: '#1a54bd',
  colorLink: '#1f5fd1',
  colorSuccess: '#17752f',
  colorWarning: '#8a5a00',
  colorError: '#c4242b',
  colorSuccessBg: '#eaf6ee',
  colorWarningBg: '#fff4d6',
  colorErrorBg: '#fdecec',
  colorInfoBg: '#e8f0fe',
  colorTextSecondary: 'rgba(0, 0, 0, 0.68)',
  colorTextTertiary: 'rgba(0, 0, 0, 0.62)',
  colorTextDescription: 'rgba(0, 0, 0, 0.62)',
  colorTextPlaceholder: 'rgba(0, 0, 0, 0.6)',
  colorTextDisabled: 'rgba(0, 0, 0, 0.58)',
} as const

const darkTokens = {
  colorPrimary: '#2f6fed',
  colorPrimaryHover: '#2860d6',
  colorLink: '#8ab4ff',
  colorError: '#d63a3f',
  colorTextSecondary: 'rgba(255, 255, 255, 0.78)',
  colorTextTertiary: 'rgba(255, 255, 255, 0.7)',
  colorTextDescription: 'rgba(255, 255, 255, 0.7)',
  colorTextPlaceholder: 'rgba(255, 255, 255, 0.65)',
  colorTextDisabled: 'rgba(255, 255, 255, 0.6)',
} as const
