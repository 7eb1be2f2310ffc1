import { createTheme, type MantineColorsTuple } from '@mantine/core'
import i18next from 'i18next'

// Shades of amber dark enough for text: internal notes.
const note: MantineColorsTuple = [
  '#fff8e1',
  '#ffecb3',
  '#ffe082',
  '#ffd54f',
  '#ffca28',
  '#e0a800',
  '#b38600',
  '#8a6700',
  '#6b5000',
  '#4d3900',
]

const closeButtonProps = {
  get 'aria-label'() {
    return i18next.t('common.close') // asked for when it is shown, in the language of then
  },
}

/** The one theme. primaryShade 8 and autoContrast keep text readable (WCAG 1.4.3). */
export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '650',
    sizes: { h1: { fontSize: '1.25rem' }, h2: { fontSize: '1.0625rem' }, h3: { fontSize: '0.9375rem' } },
  },
  cursorType: 'pointer',
  colors: { note },
  components: {
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm' } },
    Modal: { defaultProps: { centered: true, closeButtonProps } },
    Drawer: { defaultProps: { closeButtonProps } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true } },
    Notification: { defaultProps: { closeButtonProps } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
  },
})
