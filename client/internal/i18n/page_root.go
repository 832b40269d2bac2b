package i18n

// The frame around the screens.
var (
	StateOnline     = say("en ligne", "online")
	StateConnecting = say("connexion…", "connecting…")
	StateOffline    = say("hors ligne", "offline")

	NavHome    = say("Accueil", "Home")
	NavCatalog = say("Catalogue", "Catalogue")
	NavSell    = say("Vendre", "Sell")
	NavMine    = say("Mes annonces", "My items")
	NavBoards  = say("Classements", "Boards")
	NavAccount = say("Compte", "Account")

	NavShort = []Msg{
		NavHome, say("Catal.", "Items"), NavSell, say("Annon.", "Mine"), say("Class.", "Boards"), NavAccount,
		say("Admin", "Admin"),
	}

	PaletteTitle = say("Commandes", "Commands")
	PaletteNone  = say("Aucune commande de ce nom.", "No command of that name.")

	CardNews = say("Annonce", "Announcement")
	CardSold = say("Vendu", "Sold")

	UnreadCount = count("%s nouveau message", "%s nouveaux messages", "%s new message", "%s new messages")

	SmallTitle = say("Fenêtre trop petite : %d×%d", "Window too small: %d×%d")
	SmallNeed  = say("Minimum : %d×%d", "Minimum: %d×%d")
	SmallDo    = say("Agrandissez la fenêtre, ou lancez :", "Make the window larger, or run:")

	OfflineTitle = say("Connexion perdue", "Connection lost")
	OfflineFirst = say("Pas de connexion", "No connection")
	OfflineRetry = say("Nouvel essai n° %d dans %s…", "Attempt %d in %s…")
	OfflineNow   = say("Nouvel essai n° %d en cours…", "Attempt %d under way…")
	OfflineKept  = say("Votre page et vos saisies sont conservées.", "Your page and what you typed are kept.")
	OfflineBack  = say("Connexion rétablie.", "Connected again.")
	DoRetryNow   = say("réessayer maintenant", "retry now")
	DoRead       = say("lire la page", "read the page")

	QuitTitle = say("Quitter", "Quit")
	QuitDraft = say("Ce que vous avez saisi et pas encore envoyé sera perdu.", "What you typed and did not send yet will be lost.")
	QuitWork  = say("Une demande attend encore sa réponse.", "A request still waits for its answer.")
	QuitYes   = say("Quitter", "Quit")

	DemoCard = say("Démonstration : vous êtes %s, mot de passe motdepasse. Dans une autre fenêtre : %s (même mot de passe). Quitter arrête aussi le serveur.",
		"Demonstration: you are %s, password motdepasse. In another window: %s (same password). Quitting stops the server too.")
	SettingNotKept = say("Réglage non enregistré : %v", "Setting not saved: %v")

	MouseOn  = say("Souris activée : ^O la rend au terminal.", "Mouse on: ^O gives it back.")
	MouseOff = say("Souris rendue au terminal.", "Mouse given back.")
)

// The help.
var (
	HelpTitle   = say("Aide", "Help")
	HelpHere    = say("Sur cet écran", "On this screen")
	HelpMouse   = say("Souris : clic et molette ; Maj + clic sélectionne du texte ; ^O la rend au terminal.", "Mouse: click and wheel; Shift and click select text; ^O gives it back to the terminal.")
	HelpAll     = say("Partout", "Anywhere")
	HelpLists   = say("Listes", "Lists")
	HelpForms   = say("Formulaires", "Forms")
	HelpDialogs = say("Boîtes de dialogue", "Dialogs")
	HelpQuotas  = say("Les deux quotas", "The two quotas")

	HelpScreens  = say("changer d'écran", "change screens")
	HelpAzerty   = say("idem, sans Maj", "the same on AZERTY")
	HelpTab      = say("champ ou onglet", "field, next list")
	HelpEsc      = say("retour, annuler", "back, cancel")
	HelpLanguage = say("français, anglais", "French, English")
	HelpThis     = say("cette aide", "this help")
	HelpRetry    = say("actualiser, réessayer", "refresh, retry")
	HelpCategory = say("changer de type", "change the category")
	HelpSort     = say("changer de tri", "change the order")
	HelpSend     = say("envoyer tout de suite", "send at once")
	HelpClear    = say("vider le champ", "empty the field")

	HelpQuotaCalls  = say("Vendre et acheter : %s.", "Selling and buying: %s.")
	HelpQuotaLogins = say("Se connecter : %s.", "Logging in: %s.")
	HelpQuotaFree   = say("Tout le reste est gratuit. Rouvrir le programme reprend la session.", "Everything else is free. Reopening this program resumes the session.")
	HelpSimple      = say("En texte simple : etu --simple", "Plain text mode: etu --simple")
)
