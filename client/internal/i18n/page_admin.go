package i18n

// The administrator's screens.
var (
	NavAdmin       = say("Admin", "Admin")
	AdminTitle     = say("Administration", "Administration")
	AdminLive      = say("En direct", "Live")
	AdminSessions  = say("Sessions %s", "Sessions %s")
	AdminAccounts  = say("Comptes", "Accounts")
	AdminOpen      = say("inscriptions ouvertes", "registration open")
	AdminShut      = say("inscriptions fermées", "registration closed")
	AdminNoTrouble = say("Personne en %s.", "Nobody in %s.")
)

// The live view.
var (
	LiveServers      = say("Serveurs", "Servers")
	LivePresence     = say("%s · %s", "%s · %s")
	LiveConnections  = count("%s connexion", "%s connexions", "%s connection", "%s connections")
	LiveUsers        = count("%s connecté", "%s connectés", "%s logged in", "%s logged in")
	LiveMore         = say("et %s de plus", "and %s more")
	LiveLost         = say("%s perdu", "%s lost")
	StoreOK          = say("ok", "ok")
	StoreAway        = say("panne", "down")
	LiveActivity     = say("Un quart d'heure", "A quarter of an hour")
	LiveCommands     = say("Commandes/s", "Commands/s")
	LiveLogins       = say("Connex./min", "Logins/min")
	LiveRefusals     = say("Refus/min", "Refusals/min")
	LiveP99          = say("p99 (ms)", "p99 (ms)")
	LiveNow          = say("maintenant", "now")
	LiveTotals       = say("%s ventes · %s achats", "%s listings · %s purchases")
	LiveRefused      = say("quota %d mdp %d autres %d", "quota %d login %d other %d")
	LiveNear         = say("Près du quota", "Near the quota")
	LiveRefusedTimes = say("refusé %s×", "refused %s×")
	LiveUsed         = say("%d/%d", "%d/%d")

	LiveFresh  = say("mesuré il y a %s", "measured %s ago")
	LiveStale  = say("écran figé depuis %s", "frozen for %s")
	LiveMissed = count("%s événement perdu", "%s événements perdus", "%s event missed", "%s events missed")
)

// The alerts.
var (
	AlertTitle    = say("Alertes", "Alerts")
	AlertCount    = count("%s alerte", "%s alertes", "%s alert", "%s alerts")
	AlertKey      = say("v vu", "v seen")
	AlertNone     = say("Aucune alerte.", "No alert.")
	AlertLimits   = say("Seuils : p99 %s ms, %s refus/min (alert-p99 et alert-refusals dans config.toml).", "Limits: p99 %s ms, %s refusals/min (alert-p99 and alert-refusals in config.toml).")
	AlertLost     = say("%s ne répond plus", "%s is lost")
	AlertStopped  = say("%s s'est arrêté", "%s has stopped")
	AlertStore    = say("%s en panne (%s)", "%s down (%s)")
	AlertSlow     = say("p99 à %s ms (seuil %s)", "p99 at %s ms (limit %s)")
	AlertRefusing = say("%s refus/min (seuil %s)", "%s refusals/min (limit %s)")
	AlertEnded    = say("fini à %s", "over at %s")
	AlertSeen     = say("vu · %s", "seen · %s")
)

// The feed.
var (
	FeedTitle   = say("Journal", "Feed")
	FeedCount   = say("%s lignes", "%s lines")
	FeedPaused  = say("en pause depuis %s", "paused for %s")
	FeedNone    = say("Rien de tel. esc efface la recherche, t change le type.", "Nothing like that. esc clears the search, t changes the type.")
	LiveQuiet   = say("Rien encore. Connexions, ventes, achats et refus s'afficheront ici.", "Nothing yet. Logins, sales, purchases and refusals will show here.")
	FeedFrom    = say("depuis %s", "from %s")
	FeedSale    = say("« %s », %s", "“%s”, %s")
	FeedBuy     = say("« %s » de %s, %s", "“%s” from %s, %s")
	FeedRefused = say("%s : %s (%s)", "%s: %s (%s)")
	FeedNobody  = say("inconnu", "nobody known")
)

var feedTypes = map[string]Msg{
	"CONNEXION": say("connexion", "login"),
	"VENTE":     say("vente", "listing"),
	"ACHAT":     say("achat", "purchase"),
	"REFUS":     say("refus", "refusal"),
}

// FeedType names a type of event. An unknown one as it is.
func (t T) FeedType(word string) string {
	if m, ok := feedTypes[word]; ok {
		return t.S(m)
	}
	return word
}

// The details of an account.
var (
	DetailsTitle     = say("Activité", "Activity")
	DetailsBack      = say("esc retour", "esc back")
	DetailsSince     = say("inscription : %s", "registered: %s")
	DetailsServices  = say("Ventes et achats", "Sales, purchases")
	DetailsLogins    = say("Connexions", "Logins")
	DetailsSessions  = say("Sessions", "Sessions")
	DetailsCalls     = say("Appels", "Calls")
	DetailsSales     = say("Ventes", "Listings")
	DetailsPurchases = say("Achats", "Purchases")
	DetailsRefusals  = say("Refus", "Refusals")
	DetailsNone      = say("Rien.", "Nothing.")
)

// Lists that are exported.
var (
	ExportDone   = say("Exporté : %s", "Exported: %s")
	ExportFailed = say("Export impossible : %s", "Export failed: %s")
)

// Refusals, as the feed names them; by code.
var refusals = map[string]Msg{
	"QUOTA":        say("quota", "quota"),
	"ECHEC":        say("mauvais mot de passe", "wrong password"),
	"EC":           say("troisième échec", "third failure"),
	"BLOQUE":       say("compte bloqué", "account blocked"),
	"DEBIT":        say("trop d'essais", "too many tries"),
	"INDISPONIBLE": say("panne", "outage"),
	"VENDU":        say("déjà vendu", "already sold"),
	"ABSENT":       say("introuvable", "not found"),
	"INTERDIT":     say("interdit", "not allowed"),
}

// Refusal names why something was refused. An unknown code as it is.
func (t T) Refusal(code string) string {
	if m, ok := refusals[code]; ok {
		return t.S(m)
	}
	return code
}

// Sessions and accounts.
var (
	ColLogin       = say("Identifiant", "Login")
	ColServer      = say("Serveur", "Server")
	ColAddress     = say("Adresse", "Address")
	ColSince       = say("Depuis", "Since")
	ColVersion     = say("Version", "Version")
	ColTime        = say("Heure", "Time")
	ColType        = say("Type", "Type")
	ColWhat        = say("Détail", "Detail")
	ColTimes       = say("Fois", "Times")
	ColConnections = say("Connexions", "Connected")
	ColUsers       = say("Connectés", "Logged in")
	ColRate        = say("Cmd/s", "Cmd/s")
	ColP99         = say("p99 ms", "p99 ms")
	ColName        = say("Nom", "Name")
	ColEmail       = say("E-mail", "E-mail")

	SessionsNone  = say("Aucune session.", "No session.")
	SessionsAgain = say("r pour actualiser.", "r to refresh.")
	AccountsNone  = say("Aucun compte ne correspond.", "No account matches.")
	AccountsWiden = say("esc pour effacer la recherche.", "esc clears the search.")
	AccountsFind  = say("/ pour chercher un identifiant, un nom ou un e-mail", "/ to search logins, names and addresses")
	RoleAdmin     = say("admin", "admin")
	AccountIsYou  = say("C'est votre compte : seul un autre administrateur peut le faire.", "This is your account: only another administrator can do this.")
)

var standings = map[string]Msg{
	"actif":   say("actif", "active"),
	"bloque":  say("bloqué", "blocked"),
	"expulse": say("expulsé", "expelled"),
}

// Standing names whether an account may log in. An unknown one as it is.
func (t T) Standing(s string) string {
	if m, ok := standings[s]; ok {
		return t.S(m)
	}
	return s
}

// What an administrator does, each with its question and its outcome.
var (
	BlockTitle = say("Bloquer %s", "Block %s")
	BlockAsk   = say("Ses sessions se ferment et le compte reste fermé jusqu'au déblocage.", "All sessions end, and the account stays shut until unblocked.")
	BlockYes   = say("Bloquer", "Block")
	BlockDone  = say("%s est bloqué.", "%s is blocked.")

	UnblockTitle = say("Débloquer %s", "Unblock %s")
	UnblockAsk   = say("Le compte pourra se connecter.", "The account will be able to log in.")
	UnblockYes   = say("Débloquer", "Unblock")
	UnblockDone  = say("%s est débloqué.", "%s is unblocked.")

	ExpelTitle = say("Expulser %s", "Expel %s")
	ExpelAsk   = say("Toutes ses sessions se ferment.", "All sessions end.")
	ExpelYes   = say("Expulser", "Expel")
	ExpelDone  = say("%s est expulsé.", "%s is expelled.")

	ResetTitle = say("Remettre à zéro les quotas de %s", "Reset the quotas of %s")
	ResetAsk   = say("Ses connexions, ses achats et ses ventes repartent de zéro ; la personne en est avertie.", "Logins, purchases and sales start again from zero; that person is told.")
	ResetYes   = say("Remettre à zéro", "Reset")
	ResetDone  = say("Les quotas de %s repartent de zéro.", "The quotas of %s start again.")

	GiveTitle = say("Nouveau mot de passe pour %s", "New password for %s")
	GiveAsk   = say("Ses sessions se ferment. Il faudra le changer dès la prochaine connexion.", "All sessions end. It must be changed at the next login.")
	GiveYes   = say("Donner", "Give")
	GiveDone  = say("Nouveau mot de passe pour %s : transmettez-le.", "New password for %s: hand it over.")
	GiveHint  = say("8 caractères au moins, affiché en clair", "at least 8 characters, shown as typed")

	DeleteTitle = say("Supprimer %s", "Delete %s")
	DeleteAsk   = say("Définitif. Ce qui est en vente est retiré ; les ventes faites restent, sans nom.", "Final. What is for sale is withdrawn; past sales stay, without a name.")
	DeleteYes   = say("Supprimer", "Delete")
	DeleteDone  = say("%s est supprimé.", "%s is deleted.")

	AnnounceTitle = say("Annonce", "Announcement")
	AnnounceAsk   = say("Tous ceux qui sont connectés la lisent aussitôt.", "Everybody who is logged in reads it at once.")
	AnnounceYes   = say("Annoncer", "Announce")
	AnnounceDone  = say("Annonce faite.", "Announced.")
	AnnounceText  = say("Texte", "Text")
	AnnounceHint  = say("300 caractères au plus", "at most 300 characters")

	OpenTitle = say("Ouvrir les inscriptions", "Open registration")
	OpenAsk   = say("Chacun pourra créer un compte.", "Everybody will be able to create an account.")
	OpenYes   = say("Ouvrir", "Open")
	OpenDone  = say("Inscriptions ouvertes.", "Registration is open.")
	ShutTitle = say("Fermer les inscriptions", "Close registration")
	ShutAsk   = say("Plus personne ne pourra créer de compte.", "Nobody will be able to create an account.")
	ShutYes   = say("Fermer", "Close")
	ShutDone  = say("Inscriptions fermées.", "Registration is closed.")

	Reason       = say("Raison", "Reason")
	ReasonHint   = say("la personne la lira", "that person will read it")
	Minutes      = say("Minutes", "Minutes")
	MinutesHint  = say("facultatif : interdit de connexion pendant cette durée", "optional: no login for that long")
	WrongMinutes = say("De 1 à 10080 (sept jours), ou rien.", "From 1 to 10080 (seven days), or nothing.")
	AdminRefused = say("Refusé : ni son propre compte, ni le dernier administrateur.", "Refused: neither your own account nor the last administrator.")

	GivenPassword = say("Ce mot de passe vous a été donné : choisissez le vôtre.", "This password was given to you: choose your own.")
)

// What keys do on the administrator's screens.
var (
	HelpPause       = say("figer, reprendre", "pause, resume")
	HelpAcknowledge = say("alertes vues", "alerts seen")
	HelpAnnounce    = say("annonce à tous", "tell everybody")
	HelpBlock       = say("bloquer, débloquer", "block, unblock")
	HelpReset       = say("quotas à zéro", "reset the quotas")
	HelpGive        = say("nouveau mot de passe", "new password")

	DoPause         = say("pause", "pause")
	DoResume        = say("reprendre", "resume")
	DoAcknowledge   = say("vu", "seen")
	DoExport        = say("exporter", "export")
	DoFilter        = say("filtrer", "filter")
	DoKind          = say("type", "type")
	DoAnnounce      = say("annonce", "announce")
	DoRegistrations = say("inscriptions", "registration")
	DoExpel         = say("expulser", "expel")
	DoBlock         = say("bloquer", "block")
	DoUnblock       = say("débloquer", "unblock")
	DoReset         = say("quotas", "quotas")
	DoGive          = say("mdp", "password")
	DoDelete        = say("supprimer", "delete")
	DoAccount       = say("fiche", "details")
)
