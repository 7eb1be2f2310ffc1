import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './shared/global.css'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { lazy, StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { onProblem, queryClient } from './api/queryClient'
import { router } from './dashboard/routes'
import { start, texts } from './i18n'
import { startLive } from './shared/live'
import { sayProblem } from './shared/notify'
import { density } from './shared/prefs'
import { theme } from './shared/theme'

// Nothing is to be told before the page is there; what is, waits.
const later = new Promise(done => setTimeout(done, 2000))
const Notifications = lazy(() =>
  later.then(() => import('@mantine/notifications')).then(m => ({ default: m.Notifications })),
)

const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? ''
// Libraries that make style elements of their own ask for it by this name.
;(window as { __webpack_nonce__?: string }).__webpack_nonce__ = nonce

density.apply()
onProblem(sayProblem)
await start()
startLive()
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queryClient}>
        <Suspense fallback={null}>
          <Notifications position="bottom-left" limit={4} />
        </Suspense>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
// Dialogs of the shell may need them before any other page does.
setTimeout(texts, 3000)
