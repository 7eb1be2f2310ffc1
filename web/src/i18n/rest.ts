/** The texts that the first page does without, in one file. */
export default import.meta.glob<Record<string, unknown>>(
  ['./en/*.json', '!./en/{common,shell,tickets,proof,leave}.json'],
  {
    eager: true,
    import: 'default',
  },
)
