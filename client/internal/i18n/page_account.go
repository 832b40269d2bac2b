package i18n

// The account, the password, the list of messages.
var (
	AccountTitle    = say("Mon compte", "My account")
	AccountSince    = say("Connecté depuis %s", "Logged in since %s")
	AccountAdmin    = say("administration", "administrator")
	AccountStudent  = say("étudiant", "student")
	AccountRole     = say("Rôle", "Role")
	AccountServer   = say("Serveur", "Server")
	AccountProgram  = say("Programme", "Program")
	AccountTLS      = say("chiffré", "encrypted")
	AccountPlain    = say("non chiffré", "not encrypted")
	AccountPassword = say("Changer de mot de passe", "Change the password")
	AccountMessages = say("Messages et événements", "Messages and events")
	AccountLanguage = say("Langue : français", "Language: English")
	AccountTheme    = say("Thème : %s", "Theme: %s")
	AccountLogout   = say("Se déconnecter", "Log out")
	LogoutTitle     = say("Se déconnecter", "Log out")
	LogoutAsk       = say("La prochaine connexion sera comptée (%s). Pour quitter sans rien dépenser : q.",
		"Your next login will be counted (%s). To leave without spending one: q.")
	ThemeDark     = say("sombre", "dark")
	ThemeLight    = say("clair", "light")
	ThemeContrast = say("contraste", "contrast")
	ThemeTerminal = say("celui du terminal", "the terminal's own")

	PasswordTitle   = say("Changer de mot de passe", "Change the password")
	PasswordOld     = say("Mot de passe actuel", "Current password")
	PasswordOldHint = say("celui de votre dernière connexion", "the one you logged in with")
	PasswordNew     = say("Nouveau", "New password")
	PasswordWarn    = say("Vos autres sessions seront fermées.", "Your other sessions will end.")
	PasswordYes     = say("Changer", "Change")
	PasswordDone    = say("Mot de passe changé.", "Password changed.")
	PasswordWrong   = say("Ce n'est pas le mot de passe actuel.", "That isn't the current password.")

	MessagesTitle = say("Messages", "Messages")
	MessagesNone  = say("Aucun message.", "No message.")
	MessagesWhat  = say("Vos ventes, vos achats et les annonces restent ici jusqu'à la fin du programme.",
		"Your sales, purchases and announcements stay here until you quit.")
	NoteSold      = say("%s a acheté « %s » (%s).", "%s bought “%s” (%s).")
	NoteAnnounced = say("Annonce : %s", "Announcement: %s")
	NoteOther     = say("Événement %s %s", "Event %s %s")
)
