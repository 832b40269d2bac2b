package i18n

// The command line.
var (
	ConfigNoLines = say("exec attend au moins une ligne à envoyer, par exemple : etu exec \"STATS TOP\"",
		"exec needs at least one line to send, for example: etu exec \"STATS TOP\"")
	ConfigUnknownCommand = say("commande inconnue : %s", "unknown command: %s")
	ConfigUnknownFlag    = say("option inconnue : %s", "unknown option: %s")
	ConfigMeant          = say("%s ; vouliez-vous dire %s ?", "%s; did you mean %s?")
	ConfigWantsValue     = say("%s attend une valeur", "%s needs a value")
	ConfigBadValue       = say("--%s n'accepte pas %q (possible : %s)", "--%s does not take %q (possible: %s)")
	ExecEventsLost       = count("%s événement perdu : trop avant une réponse.", "%s événements perdus : trop avant une réponse.",
		"%s event lost: too many before a reply.", "%s events lost: too many before a reply.")
	ConfigFileLine    = say("ligne %d, « %s » : %s", "line %d, \"%s\": %s")
	ConfigBadName     = say("le réglage %s n'existe pas ; il y a, sans [table] : %s", "there is no setting %s; there are, without any [table]: %s")
	ConfigNoTOML      = say("ce n'est pas du TOML, où un texte s'écrit entre guillemets (%s)", "this is no TOML, where a text is written in quotes (%s)")
	ConfigWantsText   = say("%s veut un texte entre guillemets", "%s wants a text in quotes")
	ConfigWantsSwitch = say("%s veut true ou false", "%s wants true or false")
	ConfigWantsNumber = say("%s veut un nombre entier", "%s wants a whole number")
	ConfigHint        = say("etu --help montre les options.", "etu --help shows the options.")
	ConfigForgotten   = say("La session gardée pour %s est oubliée.", "The session kept for %s is forgotten.")
	ConfigBadCA       = say("le fichier %s ne contient pas de certificat", "the file %s holds no certificate")
	ConfigUsage       = say(`EtuServices : vendre et acheter entre étudiants.

Usage :
  etu [options]                  les écrans
  etu --simple [options]         ligne à ligne : lecteur d'écran, tube, script
  etu exec [options] "LIGNE" …   envoie des lignes du protocole et affiche les
                                 réponses ; « - » lit les lignes sur l'entrée

Exemples :
  etu --login alice              alice, mot de passe demandé une seule fois
  etu --addr etu.univ.fr --tls   un autre serveur, liaison chiffrée
  etu exec --login alice "STATS TOP" "QUOTA"
  echo catalogue livre | etu --simple --login alice

Options (entre parenthèses : la variable d'environnement) :
  --addr HÔTE[:PORT]   le serveur (ETU_ADDR) ; par défaut 127.0.0.1:5890
  --login IDENTIFIANT  le compte ; mot de passe dans ETU_PASSWORD, ou demandé
  --lang fr|en         la langue (ETU_LANG) ; par défaut celle du système
  --theme THÈME        sombre, clair, contraste ou terminal (ses couleurs)
  --ascii              cadres et signes en ASCII (d'office hors UTF-8)
  --animations=false   sans animation
  --notifications=false  ni signal sonore ni notification du terminal
  --alert-p99 MS       p99 au-delà duquel un administrateur est alerté (250)
  --alert-refusals N   refus par minute, de même (60) ; 0 : jamais
  --simple             ligne à ligne ; automatique sans terminal
  --tls                liaison chiffrée
  --ca FICHIER         autorité du certificat du serveur (PEM) ; entraîne --tls
  --forget             oublie la session gardée (de ce serveur, de ce --login)
  --demo               présente la démonstration (make run)
  --version            la version
  --help               cette aide

Touches des écrans :
  1 à 6 écrans · tab champ suivant · entrée valider · esc retour · ? aide
  / chercher · a acheter · x retirer · m messages · q quitter · ^C tout de suite
  ^L langue · ^T thème (retenus) · ^O souris · ^Z suspendre

Sans écrans : « aide » donne les commandes de --simple. Codes de retour d'exec :
0 que des +OK, 1 une -ERR, 2 pas de serveur. Sans couleur : NO_COLOR=1.
Réglages durables : une ligne « nom = "valeur" » par option dans
~/.config/etuservices/config.toml. La session est gardée dans
~/.local/state/etuservices, lisible par vous seul ; jamais le mot de passe.
`, `EtuServices: selling and buying among students.

Usage:
  etu [options]                  the screens
  etu --simple [options]         line by line: screen reader, pipe, script
  etu exec [options] "LINE" …    sends lines of the protocol and prints the
                                 replies; "-" reads lines from the input

Examples:
  etu --login alice              alice; the password is asked once
  etu --addr etu.univ.fr --tls   another server, encrypted
  etu exec --login alice "STATS TOP" "QUOTA"
  echo catalogue book | etu --simple --login alice

Options (in parentheses: the environment variable):
  --addr HOST[:PORT]   the server (ETU_ADDR), by default 127.0.0.1:5890
  --login LOGIN        the account; password in ETU_PASSWORD, or asked
  --lang fr|en         the language (ETU_LANG), by default the system's
  --theme THEME        sombre (dark), clair (light), contraste (contrast) or
                       terminal (its own colours)
  --ascii              frames and signs in ASCII (automatic without UTF-8)
  --animations=false   no animation
  --notifications=false  neither bell nor notification of the terminal
  --alert-p99 MS       p99 above which an administrator is alerted (250)
  --alert-refusals N   refusals a minute, likewise (60); 0: never
  --simple             line by line; automatic without a terminal
  --tls                encrypted connection
  --ca FILE            authority of the server's certificate (PEM), implies --tls
  --forget             forgets the session kept (for this server, this --login)
  --demo               introduces the demonstration (make run)
  --version            the version
  --help               this help

Keys of the screens:
  1 to 6 screens · tab next field · enter confirm · esc back · ? help
  / search · b buy · x withdraw · m messages · q quit · ^C at once
  ^L language · ^T theme (remembered) · ^O mouse · ^Z suspend

Without screens: "help" lists the commands of --simple. Exit codes of exec:
0 every +OK, 1 an -ERR, 2 no server. Without colour: NO_COLOR=1.
Lasting settings: a line 'name = "value"' for each option in
~/.config/etuservices/config.toml. The session is kept in
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
