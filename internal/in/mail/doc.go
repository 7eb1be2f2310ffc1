// Package mail decides what becomes of a message of the ledger, and does it.
//
//	read ─► classify ─► authenticate ─► find the thread ─► find the person ─► decide ─► write
//	(mime)  automatic?  SPF, DKIM,      token, our ids,    by any of their    pure      one
//	        bounce?     DMARC           their ids, marker  addresses                    transaction
//
// Everything up to decide only reads, so that Explain can tell what would happen. decide is
// a pure function of the facts. What it decides is written together with the fate in the
// ledger and the end of the job: a message is handled once, or again from the beginning.
//
// A message proves nothing about who wrote it. It becomes a customer's comment when its
// sender takes part in the ticket, and an agent's reply only with that agent's signed reply
// address and the word of the agent's domain (SPF or DKIM, aligned).
package mail
