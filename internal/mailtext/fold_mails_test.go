package mailtext_test

import "storedesk/internal/mailtext"

// foldCase is a mail in the manner of one program and what of it is to be read.
type foldCase struct {
	name, mail, want string
	o                mailtext.FoldOptions
}

const shopMail = "Hello Ann,\n\nyour parcel left our house on Monday and should be with you by Thursday.\n" +
	"Could you tell us which size you have ordered?\n\nBest regards\nThe Shop\n"

var foldCases = []foldCase{
	// top posting, one program and language each
	{name: "plain", mail: "Hello,\n\nwhere is my parcel?\n", want: "Hello,\n\nwhere is my parcel?"},
	{name: "Gmail, English", mail: "It came, thanks!\n\nOn Thu, Mar 12, 2026 at 10:12 AM Shop <help@shop.example> wrote:\n\n> Hello Ann,\n>\n> your parcel left.\n", want: "It came, thanks!"},
	{name: "Gmail, broken attribution", mail: "It came.\n\nOn Thu, Mar 12, 2026 at 10:12 AM Shop Support of Example Street <\nhelp@shop.example> wrote:\n\n> Hello Ann,\n", want: "It came."},
	{name: "Gmail, broken in three", mail: "It came.\n\nOn Thu, Mar 12, 2026 at 10:12 AM Shop Support\nof a very long Example Street\n<help@shop.example> wrote:\n> Hello Ann,\n", want: "It came."},
	{name: "Gmail, old", mail: "It came.\n\n2026-03-12 10:12 GMT+01:00 Shop <help@shop.example>:\n\n> Hello Ann,\n", want: "It came."},
	{name: "Gmail, German", mail: "Ist da.\n\nAm Do., 12. März 2026 um 10:12 Uhr schrieb Shop <help@shop.example>:\n\n> Hallo Ann,\n", want: "Ist da."},
	{name: "Gmail, French", mail: "Bien reçu.\n\nLe jeu. 12 mars 2026 à 10:12, Shop <help@shop.example> a écrit\u00a0:\n\n> Bonjour,\n", want: "Bien reçu."},
	{name: "Gmail, Spanish", mail: "Ya llegó.\n\nEl jue, 12 mar 2026 a las 10:12, Shop (<help@shop.example>) escribió:\n\n> Hola,\n", want: "Ya llegó."},
	{name: "Gmail, Italian", mail: "Arrivato.\n\nIl giorno gio 12 mar 2026 alle ore 10:12 Shop <help@shop.example> ha\nscritto:\n\n> Ciao,\n", want: "Arrivato."},
	{name: "Gmail, Dutch", mail: "Binnen.\n\nOp do 12 mrt 2026 om 10:12 schreef Shop <help@shop.example>:\n\n> Hallo,\n", want: "Binnen."},
	{name: "Gmail, Portuguese", mail: "Chegou.\n\nEm qui., 12 de mar. de 2026 às 10:12, Shop <help@shop.example>\nescreveu:\n\n> Olá,\n", want: "Chegou."},
	{name: "Gmail, Swedish", mail: "Framme.\n\nDen tors 12 mars 2026 kl 10:12 skrev Shop <help@shop.example>:\n\n> Hej,\n", want: "Framme."},
	{name: "Gmail, Norwegian", mail: "Kommet.\n\ntor. 12. mars 2026 kl. 10:12 skrev Shop <help@shop.example>:\n\n> Hei,\n", want: "Kommet."},
	{name: "Gmail, Danish", mail: "Kommet.\n\nDen tors. 12. mar. 2026 kl. 10.12 skrev Shop <help@shop.example>:\n\n> Hej,\n", want: "Kommet."},
	{name: "Gmail, Finnish", mail: "Tuli.\n\nto 12. maalisk. 2026 klo 10.12 Shop (help@shop.example) kirjoitti:\n\n> Hei,\n", want: "Tuli."},
	{name: "Gmail, Thai", mail: "ได้รับแล้ว\n\nในวันที่ พฤ. 12 มี.ค. 2026 เวลา 10:12 Shop <help@shop.example> เขียนว่า:\n\n> สวัสดี\n", want: "ได้รับแล้ว"},
	{name: "Apple, Thai", mail: "ได้รับแล้ว\n\nเมื่อ 12 มี.ค. 2569 เวลา 10:12 Shop <help@shop.example> เขียน:\n\n> สวัสดี\n", want: "ได้รับแล้ว"},
	{name: "Apple Mail", mail: "It came.\n\n> On 12 Mar 2026, at 10:12, Shop <help@shop.example> wrote:\n> \n> Hello Ann,\n", want: "It came."},
	{name: "Apple Mail, German", mail: "Ist da.\n\n> Am 12.03.2026 um 10:12 schrieb Shop <help@shop.example>:\n> \n> Hallo,\n", want: "Ist da."},
	{name: "Apple Mail, Swedish", mail: "Framme.\n\n12 mars 2026 kl. 10:12 skrev Shop <help@shop.example>:\n\n> Hej,\n", want: "Framme."},
	{name: "Apple Mail, Dutch", mail: "Binnen.\n\n> Op 12 mrt. 2026 om 10:12 heeft Shop <help@shop.example> het volgende geschreven:\n> \n> Hallo,\n", want: "Binnen."},
	{name: "Apple Mail, Dutch, not marked itself", mail: "Binnen.\n\nOp 12 mrt. 2026 om 10:12 heeft Shop <help@shop.example> het\nvolgende geschreven:\n\n> Hallo,\n", want: "Binnen."},
	{name: "Apple Mail, Finnish", mail: "Tuli.\n\nShop <help@shop.example> kirjoitti 12.3.2026 kello 10.12:\n\n> Hei,\n", want: "Tuli."},
	{name: "Yahoo, German", mail: "Ist da.\n\nAm Donnerstag, 12. März 2026 um 10:12:01 MEZ hat Shop <help@shop.example> Folgendes geschrieben:\n\nHallo Ann,\n", want: "Ist da."},
	{name: "Gmail, Portuguese of Portugal", mail: "Chegou.\n\nNo dia 12/03/2026, às 10:12, Shop <help@shop.example> escreveu:\n\n> Olá,\n", want: "Chegou."},
	{name: "iPhone", mail: "It came.\n\nSent from my iPhone\n\n> On 12 Mar 2026, at 10:12, Shop <help@shop.example> wrote:\n> \n> Hello Ann,\n", want: "It came."},
	{name: "iPhone, German", mail: "Ist da.\n\nVon meinem iPhone gesendet\n\n> Am 12.03.2026 um 10:12 schrieb Shop <help@shop.example>:\n> \n> Hallo,\n", want: "Ist da."},
	{name: "Thunderbird", mail: "It came.\n\nOn 12/03/2026 10:12, Shop wrote:\n> Hello Ann,\n>\n> your parcel left.\n\n", want: "It came."},
	{name: "Thunderbird, German", mail: "Ist da.\n\nAm 12.03.26 um 10:12 schrieb Shop:\n> Hallo Ann,\n", want: "Ist da."},
	{name: "Thunderbird, French", mail: "Reçu.\n\nLe 12/03/2026 à 10:12, Shop a écrit :\n> Bonjour,\n", want: "Reçu."},
	{name: "Thunderbird, name first", mail: "Ist da.\n\nShop <help@shop.example> schrieb am Do., 12. März\n2026, 10:12:\n\n> Hallo,\n", want: "Ist da."},
	{name: "Yahoo", mail: "It came.\n\n    On Thursday, March 12, 2026 at 10:12:01 AM GMT+1, Shop <help@shop.example> wrote:  \n \n Hello Ann,\n\nyour parcel left.  \n", want: "It came."},
	{name: "Proton", mail: "It came.\n\nSent with Proton Mail secure email.\n\nOn Thursday, March 12th, 2026 at 10:12 AM, Shop <help@shop.example> wrote:\n\n> Hello Ann,\n", want: "It came."},
	{name: "Roundcube", mail: "It came.\n\nOn 2026-03-12 10:12, Shop wrote:\n> Hello Ann,\n", want: "It came."},
	{name: "no mark, only a name", mail: "It came.\n\nShop wrote:\n> Hello Ann,\n> your parcel left.\n> Bye\n", want: "It came."},
	{name: "Outlook", mail: "It came.\r\n\r\nFrom: Shop <help@shop.example>\r\nSent: Thursday, March 12, 2026 10:12 AM\r\nTo: Ann <ann@example.com>\r\nSubject: Your parcel\r\n\r\nHello Ann,\r\n", want: "It came."},
	{name: "Outlook, under a line", mail: "It came.\n________________________________\nFrom: Shop <help@shop.example>\nSent: 12 March 2026 10:12\nTo: Ann\nSubject: Your parcel\n\nHello Ann,\n", want: "It came."},
	{name: "Outlook, bold", mail: "It came.\n\n*From:* Shop <help@shop.example>\n*Sent:* 12 March 2026 10:12\n*To:* Ann\n*Subject:* Your parcel\n\nHello,\n", want: "It came."},
	{name: "Outlook, many recipients", mail: "It came.\n\nFrom: Shop\nSent: 12 March 2026\nTo: Ann <ann@example.com>; Bob <bob@example.com>;\n Carl <carl@example.com>\nCc: Dora\nSubject: Your parcel\n\nHello,\n", want: "It came."},
	{name: "Outlook, original message", mail: "It came.\n\n-----Original Message-----\nFrom: Shop\nSent: Thursday\nTo: Ann\nSubject: x\n\nHello,\n", want: "It came."},
	{name: "Outlook, German", mail: "Ist da.\n\nVon: Shop <help@shop.example>\nGesendet: Donnerstag, 12. März 2026 10:12\nAn: Ann\nBetreff: Ihr Paket\n\nHallo,\n", want: "Ist da."},
	{name: "Outlook, German, old", mail: "Ist da.\n\n-----Ursprüngliche Nachricht-----\nVon: Shop\nGesendet: Donnerstag\n\nHallo,\n", want: "Ist da."},
	{name: "Outlook, French", mail: "Reçu.\n\nDe : Shop <help@shop.example>\nEnvoyé : jeudi 12 mars 2026 10:12\nÀ : Ann\nObjet : Colis\n\nBonjour,\n", want: "Reçu."},
	{name: "Outlook, Spanish", mail: "Llegó.\n\nDe: Shop <help@shop.example>\nEnviado el: jueves, 12 de marzo de 2026 10:12\nPara: Ann\nAsunto: Paquete\n\nHola,\n", want: "Llegó."},
	{name: "Outlook, Italian", mail: "Arrivato.\n\nDa: Shop\nInviato: giovedì 12 marzo 2026 10:12\nA: Ann\nOggetto: Pacco\n\nCiao,\n", want: "Arrivato."},
	{name: "Outlook, Dutch", mail: "Binnen.\n\nVan: Shop\nVerzonden: donderdag 12 maart 2026 10:12\nAan: Ann\nOnderwerp: Pakket\n\nHallo,\n", want: "Binnen."},
	{name: "Outlook, Portuguese", mail: "Chegou.\n\nDe: Shop\nEnviada em: quinta-feira, 12 de março de 2026\nPara: Ann\nAssunto: Pacote\n\nOlá,\n", want: "Chegou."},
	{name: "Outlook, Swedish", mail: "Framme.\n\nFrån: Shop\nSkickat: den 12 mars 2026 10:12\nTill: Ann\nÄmne: Paket\n\nHej,\n", want: "Framme."},
	{name: "Outlook, Norwegian", mail: "Kommet.\n\nFra: Shop\nSendt: torsdag 12. mars 2026 10:12\nTil: Ann\nEmne: Pakke\n\nHei,\n", want: "Kommet."},
	{name: "Outlook, Danish", mail: "Kommet.\n\n-----Oprindelig meddelelse-----\nFra: Shop\nSendt: 12. marts 2026\nTil: Ann\nEmne: Pakke\n\nHej,\n", want: "Kommet."},
	{name: "Outlook, Finnish", mail: "Tuli.\n\nLähettäjä: Shop\nLähetetty: torstai 12. maaliskuuta 2026 10.12\nVastaanottaja: Ann\nAihe: Paketti\n\nHei,\n", want: "Tuli."},
	{name: "Outlook, Thai", mail: "ได้รับแล้ว\n\nจาก: Shop\nส่ง: 12 มีนาคม 2569 10:12\nถึง: Ann\nเรื่อง: พัสดุ\n\nสวัสดี\n", want: "ได้รับแล้ว"},
	{name: "Outlook for iOS", mail: "It came.\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Shop <help@shop.example>\nSent: Thursday, March 12, 2026 10:12:01 AM\nTo: Ann\nSubject: x\n\nHello\n", want: "It came."},
	{name: "Samsung", mail: "It came.\n\nSent from my Galaxy\n\n-------- Original message --------\nFrom: Shop <help@shop.example> \nDate: 12/03/2026 10:12 (GMT+01:00) \nTo: Ann \nSubject: x \n\nHello\n", want: "It came."},
	{name: "Windows Mail", mail: "It came.\n\nSent from Mail for Windows\n\nFrom: Shop\nSent: 12 March 2026 10:12\nTo: Ann\nSubject: x\n\nHello\n", want: "It came."},
	{name: "GMX", mail: "Ist da.\n\nGesendet: Donnerstag, 12. März 2026 um 10:12 Uhr\nVon: Shop <help@shop.example>\nAn: Ann\nBetreff: x\n\nHallo\n", want: "Ist da."},
	{name: "words wrapped around the marks", mail: "It came.\n\nOn 12/03/2026 10:12, Shop wrote:\n> Hello Ann, your parcel left\nour house\n> on Monday.\n", want: "It came.\n\nOn 12/03/2026 10:12, Shop wrote:\n> Hello Ann, your parcel left\nour house"},

	// answers below and between
	{name: "bottom posting", mail: "On 12/03/2026 10:12, Shop wrote:\n> Hello Ann,\n>\n> your parcel left.\n\nIt came, thanks!\n", want: "It came, thanks!"},
	{name: "bottom posting, unmarked", mail: "-----Original Message-----\nFrom: Shop\nTo: Ann\nSubject: x\n\nHello\n\nIt came.\n", want: "-----Original Message-----\nFrom: Shop\nTo: Ann\nSubject: x\n\nHello\n\nIt came."},
	{
		name: "inline answers", mail: "On 12/03/2026 10:12, Shop wrote:\n> Which size?\n\nM\n\n> Which colour?\n\nRed\n\n> Best regards\n> The Shop\n",
		want: "On 12/03/2026 10:12, Shop wrote:\n> Which size?\n\nM\n\n> Which colour?\n\nRed",
	},
	{
		name: "inline answers under a greeting", mail: "Hi, see below.\n\nOn 12/03/2026 10:12, Shop wrote:\n> Which size?\nM\n> Bye\n",
		want: "Hi, see below.\n\nOn 12/03/2026 10:12, Shop wrote:\n> Which size?\nM",
	},
	{
		name: "inline answers to two writers", mail: "> > When?\n> Monday.\nNo, Tuesday.\n> Where?\nHere.\n",
		want: "> > When?\n> Monday.\nNo, Tuesday.\n> Where?\nHere.",
	},
	{name: "top and bottom", mail: "Thanks.\n\nOn 12/03/2026 10:12, Shop wrote:\n> Hello\n> Ann\n> Bye\n\nPS: size M\n", want: "Thanks.\n\nOn 12/03/2026 10:12, Shop wrote:\n> Hello\n> Ann\n> Bye\n\nPS: size M"},

	// forwarded
	{name: "Gmail, forwarded", mail: "See below.\n\n---------- Forwarded message ---------\nFrom: Bob <bob@example.com>\nDate: Thu, Mar 12, 2026\nSubject: x\nTo: Ann\n\nHello\n", want: "See below."},
	{
		name: "forwarded without a word", mail: "---------- Forwarded message ---------\nFrom: Bob <bob@example.com>\nDate: Thu\nSubject: x\nTo: Ann\n\nHello\n",
		want: "---------- Forwarded message ---------\nFrom: Bob <bob@example.com>\nDate: Thu\nSubject: x\nTo: Ann\n\nHello",
	},
	{
		name: "forwarded, and known to be", mail: "See below.\n\n---------- Forwarded message ---------\nFrom: Bob <bob@example.com>\nDate: Thu\nSubject: x\nTo: Ann\n\nHello\n",
		want: "See below.\n\n---------- Forwarded message ---------\nFrom: Bob <bob@example.com>\nDate: Thu\nSubject: x\nTo: Ann\n\nHello", o: mailtext.FoldOptions{Forward: true},
	},
	{name: "Apple Mail, forwarded", mail: "See below.\n\nBegin forwarded message:\n\n> From: Bob <bob@example.com>\n> Subject: x\n> Date: 12 March 2026\n> To: Ann\n> \n> Hello\n", want: "See below."},
	{name: "Thunderbird, forwarded, German", mail: "Siehe unten.\n\n-------- Weitergeleitete Nachricht --------\nBetreff: x\nDatum: Thu, 12 Mar 2026\nVon: Bob <bob@example.com>\nAn: Ann\n\nHallo\n", want: "Siehe unten."},
	{name: "forwarded, French", mail: "Voir plus bas.\n\n---------- Forwarded message ---------\nDe : Bob <bob@example.com>\nDate: jeu.\nSubject: x\nTo: Ann\n\nBonjour\n", want: "Voir plus bas."},

	// signatures
	{name: "signature", mail: "It came.\n\n-- \nAnn Example\nExample Street 1\n", want: "It came."},
	{name: "signature without the space", mail: "It came.\n\n--\nAnn Example\n", want: "It came."},
	{name: "signature, then a quote", mail: "It came.\n\n-- \nAnn\n\nOn 12/03/2026 10:12, Shop wrote:\n> Hello\n> Ann\n> Bye\n", want: "It came."},
	{name: "signature only", mail: "-- \nAnn Example\n", want: "-- \nAnn Example"},
	{name: "rule, no signature", mail: "First\n--\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n", want: "First\n--\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12"},
	{name: "Android", mail: "It came.\n\nSent from Outlook for Android\n", want: "It came."},
	{name: "French telephone", mail: "Reçu.\n\nEnvoyé de mon iPhone\n", want: "Reçu."},
	{name: "Spanish telephone", mail: "Llegó.\n\nEnviado desde mi iPhone\n", want: "Llegó."},
	{name: "Finnish telephone", mail: "Tuli.\n\nLähetetty iPhonesta\n", want: "Tuli."},
	{name: "Thai telephone", mail: "ได้รับแล้ว\n\nส่งจาก iPhone ของฉัน\n", want: "ได้รับแล้ว"},
	{name: "only a telephone", mail: "Sent from my iPhone\n", want: "Sent from my iPhone"},
	{name: "sent otherwise", mail: "I gave it back.\nSent via DHL on Monday\n", want: "I gave it back.\nSent via DHL on Monday"},

	// what looks like a quote
	{name: "nothing", mail: "", want: ""},
	{name: "only a quote", mail: "> Hello\n> Ann\n> Bye\n", want: "> Hello\n> Ann\n> Bye"},
	{name: "greater than", mail: "I need sizes\n> 40\nplease\n", want: "I need sizes\n> 40\nplease"},
	{name: "greater than, at the end", mail: "I need sizes\n> 40\n", want: "I need sizes\n> 40"},
	{name: "a story", mail: "Yesterday at 10 my wife wrote:\nit does not fit.\n", want: "Yesterday at 10 my wife wrote:\nit does not fit."},
	{name: "a journey", mail: "From: Berlin\nTo: Hamburg\nDate: 12 May\nPlease send it there.\n", want: "From: Berlin\nTo: Hamburg\nDate: 12 May\nPlease send it there."},
	{name: "a form", mail: "Subject: broken\nTo: whom it concerns\nIt broke.\n", want: "Subject: broken\nTo: whom it concerns\nIt broke."},
	{name: "a line above the attribution", mail: "Write to ann@example.com\nOn 12/03/2026 10:12, Shop <help@shop.example> wrote:\n> Hello\n", want: "Write to ann@example.com"},
	{name: "on and on", mail: "On Monday I ordered.\nOn Tuesday I wrote:\nnothing came.\n", want: "On Monday I ordered.\nOn Tuesday I wrote:\nnothing came."},
	{name: "the words of a divider", mail: "Where is the original message?\nOriginal message\nis lost.\n", want: "Where is the original message?\nOriginal message\nis lost."},

	// our own mail
	{name: "our line", mail: "It came.\n\n##- Please type your reply above this line -##\n\nHello Ann,\n", want: "It came."},
	{name: "our line, quoted", mail: "It came.\n\nOn 12/03/2026 10:12, Shop wrote:\n> ##- Please type your reply above this line -##\n> Hello\n", want: "It came."},
	{name: "our line, quoted without a date", mail: "It came.\n\nShop wrote:\n> ##- Please type your reply above this line -##\n", want: "It came."},
	{name: "our line, quoted by itself", mail: "It came.\n\n> ##- Please type your reply above this line -##\n> Hello\n", want: "It came."},
	{name: "our line, with all below", mail: "> ##- Please type your reply above this line -##\n> Hello\n> Bye\n\nIt came.\n", want: "It came."},
	{name: "a line of one's own", mail: "It came.\n\n=== answer above ===\nHello Ann,\n", want: "It came.", o: mailtext.FoldOptions{Marker: "=== answer above ==="}},
	{name: "our text, unmarked", mail: "Size M.\n\n" + shopMail, want: "Size M.", o: mailtext.FoldOptions{Ours: []string{shopMail}}},
	{
		name: "our text, broken anew",
		mail: "Size M.\n\nHello Ann,\n\nyour parcel left our house on Monday and should be\nwith you by Thursday. Could you tell us which\nsize you have ordered?\n\nBest regards\nThe Shop\n",
		want: "Size M.", o: mailtext.FoldOptions{Ours: []string{shopMail}},
	},
	{
		name: "our text, answered inside",
		mail: "your parcel left our house on Monday and should be with you by Thursday.\nIt did not.\nCould you tell us which size you have ordered?\nSize M.\n",
		want: "your parcel left our house on Monday and should be with you by Thursday.\nIt did not.\nCould you tell us which size you have ordered?\nSize M.",
		o:    mailtext.FoldOptions{Ours: []string{shopMail}},
	},
	{name: "our greeting is nobody's", mail: "Hello Ann,\nit came.\nBest regards\n", want: "Hello Ann,\nit came.\nBest regards", o: mailtext.FoldOptions{Ours: []string{shopMail}}},
}
