package i18n

// The registration screen.
var (
	RegisterTitle     = say("Créer un compte", "Create an account")
	RegisterLoginHint = say("2 à 32 caractères : lettres, chiffres, . _ -", "2 to 32 characters: letters, digits, . _ -")
	RegisterEmail     = say("E-mail", "E-mail")
	RegisterEmailHint = say("montré à qui achète ou vend avec vous", "shown to whoever buys from or sells to you")
	RegisterFirst     = say("Prénom", "First name")
	RegisterLast      = say("Nom", "Last name")
	RegisterNameHint  = say("64 caractères au plus", "at most 64 characters")
	RegisterRepeat    = say("Répéter", "Repeat")
	RegisterRepHint   = say("le même mot de passe", "the same password")
	RegisterCreate    = say("Créer mon compte", "Create my account")
	RegisterNoEntry   = say("Le compte est créé, mais pas la connexion : %s", "The account exists, but logging in failed: %s")
	RegisterDone      = say("Compte créé, bienvenue.", "Account created, welcome.")
)
