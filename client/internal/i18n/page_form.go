package i18n

// What is wrong with a field, said under it.
var (
	WrongValue       = say("Le serveur refuse cette valeur.", "The server refuses this value.")
	WrongTaken       = say("Déjà pris.", "Already taken.")
	WrongEmpty       = say("À remplir.", "Please fill in.")
	WrongUnseen      = say("Un caractère invisible s'y est glissé.", "It holds a character that cannot be seen.")
	WrongLoginLength = say("2 à 32 caractères.", "2 to 32 characters.")
	WrongLoginSign   = say("Lettres sans accent, chiffres, . _ - seulement.", "Letters without accents, digits, . _ - only.")
	WrongEmail       = say("Une adresse comme prenom@exemple.fr.", "An address like name@example.com.")
	WrongPassword    = say("8 à 128 caractères.", "8 to 128 characters.")
	WrongRepeat      = say("Les deux mots de passe diffèrent.", "The two passwords differ.")
	WrongPrice       = say("De 0,00 à 9999,99 €, par exemple 4,50.", "From €0.00 to €9999.99, for example 4.50.")
)
