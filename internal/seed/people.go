package seed

// country is where customers come from.
type country struct {
	code, language string
	tongue         *tongue
	weight         int
	phone          string
	first, last    []string
	cities         []string
	domains        []string
}

var countries = []country{
	{
		"US", "en", &english, 30, "+1212",
		[]string{"Olivia", "Liam", "Emma", "Noah", "Ava", "James", "Mia", "Henry", "Zoe", "Carl"},
		[]string{"Brown", "Miller", "Johnson", "Garcia", "Nguyen", "Davis", "Okafor", "Martinez", "Wilson", "Lee"},
		[]string{"Boston", "Denver", "Austin", "Portland"},
		[]string{"example.com", "mail.example.com"},
	},
	{
		"GB", "en", &english, 18, "+4420",
		[]string{"Amelia", "Oliver", "Isla", "George", "Freya", "Arthur", "Poppy", "Harry"},
		[]string{"Smith", "Jones", "Taylor", "Khan", "Evans", "Walker", "O’Neill", "Wright"},
		[]string{"London", "Leeds", "Bristol", "Glasgow"},
		[]string{"example.co.uk", "post.example.org"},
	},
	{
		"DE", "de", &german, 20, "+4930",
		[]string{"Jörg", "Katrin", "Jürgen", "Anke", "Lukas", "Mareike", "Sören", "Ute", "Felix", "Zoë"},
		[]string{"Müller", "Schäfer", "Weiß", "Fischer", "Özdemir", "Kühn", "Schneider", "Groß"},
		[]string{"Köln", "Berlin", "München", "Göttingen"},
		[]string{"example.de", "post.example.net"},
	},
	{
		"FR", "fr", &french, 14, "+331",
		[]string{"Véronique", "Grégoire", "Léa", "Hélène", "Benoît", "Chloé", "Théo", "Inès"},
		[]string{"Dubois", "Côté", "Lefèvre", "Moreau", "Garçon", "Petit", "Roux", "Benali"},
		[]string{"Lyon", "Nîmes", "Paris", "Besançon"},
		[]string{"example.fr", "courrier.example.org"},
	},
	{
		"ES", "es", &spanish, 12, "+3491",
		[]string{"Mateo", "Lucía", "Tomás", "Pía", "Iñigo", "Begoña", "Andrés", "Sofía"},
		[]string{"Álvarez", "Peña", "López", "Muñoz", "Ibáñez", "Gómez", "Núñez", "Vargas"},
		[]string{"Málaga", "Sevilla", "Logroño", "Madrid"},
		[]string{"example.es", "correo.example.net"},
	},
	{
		"JP", "", &japanese, 6, "+813",
		[]string{"明美", "健太", "由紀", "大輔", "さくら", "翔太"},
		[]string{"田中", "山田", "佐藤", "鈴木", "伊藤", "渡辺"},
		[]string{"東京", "大阪", "京都", "札幌"},
		[]string{"example.jp"},
	},
}

var agentNames = []string{
	"Ada Lindqvist", "Ben Okoro", "Clara Weiß", "Diego Peña", "Elif Kaya", "Farah Haddad", "Gustav Berg", "Hana Sato", "Ivo Novák", "Juna Park",
}

var (
	adjectives = []string{"Linen", "Oak", "Walnut", "Merino", "Canvas", "Copper", "Ceramic", "Velvet", "Recycled", "Folding", "Enamel", "Waxed"}
	articles   = []string{"kettle", "jacket", "lamp", "tote bag", "mug", "blanket", "backpack", "sneakers", "stool", "étagère", "desk mat", "raincoat", "carafe"}
	sizes      = []string{"XS", "S", "M", "L", "XL", "38", "41", "44"}
	fileNames  = []string{"photo.jpg", "IMG_2041.HEIC", "screenshot 1.png", "receipt.pdf", "label.pdf", "Größentabelle.pdf", "写真.jpg"}
)
