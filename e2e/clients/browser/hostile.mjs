// Strangers and colleagues write markup wherever they can. Everywhere it is shown as the text
// it is: nothing runs, nobody is called, and images from elsewhere come only when asked for.
import assert from 'node:assert/strict'
import { agent, api, ask, BASE, complaints, journey, mail, place, until } from './desk.mjs'

const SUPPORT = 'help@shop.example'
const MIA = 'mia@customer.example'
const evil = name => `${name} "><img src=x onerror=pwned=1><script>pwned=2</script>`

const HTML = `<!doctype html><html><head><meta http-equiv="refresh" content="0;url=https://evil.example/refresh"><base href="https://evil.example/">
<link rel="stylesheet" href="https://evil.example/style.css"><style>@import url(https://evil.example/import.css);
.a{background:url(https://evil.example/background.png)} body{position:fixed;inset:0}</style></head>
<body onload="top.pwned='onload'" background="https://evil.example/body.png">
<p>Harmless words.</p>
<script>top.pwned='script'</script><img src=x onerror="top.pwned='onerror'"><img src="https://tracker.example/open.png" alt="tracker" width="1" height="1"><img src="https://shop.example/lamp.png" alt="lamp" width="200">
<svg onload="top.pwned='svg'"><script>top.pwned='svgscript'</script><image href="https://evil.example/svg.png"/></svg>
<math><mtext><mglyph><style><img src=x onerror="top.pwned='mxss'"></style></mglyph></mtext></math>
<a href="javascript:top.pwned='link'">Click me</a> <a href="data:text/html,<script>top.pwned='data'</script>">Or me</a>
<iframe src="https://evil.example/frame"></iframe><object data="https://evil.example/object"></object><embed src="https://evil.example/embed">
<form action="https://evil.example/form"><input name="password"><button>Sign in</button></form>
<div style="position:fixed;top:0;left:0;width:100vw;height:100vh;background:url('https://evil.example/div.png')">Over everything</div>
<video poster="https://evil.example/poster.png" src="https://evil.example/video.mp4"></video><details open ontoggle="top.pwned='toggle'">x</details>
</body></html>`

await journey(async () => {
  const { id: mia } = await api('POST', 'users/', { email: MIA, first_name: evil('Mia'), last_name: 'Muster' })
  const boundary = 'b0undary'
  await mail(
    MIA,
    SUPPORT,
    [
      `From: Mia <${MIA}>`, `To: ${SUPPORT}`, `Subject: ${evil('Subject')}`, 'Message-ID: <evil@customer.example>', 'MIME-Version: 1.0',
      `Content-Type: multipart/mixed; boundary=${boundary}`, '',
      `--${boundary}`, 'Content-Type: text/html; charset=utf-8', '', HTML,
      `--${boundary}`, `Content-Type: text/html; name="<img src=x onerror=window.pwned=1>.html"`,
      `Content-Disposition: attachment; filename="<img src=x onerror=window.pwned=1>.html"`, '', "<script>window.pwned='file'</script>",
      `--${boundary}--`, '',
    ].join('\n'),
  )
  const { id } = await until('the mail is a ticket', async () => (await api('GET', 'tickets/')).results[0])
  await api('PATCH', `tickets/${id}/`, { tags: [evil('Tag')] })
  await api('POST', `tickets/${id}/comments/`, { body: `${evil('Comment')} [x](javascript:window.pwned=1) javascript:window.pwned=1`, author: mia })

  const ana = await agent('ana@shop.example')
  const elsewhere = []
  const violations = []
  await ana.context().route(url => url.origin !== BASE, route => {
    elsewhere.push(route.request().url())
    return route.abort()
  })
  ana.on('dialog', d => {
    complaints.push(`a dialog says ${d.message()}`)
    return d.dismiss()
  })
  await ana.context().exposeBinding('tellViolation', (_, v) => violations.push(v))
  await ana.addInitScript(() => addEventListener('securitypolicyviolation', e => window.tellViolation(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`)))
  await ask(ana, 'POST', 'macros/', { name: evil('Macro'), groups: [], comment_mode: 'public', comment: evil('Text'), changes: { add_tags: [evil('New')] } })
  const view = await ask(ana, 'POST', 'views/', { name: evil('View'), query: 'is:unsolved', order: '-id', columns: [], shared: true })
  await ask(ana, 'PATCH', `customers/${mia}/`, { note: evil('Note') })
  const safe = async where => {
    assert.equal(await ana.evaluate(() => window.pwned), undefined, where)
    assert.deepEqual(elsewhere, [], where)
    assert.deepEqual(violations, [], where)
    assert.equal(await ana.locator('img[src="x"], [onerror], [onload]').count(), 0, where)
    assert.ok(ana.url().startsWith(BASE), where)
  }
  const text = (words, within = ana) => within.getByText(evil(words), { exact: false }).first().waitFor()

  await ana.goto(`${BASE}/dashboard/tickets/?view=${view.id}`)
  await text('Subject')
  await text('Tag')
  await text('View')
  await ana.getByRole('row').getByText(/^Mia "><img/).first().waitFor()
  await safe('the list')
  await ana.keyboard.press('j')
  await ana.keyboard.press(' ')
  await ana.getByRole('complementary', { name: `Preview of ticket ${id}` }).getByText(/Comment "><img/).waitFor()
  await safe('the preview')
  await ana.keyboard.press('Escape')

  await ana.goto(`${BASE}/dashboard/tickets/?q=${encodeURIComponent(evil('Search'))}`)
  await ana.getByText('No ticket matches.').waitFor()
  await safe('the search')

  await ana.goto(`${BASE}/dashboard/tickets/${id}/`)
  await ana.getByRole('heading', { name: /Subject "><img/ }).waitFor()
  await text('Comment')
  await ana.getByText('<img src=x onerror=window.pwned=1>.html').first().waitFor()
  assert.equal(await ana.locator('a[href^="javascript:" i]').count(), 0)
  await ana.getByRole('tab', { name: 'Customer' }).click()
  await ana.getByRole('tabpanel', { name: 'Customer' }).getByText(/Mia "><img/).first().waitFor()
  await safe('the ticket')

  await ana.getByRole('button', { name: 'Show as sent' }).click()
  const frame = ana.frameLocator('iframe[title="The mail as it was sent"]')
  await frame.getByText('Harmless words.').waitFor()
  await safe('the mail')
  assert.equal(await frame.locator('script, iframe, object, embed, form, base, link, [onload], [onerror], [ontoggle], a[href^="javascript:" i], a[href^="data:" i]').count(), 0)
  assert.equal(await frame.locator('meta[http-equiv]').count(), 0)
  await ana.getByText('Pictures from elsewhere are not shown').waitFor()
  await ana.getByRole('button', { name: 'Show pictures' }).click()
  await until('the picture is asked for', () => elsewhere.some(url => url === 'https://shop.example/lamp.png'))
  assert.deepEqual(elsewhere.filter(url => !/\.png$/.test(url)), [], 'pictures and nothing else')
  assert.equal(await ana.evaluate(() => window.pwned), undefined)
  elsewhere.length = violations.length = 0

  await ana.goto(`${BASE}/dashboard/tickets/${id}/`)
  await text('Comment')
  const reply = ana.getByRole('textbox', { name: 'Public reply' })
  await reply.waitFor()
  await ana.keyboard.press('m')
  await ana.getByRole('option', { name: /Macro "><img/ }).waitFor()
  await ana.keyboard.press('Enter')
  await until('the macro is there', async () => (await reply.inputValue()).includes('Text "><img'))
  await safe('the macro')

  await ana.goto(`${BASE}/dashboard/macros/`)
  await text('Macro')
  await safe('the macros')
  await ana.goto(`${BASE}/dashboard/customers/${mia}/`)
  await ana.getByRole('heading', { name: /Mia "><img/ }).waitFor()
  await safe('the customer')
  await place(ana, 'Customers').click()
  await ana.getByRole('link', { name: /Mia "><img/ }).waitFor()
  await safe('the customers')

  await ana.keyboard.press('Control+k')
  const palette = ana.getByPlaceholder('Ticket number, order, e-mail or command')
  await palette.fill(MIA)
  await ana.getByRole('dialog').getByText(/Mia "><img/).waitFor()
  await palette.fill(evil('Palette'))
  await ana.getByRole('dialog').getByText(/Search tickets for “Palette "><img/).waitFor()
  await safe('the palette')
})
