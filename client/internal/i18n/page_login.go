package i18n

// The login screen.
var (
	LoginTitle    = say("Connexion", "Log in")
	LoginTagline  = say("Vendez et achetez entre étudiants.", "Sell and buy between students.")
	LoginName     = say("Identifiant", "Login")
	LoginNameHint = say("votre identifiant ou votre e-mail", "your login or your e-mail")
	LoginPassword = say("Mot de passe", "Password")
	LoginPassHint = say("8 caractères au moins", "at least 8 characters")
	LoginEnter    = say("Se connecter", "Log in")
	LoginNew      = say("Créer un compte", "Create an account")
	LoginResuming = say("Reprise de votre session…", "Resuming your session…")
	LoginInstead  = say("se connecter autrement", "log in another way")
	LoginDone     = say("Connexion réussie.", "Logged in.")
	LoginResumed  = say("Session reprise, sans dépenser de connexion.", "Session resumed, no login spent.")
	LoginWait     = say("Nouvel essai possible dans %s.", "You can try again in %s.")
	LoginWaitOver = say("Vous pouvez réessayer.", "You can try again.")
	LoginPlain    = say("Liaison non chiffrée : choisissez un mot de passe qui ne sert qu'ici.",
		"Not encrypted: choose a password that you use nowhere else.")
	LoginEnded  = say("Votre session est terminée : reconnectez-vous.", "Your session is over: log in again.")
	LoginThrown = say("Un administrateur vous a expulsé : %s", "An administrator expelled you: %s")
)
