/** What one browser remembers of how the dashboard looks. */
const DENSITY = 'storedesk.density'

export type Density = 'dense' | 'comfortable'

export const density = {
  get: (): Density => (localStorage.getItem(DENSITY) === 'comfortable' ? 'comfortable' : 'dense'),
  set(d: Density) {
    localStorage.setItem(DENSITY, d)
    density.apply()
  },
  apply() {
    document.documentElement.dataset.density = density.get()
  },
}
