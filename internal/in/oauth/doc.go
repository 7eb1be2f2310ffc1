// Package oauth is the door for apps: the authorization-code flow of OAuth 2, and the
// pages on which staff install and open apps; they make and end them in the dashboard.
// What it decides lies in desk (the rules of a request) and access (codes, tokens, grants).
//
//	staff's browser                              the app
//	/dashboard/apps/install-app/?client_id= ───► its URL?store=
//	/oauth2/authorize/  ◄──────────────────────── response_type=code, scope, state, code_challenge
//	  consent page, POST /oauth2/authorize/ ───► redirect_uri?store=&code=&state=
//	                       /oauth2/token/  ◄──── code, code_verifier     → access and refresh token
//	                       /oauth2/token/  ◄──── refresh_token           → both anew
//	                /oauth2/revoke_token/  ◄──── token                   → the family ends
//	                  /oauth2/introspect/  ◄──── token                   → its scopes, if it is the app's
//	/dashboard/apps/{id}/open/  ──────────────► its URL?store=&token= (a session token)
//
// RFC 6749 (the framework), 6750 (bearer tokens, in package admin), 7009 (revocation),
// 7636 (PKCE), 7662 (introspection), 8414 (metadata) and 9700 (what to refuse).
package oauth
