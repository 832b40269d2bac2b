package protocol

// What somebody is told of what was done to their account: the text of an event, and of
// its message (NOUVELLES). A client may show them in another language.
const (
	SaidPassword = "L'administration a changé votre mot de passe."
	SaidRole     = "L'administration a changé votre rôle ; reconnectez-vous."
	SaidCleared  = "L'administration a remis le marché à zéro ; reconnectez-vous."
	SaidReset    = "L'administration a remis vos deux quotas à zéro."
	SaidDeleted  = "L'administration a supprimé votre compte."
)
