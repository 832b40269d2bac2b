package i18n

// The confirmation of a purchase, and what came of it.
var (
	BuyTitle    = say("Confirmer l'achat", "Confirm the purchase")
	BuySeller   = say("Vendeur : %s", "Seller: %s")
	BuyCost     = say("Coût : 1 appel", "Cost: 1 call")
	BuyCostLeft = count("Coût : 1 appel (il vous en restera %s)", "Coût : 1 appel (il vous en restera %s)",
		"Cost: 1 call (%s will be left)", "Cost: 1 call (%s will be left)")
	BuyYes      = say("Acheter", "Buy")
	BuyUnderWay = say("Achat en cours…", "Buying…")
	BuyOffline  = say("Le serveur ne répond pas. L'achat sera fait à son retour, une seule fois.",
		"The server does not answer. The purchase will be made when it is back, once only.")
	BuyDone     = say("Acheté", "Bought")
	BuyDoneText = say("« %s » est à vous.", "“%s” is yours.")
	BuyContact  = say("Écrivez à %s pour la remise :", "Write to %s to hand it over:")
	BuyNote     = say("Vous avez acheté « %s » à %s (%s).", "You bought “%s” from %s (%s).")
	BuyFailed   = say("L'achat n'a pas eu lieu", "Not bought")
	BuyUnknown  = say("Résultat inconnu", "Result unknown")
	BuyOnce     = say("Réessayer ne peut pas acheter deux fois.", "Trying again cannot buy twice.")
	BuyAgain    = say("Réessayer", "Try again")
	QuotaTitle  = say("Plus d'appel disponible", "No call left")
	QuotaBrowse = say("Le catalogue reste consultable, la recherche aussi.", "The catalogue and the search still work.")
	QuotaBack   = say("Un appel est de nouveau disponible.", "A call is available again.")
)

// Taking an article off the market.
var (
	WithdrawTitle = say("Retirer de la vente", "Withdraw")
	WithdrawAsk   = say("« %s » ne sera plus à vendre. C'est gratuit, et définitif.", "“%s” will no longer be for sale. Free, and final.")
	WithdrawYes   = say("Retirer", "Withdraw")
	WithdrawDone  = say("« %s » est retiré de la vente.", "“%s” is withdrawn.")
)
