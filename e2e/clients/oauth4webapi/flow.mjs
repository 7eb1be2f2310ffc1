// Walks the authorization-code flow with a client library that is not ours. It stands
// for the partner's app and, where a person would press "Allow", for the browser.
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, AUTH, COOKIE, REDIRECT } = process.env
const issuer = new URL(ISSUER)
const insecure = { [oauth.allowInsecureRequests]: true }
const client = { client_id: CLIENT_ID }
const credentials = {
  post: () => oauth.ClientSecretPost(CLIENT_SECRET),
  basic: () => oauth.ClientSecretBasic(CLIENT_SECRET),
  none: () => oauth.None(),
}[AUTH]()

const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }))
assert.deepEqual(server.code_challenge_methods_supported, ['S256'])

// ask returns where the consent page leads when its button is pressed.
async function ask(parameters, allow) {
  const url = new URL(server.authorization_endpoint)
  url.search = new URLSearchParams(parameters)
  const headers = { cookie: COOKIE, 'accept-language': 'en' }
  const page = await fetch(url, { headers, redirect: 'manual' })
  if (page.status === 302) return new URL(page.headers.get('location'))
  assert.equal(page.status, 200, await page.text())
  const body = new URLSearchParams({ request: url.search.slice(1), allow })
  const answer = await fetch(server.authorization_endpoint, { method: 'POST', headers, body, redirect: 'manual' })
  assert.equal(answer.status, 302, await answer.text())
  return new URL(answer.headers.get('location'))
}

// request makes a new authorization request.
async function request(more = {}) {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const parameters = {
    response_type: 'code', client_id: CLIENT_ID, redirect_uri: REDIRECT, scope: 'tickets:read tickets:write', state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...more,
  }
  return { verifier, state, parameters }
}

const exchange = (answer, verifier) =>
  oauth.authorizationCodeGrantRequest(server, client, credentials, answer, REDIRECT, verifier, insecure)
const tickets = (token) => oauth.protectedResourceRequest(token, 'GET', new URL('/api/admin/tickets/', issuer), new Headers(), null, insecure)
const refused = (error) => (e) => e instanceof oauth.ResponseBodyError && e.error === error
const unknown = (e) => e instanceof oauth.WWWAuthenticateChallengeError && e.status === 401 && e.cause[0].parameters.error === 'invalid_token'

// The way that works.
let { verifier, state, parameters } = await request()
let back = await ask(parameters, 'yes')
assert.equal(back.searchParams.get('store'), 'shop.example')
assert.ok(back.href.startsWith(REDIRECT + '?store='))
const answer = oauth.validateAuthResponse(server, client, back, state)
const first = await oauth.processAuthorizationCodeResponse(server, client, await exchange(answer, verifier))
assert.equal(first.expires_in, 15778476000)
assert.equal(first.scope, 'tickets:read tickets:write')
assert.equal((await tickets(first.access_token)).status, 200)

const second = await oauth.processRefreshTokenResponse(server, client,
  await oauth.refreshTokenGrantRequest(server, client, credentials, first.refresh_token, insecure))
assert.notEqual(second.refresh_token, first.refresh_token)
await assert.rejects(tickets(first.access_token), unknown)
assert.equal((await tickets(second.access_token)).status, 200)

if (AUTH !== 'none') {
  const told = await oauth.processIntrospectionResponse(server, client,
    await oauth.introspectionRequest(server, client, credentials, second.access_token, insecure))
  assert.equal(told.active, true)
  assert.equal(told.client_id, CLIENT_ID)
}
await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, credentials, second.access_token, insecure))
await assert.rejects(tickets(second.access_token), unknown)

// The ways that do not.
const again = async (...all) => oauth.processAuthorizationCodeResponse(server, client, await exchange(...all))
await assert.rejects(again(answer, verifier), refused('invalid_grant'), 'a code used twice')
;({ verifier, state, parameters } = await request())
back = await ask(parameters, 'yes')
await assert.rejects(again(oauth.validateAuthResponse(server, client, back, state), oauth.generateRandomCodeVerifier()),
  refused('invalid_grant'), 'a wrong verifier')
for (const [more, allow, error] of [
  [{}, 'no', 'access_denied'],
  [{ scope: 'users:write' }, 'yes', 'invalid_scope'],
  [{ response_type: 'token' }, 'yes', 'unsupported_response_type'],
  [{ code_challenge_method: 'plain' }, 'yes', 'invalid_request'],
]) {
  ;({ state, parameters } = await request(more))
  back = await ask(parameters, allow)
  assert.throws(() => oauth.validateAuthResponse(server, client, back, state),
    (e) => e instanceof oauth.AuthorizationResponseError && e.error === error, error)
}
console.log('done')
