package i18n

// The line mode for administrators.
var (
	SimpleSure         = say("%s ?", "%s?")
	SimpleAskMore      = say("%s : ", "%s: ")
	SimpleSession      = say("%s sur %s, depuis l'adresse %s, il y a %s.", "%s on %s, address %s, %s ago.")
	SimpleAccount      = say("%s : %s %s, %s, %s.", "%s: %s %s, %s, %s.")
	SimpleAccountsMore = say("Tapez « suite » pour les comptes suivants.", "Type \"more\" for more accounts.")
	SimpleOpenClosed   = say("Tapez « inscriptions ouvertes » ou « inscriptions fermees ».", "Type \"registrations open\" or \"registrations closed\".")
	SimpleMustChange   = say("Ce mot de passe vous a été donné. Tapez « motdepasse » pour choisir le vôtre.", "This password was given to you. Type \"password\" to choose your own.")
	SimpleServers      = count("%s serveur", "%s serveurs", "%s server", "%s servers")
	SimpleLiveRate     = say("%s commandes par seconde ; la moitié en moins de %s ms, 99 sur 100 en moins de %s ms.", "%s commands per second; half within %s ms, 99 in 100 within %s ms.")
	SimpleLiveMinute   = say("Dernière minute : %s connexions, %s ventes, %s achats, %s refus dont %s par quota.", "Last minute: %s logins, %s sales, %s purchases, %s refusals, %s by quota.")

	SimpleHelpLive          = say("les mesures du moment", "the figures of the moment")
	SimpleHelpSessions      = say("qui est connecté, où", "who is logged in, where")
	SimpleHelpAccounts      = say("les comptes ; chaque mot est cherché partout", "the accounts; each word is looked for anywhere")
	SimpleHelpBlock         = say("fermer un compte", "shut an account")
	SimpleHelpUnblock       = say("rouvrir un compte", "open an account again")
	SimpleHelpExpel         = say("expulser quelqu'un : ses sessions se ferment", "expel somebody: all sessions end")
	SimpleHelpReset         = say("vider les deux quotas de quelqu'un", "empty both quotas of somebody")
	SimpleHelpGive          = say("donner un mot de passe, à changer aussitôt", "give a password, to be changed at once")
	SimpleHelpDelete        = say("supprimer un compte", "delete an account")
	SimpleHelpAnnounce      = say("dire quelque chose à tous", "tell everybody something")
	SimpleHelpRegistrations = say("ouvrir ou fermer les inscriptions ; sans mot, où elles en sont", "open or close registration; without a word, how it stands")
)
