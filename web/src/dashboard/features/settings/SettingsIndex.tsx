export function SettingsIndex() {
  return null
}
