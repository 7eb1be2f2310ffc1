import { vi } from 'vitest'

// What Mantine asks of a browser and the tests' one lacks.
Object.defineProperty(window, 'matchMedia', {
  value: vi.fn().mockImplementation((query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => {},
    removeEventListener: () => {},
    addListener: () => {},
    removeListener: () => {},
    dispatchEvent: () => false,
  })),
})
window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
}
