package i18n

// The command line.
var (
	ConfigNoLines = say("il faut au moins une ligne à envoyer, par exemple : etu exec \"STATS TOP\"",
		"at least one line to send is needed, for example: etu exec \"STATS TOP\"")
	ConfigUnknownCommand = say("commande inconnue : %q (seule exec existe)", "unknown command: %q (there is only exec)")
	ExecEventsLost       = count("%s événement perdu : trop avant une réponse.", "%s événements perdus : trop avant une réponse.",
		"%s event lost: too many before a reply.", "%s events lost: too many before a reply.")
	ConfigFileLine    = say("ligne %d, « %s » : %s", "line %d, \"%s\": %s")
	ConfigBadName     = say("le réglage %s n'existe pas ; il y a, sans [table] : %s", "there is no setting %s; there are, without any [table]: %s")
	ConfigNoTOML      = say("ce n'est pas du TOML, où un texte s'écrit entre guillemets (%s)", "this is no TOML, where a text is written in quotes (%s)")
	ConfigWantsText   = say("%s veut un texte entre guillemets", "%s wants a text in quotes")
	ConfigWantsSwitch = say("%s veut true ou false", "%s wants true or false")
	ConfigHint        = say("etu --help montre les options.", "etu --help shows the options.")
	ConfigForgotten   = say("La session gardée pour %s est oubliée.", "The session kept for %s is forgotten.")
	ConfigBadCA       = say("le fichier %s ne contient pas de certificat", "the file %s holds no certificate")
	ConfigUsage       = say(`EtuServices : vendre et acheter entre étudiants.

Usage :
  etu [options]                  les écrans
  etu --simple [options]         ligne à ligne, pour lecteur d'écran ou tube
  etu exec [options] "LIGNE" …   envoie des lignes du protocole et montre les
                                 réponses ; code 0 : toutes +OK, 1 : une -ERR,
                                 2 : pas de serveur

Options (entre parenthèses : la variable d'environnement) :
  --addr HÔTE:PORT     le serveur (ETU_ADDR) ; sans cela 127.0.0.1:5890
  --login IDENTIFIANT  le compte ; mot de passe dans ETU_PASSWORD, ou demandé
  --lang fr|en         la langue (ETU_LANG) ; sans cela celle du système
  --theme THÈME        sombre, clair ou contraste
  --ascii              cadres et marques en ASCII (d'office hors UTF-8)
  --animations=false   rien ne bouge de soi-même
  --simple             ligne à ligne ; de soi-même s'il n'y a pas de terminal
  --tls                liaison chiffrée
  --ca FICHIER         autorité du certificat du serveur (PEM) ; entraîne --tls
  --forget             oublie la session gardée (de ce serveur, de ce --login)
  --version            la version
  --help               cette aide

Sans couleur : NO_COLOR=1. Réglages durables : une ligne « nom = valeur » par
option dans ~/.config/etuservices/config.toml. La session est gardée dans
~/.local/state/etuservices, lisible par vous seul ; jamais le mot de passe.
`, `EtuServices: selling and buying among students.

Usage:
  etu [options]                  the screens
  etu --simple [options]         line by line, for a screen reader or a pipe
  etu exec [options] "LINE" …    sends lines of the protocol and shows the
                                 replies; code 0: all +OK, 1: an -ERR,
                                 2: no server

Options (in parentheses: the variable in the environment):
  --addr HOST:PORT     the server (ETU_ADDR), else 127.0.0.1:5890
  --login LOGIN        the account; password in ETU_PASSWORD, or asked
  --lang fr|en         the language (ETU_LANG), else the system's
  --theme THEME        sombre (dark), clair (light) or contraste (contrast)
  --ascii              frames and marks in ASCII (by itself without UTF-8)
  --animations=false   nothing moves by itself
  --simple             line by line; by itself when there is no terminal
  --tls                encrypted connection
  --ca FILE            authority of the server's certificate (PEM), implies --tls
  --forget             forgets the session kept (for this server, this --login)
  --version            the version
  --help               this help

Without colour: NO_COLOR=1. Lasting settings: a line "name = value" an option
in ~/.config/etuservices/config.toml. The session is kept in
~/.local/state/etuservices, readable by you only; the password never is.
`)
)

// Asking for a password, in every mode without screens.
var (
	AskLogin    = say("Identifiant : ", "Login: ")
	AskPassword = say("Mot de passe : ", "Password: ")
	NoPassword  = say("Pas de mot de passe : donnez-le dans ETU_PASSWORD.", "No password: give it in ETU_PASSWORD.")
	NotKept     = say("La session n'a pas pu être gardée sur ce disque : le mot de passe sera redemandé la prochaine fois.",
		"The session could not be kept on this disk: the password will be asked again next time.")
)
