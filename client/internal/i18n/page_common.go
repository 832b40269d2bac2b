package i18n

import "strings"

// Words that several screens share.
var (
	Loading         = say("Chargement…", "Loading…")
	ReceivedAt      = say("reçu à %s (il y a %s)", "received at %s (%s ago)")
	OutOf           = say("%s sur %s", "%s of %s")
	Items           = count("%s article", "%s articles", "%s item", "%s items")
	LiveAt          = say("en direct · %s", "live · %s")
	Cost            = count("%s appel", "%s appels", "%s call", "%s calls")
	Free            = say("gratuit", "free")
	Cancel          = say("Annuler", "Cancel")
	Close           = say("Fermer", "Close")
	CopiedInTmux    = say("Copié dans tmux : %s", "Copied to tmux: %s")
	SentToClipboard = say("Envoyé au presse-papiers du terminal : %s", "Sent to the terminal's clipboard: %s")
	You             = say("vous", "you")
)

// keyNames are the keys whose names differ between the languages, and the words
// between them.
var keyNames = map[string]Msg{
	"enter":  say("entrée", "enter"),
	"space":  say("espace", "space"),
	"pgup":   say("pgpréc", "pgup"),
	"pgdown": say("pgsuiv", "pgdn"),
	"home":   say("début", "home"),
	"end":    say("fin", "end"),
	"or":     say("ou", "or"),
	"buy":    say("a", "b"), // acheter, buy
	"yes":    say("o", "y"), // oui, yes
}

// ShiftTab is the key where no arrow can be drawn.
var ShiftTab = say("maj-tab", "shift-tab")

// KeyNames names keys, which stand apart by spaces.
func (t T) KeyNames(keys string) string {
	words := strings.Split(keys, " ")
	for i, w := range words {
		if m, ok := keyNames[w]; ok {
			words[i] = t.S(m)
		}
	}
	return strings.Join(words, " ")
}

// What keys do, as hints name it.
var (
	DoChoose   = say("choisir", "choose")
	DoOpen     = say("ouvrir", "open")
	DoConfirm  = say("valider", "confirm")
	DoNext     = say("champ suivant", "next field")
	DoFields   = say("champ", "field")
	DoTab      = say("onglet", "tab")
	DoBack     = say("retour", "back")
	DoCancel   = say("annuler", "cancel")
	DoClose    = say("fermer", "close")
	DoRetry    = say("réessayer", "retry")
	DoRefresh  = say("actualiser", "refresh")
	DoScreen   = say("écran", "screen")
	DoHelp     = say("aide", "help")
	DoQuit     = say("quitter", "quit")
	DoCopy     = say("copier", "copy")
	DoBuy      = say("acheter", "buy")
	DoSearch   = say("chercher", "search")
	DoCategory = say("type", "category")
	DoSort     = say("tri", "sort")
	DoMaxPrice = say("prix max", "max price")
	DoSeller   = say("ses articles", "same seller")
	DoAllOff   = say("tout effacer", "clear all")
	DoWithdraw = say("retirer de la vente", "withdraw")
	DoMessages = say("messages", "messages")
	DoEnglish  = say("English", "Français")
	DoRegister = say("créer un compte", "create an account")
	DoSend     = say("envoyer", "send")
	DoYes      = say("oui", "yes")
	DoNo       = say("non", "no")
	DoScroll   = say("faire défiler", "scroll")
	DoList     = say("liste", "list")
	DoPage     = say("page", "page")
	DoEnds     = say("début, fin", "start, end")
	DoTheme    = say("thème", "theme")
	DoMouse    = say("souris", "mouse")
	DoReveal   = say("voir le mot de passe", "show the password")
	DoSeeItem  = say("voir l'article", "see the item")
	DoPalette  = say("commandes", "commands")
	DoSuspend  = say("suspendre", "suspend")
	DoQuitNow  = say("quitter aussitôt", "quit at once")
)
