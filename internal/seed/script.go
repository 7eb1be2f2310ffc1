package seed

import "strings"

// script is a conversation: the customer opens it, then both sides take turns.
type script struct {
	kind    int64 // ticket type
	tags    []string
	subject string
	turns   []string // customer, agent, customer, agent …
	note    string   // what an agent may write for colleagues
}

// tongue is what is said in one language.
type tongue struct {
	code    string
	scripts []script
	more    [2][]string // further turns of a long conversation: customer, agent
	details []string    // sentences a customer may add
}

// typeNames are the ticket types, from id 1.
var typeNames = []string{"Delivery", "Returns & refunds", "Product question", "Billing", "Other"}

const (
	typeDelivery = iota + 1
	typeReturn
	typeProduct
	typeBilling
	typeOther
)

// tagNames are the tags, from id 1 in a new store.
var tagNames = []string{
	"late", "refund", "wrong-size", "damaged", "invoice", "exchange", "address-change", "vip", "customs", "warranty", "gift", "wholesale",
	"chargeback", "lost-parcel", "missing-part", "subscription", "discount", "feedback", "praise", "press", "gdpr", "stock",
}

var english = tongue{
	code: "en",
	scripts: []script{
		{typeDelivery, []string{"late"}, "Where is my order {order}?", []string{
			"Hello,\n\nI ordered the {product} and the tracking for {tracking} has not moved since {day}. When will it arrive in {city}?\n\n{first}",
			"Hi {first},\n\nI am sorry for the wait. The carrier held your parcel {tracking} at its depot; it goes out again tomorrow.\n\nBest regards\n{agent}",
			"Thank you, I will wait for it then.",
			"It was delivered this morning. Have a nice day!\n\n{agent}",
		}, "Carrier says {tracking} was scanned on {day}. Send a replacement if nothing moves by Friday."},
		{typeReturn, []string{"wrong-size", "exchange"}, "Wrong size: {product}", []string{
			"Hi, the {product} I got is too small. Could I exchange it for a {size}? Order {order}.",
			"Hello {first},\n\nof course. A return label is on its way to you; we send the {size} as soon as the parcel is scanned.\n\n{agent}",
			"The label arrived, I dropped the parcel off today.",
			"Thanks! The {size} left our warehouse, tracking {tracking}.",
		}, "Last {size} in stock, reserved for {first}."},
		{typeReturn, []string{"refund"}, "Refund for order {order}", []string{
			"Good morning, I returned the {product} two weeks ago and the money is still not on my account.",
			"Hello {first},\n\nyour return arrived on {day}. The refund was issued today and takes three to five working days.\n\n{agent}",
			"It is there now, thank you for the quick help.",
		}, "Refund {tracking} done by hand, the payment provider had declined the first one."},
		{typeReturn, []string{"damaged"}, "{product} arrived broken", []string{
			"My {product} arrived damaged: the box was open and one side is cracked. I attached photos.",
			"Oh no, I am sorry about that, {first}! Would you like a replacement or your money back?\n\n{agent}",
			"A replacement, please.",
			"It is on its way with tracking {tracking}. You may keep or recycle the broken one.",
		}, "Third damaged {product} this month. Told the warehouse about the packaging."},
		{typeBilling, []string{"invoice"}, "Invoice for {order}", []string{
			"Could you please send me an invoice for order {order} with our VAT number? We need it for our bookkeeping.",
			"Dear {first},\n\nplease find the invoice attached. Let me know if the address should read differently.\n\n{agent}",
		}, ""},
		{typeBilling, []string{"chargeback"}, "Charged twice for {order}", []string{
			"I was charged twice for the same order! Please return the second payment at once.",
			"Hello {first},\n\none of the two is only reserved and will vanish from your statement within two days.\n\n{agent}",
			"You are right, it is gone. Thanks.",
		}, "Checked: one authorization, one capture."},
		{typeProduct, []string{"stock"}, "Question about {product}", []string{
			"Is the {product} coming back in size {size}? I would like to buy two of them as a gift.",
			"Hi {first}, we expect new stock around {day}. Shall I let you know?\n\n{agent}",
			"Yes please!",
		}, ""},
		{typeDelivery, []string{"address-change"}, "Change of address", []string{
			"I have moved to {city}. Can you still change the address of order {order}?",
			"Done, {first}. It will be delivered to {city}.\n\n{agent}",
		}, ""},
		{typeOther, []string{"discount"}, "Discount code does not work", []string{
			"The code from your newsletter is not accepted at checkout. What am I doing wrong?",
			"Hi {first}, it starts at 50 euros. I have added a new one to your account: {tracking}.\n\n{agent}",
		}, ""},
		{typeOther, []string{"praise", "feedback"}, "Just wanted to say thanks", []string{
			"The {product} is wonderful and it came a day early. Thank you all!",
			"You made our day, {first}. Thank you!\n\n{agent}",
		}, ""},
	},
	more: [2][]string{
		{
			"Is there any news?", "I still have not heard from the carrier.", "I called them and they told me to ask you again.", "Here is the number once more: {tracking}.",
			"Could somebody please have a look at this?", "That did not help, sorry.", "Great, thanks a lot!",
		},
		{
			"We are looking into it and come back to you by {day}.", "I have asked the carrier again.", "Our warehouse confirms that it was sent on {day}.",
			"Could you send us a photo of the label?", "I have passed this on to a colleague.", "Thank you for your patience, {first}.", "Is there anything else I can do for you?",
		},
	},
	details: []string{
		"It was meant as a birthday present.", "The neighbours have not seen the courier either.", "I paid with my credit card.", "The colour is lovely, by the way.",
		"I have been a customer since your first shop in {city}.", "My phone is best reached in the evening.", "The manual was missing too.", "Last time everything went well.",
		"The kettle I bought in spring is still working fine.", "Please do not leave it at the door again.", "The zipper of the bag was stuck.", "I tried another browser as well.",
	},
}

var german = tongue{
	code: "de",
	scripts: []script{
		{typeDelivery, []string{"late"}, "Wo bleibt meine Bestellung {order}?", []string{
			"Guten Tag,\n\nmeine Bestellung {order} ({product}) sollte längst in {city} sein, die Sendung {tracking} bewegt sich seit {day} nicht mehr.\n\nViele Grüße\n{first}",
			"Guten Tag {first},\n\nes tut mir leid! Das Paket lag im Depot und wird morgen zugestellt.\n\nFreundliche Grüße\n{agent}",
			"Vielen Dank, es ist angekommen.",
		}, "Nachforschung zu {tracking} gestellt."},
		{typeReturn, []string{"wrong-size", "exchange"}, "Falsche Größe: {product}", []string{
			"Hallo, {product} ist leider zu klein. Kann ich gegen Größe {size} umtauschen?",
			"Hallo {first},\n\ngerne, das Rücksendeetikett ist unterwegs. Größe {size} geht sofort raus.\n\n{agent}",
			"Super, danke schön!",
		}, ""},
		{typeReturn, []string{"damaged"}, "{product} beschädigt angekommen", []string{
			"Der Karton war aufgerissen und {product} hat einen Sprung, siehe Foto. Ich hätte gern Ersatz.",
			"Das ist ärgerlich, {first}, Entschuldigung! Der Ersatz ist unterwegs: {tracking}.\n\n{agent}",
		}, "Schon wieder die dünnen Kartons."},
		{typeBilling, []string{"invoice"}, "Rechnung zu {order}", []string{
			"Bitte senden Sie mir eine Rechnung mit ausgewiesener Mehrwertsteuer für Bestellung {order}.",
			"Guten Tag {first},\n\nanbei die Rechnung.\n\n{agent}",
		}, ""},
		{typeReturn, []string{"refund"}, "Rückgabe {product}", []string{
			"Ich habe {product} vor zwei Wochen zurückgeschickt und warte auf die Erstattung.",
			"Die Erstattung ist heute raus und braucht drei bis fünf Werktage.\n\n{agent}",
			"Das Geld ist da, danke.",
		}, ""},
	},
	more: [2][]string{
		{"Gibt es etwas Neues?", "Leider hat das nicht geholfen.", "Hier noch einmal die Nummer: {tracking}.", "Können Sie bitte nachsehen?"},
		{"Wir prüfen das und melden uns bis {day}.", "Ich habe beim Zusteller nachgefragt.", "Vielen Dank für Ihre Geduld, {first}.", "Kann ich sonst noch etwas tun?"},
	},
	details: []string{
		"Es sollte ein Geburtstagsgeschenk sein.", "Die Nachbarn wissen auch von nichts.", "Bezahlt habe ich per Lastschrift.", "Bitte nicht wieder vor die Tür legen.",
		"Beim letzten Mal hat alles geklappt.", "Die Anleitung fehlte übrigens auch.",
	},
}

var french = tongue{
	code: "fr",
	scripts: []script{
		{typeDelivery, []string{"late"}, "Où est ma commande {order} ?", []string{
			"Bonjour,\n\nma commande {order} ({product}) n’est toujours pas arrivée à {city}. Le suivi {tracking} n’a pas bougé depuis le {day}.\n\n{first}",
			"Bonjour {first},\n\ntoutes nos excuses : le colis repart demain.\n\nCordialement\n{agent}",
			"Merci beaucoup, bien reçu.",
		}, "Réclamation ouverte pour {tracking}."},
		{typeReturn, []string{"wrong-size", "exchange"}, "Mauvaise taille : {product}", []string{
			"Bonjour, la taille ne va pas du tout. Puis-je échanger contre un {size} ?",
			"Bien sûr {first}, l’étiquette de retour vous attend dans votre boîte mail.\n\n{agent}",
		}, ""},
		{typeReturn, []string{"damaged"}, "{product} arrivé cassé", []string{
			"Le colis était ouvert et {product} est fêlé. Photos jointes.",
			"Nous sommes désolés, {first} ! Préférez-vous un remplacement ou un remboursement ?\n\n{agent}",
			"Un remplacement, s’il vous plaît.",
		}, ""},
		{typeBilling, []string{"invoice"}, "Facture pour {order}", []string{
			"Pourriez-vous m’envoyer une facture avec notre numéro de TVA ?",
			"La voici en pièce jointe.\n\n{agent}",
		}, ""},
	},
	more: [2][]string{
		{"Avez-vous des nouvelles ?", "Toujours rien, malheureusement.", "Le numéro est bien {tracking}.", "Parfait, merci !"},
		{"Nous revenons vers vous avant le {day}.", "J’ai relancé le livreur.", "Merci de votre patience, {first}."},
	},
	details: []string{"C’était un cadeau d’anniversaire.", "J’ai payé par carte.", "La couleur est très belle.", "La notice manquait aussi.", "Merci de ne pas le laisser devant la porte."},
}

var spanish = tongue{
	code: "es",
	scripts: []script{
		{typeDelivery, []string{"late", "lost-parcel"}, "¿Dónde está mi pedido {order}?", []string{
			"Hola:\n\nMi pedido {order} ({product}) no ha llegado a {city}. El seguimiento {tracking} no cambia desde el {day}.\n\n{first}",
			"Hola, {first}:\n\nLo sentimos mucho. El paquete sale de nuevo mañana.\n\nUn saludo,\n{agent}",
			"¡Ya llegó, muchas gracias!",
		}, ""},
		{typeReturn, []string{"refund"}, "Devolución de {product}", []string{
			"Devolví {product} hace dos semanas y todavía espero el reembolso.",
			"Hola, {first}: el reembolso se hizo hoy y tarda de tres a cinco días.\n\n{agent}",
		}, ""},
		{typeProduct, []string{"stock"}, "Pregunta sobre {product}", []string{
			"¿Volverá a haber la talla {size}? Quisiera dos para regalar.",
			"Esperamos más existencias hacia el {day}.\n\n{agent}",
		}, ""},
	},
	more: [2][]string{
		{"¿Hay novedades?", "Sigo esperando.", "El número es {tracking}.", "Perfecto, gracias."},
		{"Le respondemos antes del {day}.", "Hemos preguntado al transportista.", "Gracias por su paciencia, {first}."},
	},
	details: []string{"Era un regalo de cumpleaños.", "Pagué con tarjeta.", "El color es precioso.", "Faltaba también el manual."},
}

var japanese = tongue{
	code: "en", // no language of the shop: such customers have no preference
	scripts: []script{
		{typeDelivery, []string{"late", "customs"}, "注文 {order} について", []string{
			"お世話になっております。{day}に注文した{product}がまだ届いていません。追跡番号は {tracking} です。配送状況を教えてください。",
			"{first} 様\n\nお問い合わせありがとうございます。荷物は税関で確認中で、数日以内に配送されます。\n\n{agent}",
			"届きました。ありがとうございました。",
		}, ""},
		{typeReturn, []string{"exchange"}, "返品と交換のお願い: {product}", []string{
			"サイズが合わなかったので、{size} に交換していただけますか。",
			"承知しました。返品用ラベルをお送りします。\n\n{agent}",
		}, ""},
	},
	more:    [2][]string{{"その後いかがでしょうか。", "よろしくお願いいたします。"}, {"{day}までにご連絡いたします。", "今しばらくお待ちください。"}},
	details: []string{"誕生日の贈り物でした。", "説明書も入っていませんでした。"},
}

// text is a template cut at its placeholders.
type text []piece

type piece struct {
	plain string
	slot  slot // what follows the plain text
}

type slot int

const (
	slotNone slot = iota
	slotOrder
	slotProduct
	slotFirst
	slotAgent
	slotTracking
	slotDay
	slotSize
	slotCity
)

var slots = map[string]slot{
	"order": slotOrder, "product": slotProduct, "first": slotFirst, "agent": slotAgent, "tracking": slotTracking, "day": slotDay,
	"size": slotSize, "city": slotCity,
}

func cut(template string) text {
	var t text
	for {
		before, rest, found := strings.Cut(template, "{")
		if !found {
			return append(t, piece{plain: before})
		}
		name, after, _ := strings.Cut(rest, "}")
		t = append(t, piece{before, slots[name]})
		template = after
	}
}
