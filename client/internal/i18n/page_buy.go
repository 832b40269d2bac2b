package i18n

// The confirmation of a purchase, and what came of it.
var (
	BuyTitle    = say("Confirmer l'achat", "Confirm the purchase")
	BuySeller   = say("Vendeur : %s", "Seller: %s")
	BuyCost     = say("Compte pour 1 parmi vos achats et ventes.", "Counts as 1 of your purchases and sales.")
	BuyCostLeft = count("Il vous restera %s achat ou vente.", "Il vous restera %s achats ou ventes.",
		"%s purchase or sale will be left.", "%s purchases or sales will be left.")
	BuyYes      = say("Acheter", "Buy")
	BuyUnderWay = say("Achat en cours…", "Buying…")
	BuyOffline  = say("Le serveur ne répond pas. L'achat sera fait à son retour, une seule fois.",
		"The server does not answer. The purchase will be made when it is back, once only.")
	BuyDone     = say("Acheté", "Bought")
	BuyDoneText = say("« %s » est à vous.", "“%s” is yours.")
	BuyContact  = say("Écrivez à %s pour convenir de la remise en main propre :", "Write to %s to arrange the handover:")
	BuyNote     = say("Vous avez acheté « %s » à %s (%s).", "You bought “%s” from %s (%s).")
	BuyFailed   = say("L'achat n'a pas eu lieu", "Not bought")
	BuyUnknown  = say("Résultat inconnu", "Result unknown")
	BuyOnce     = say("Réessayer ne peut pas acheter deux fois.", "Trying again cannot buy twice.")
	BuyStale    = say("L'article vient de partir : rien n'a été compté.", "It has just gone: nothing was counted.")
	BuyAgain    = say("Réessayer", "Try again")
	QuotaTitle  = say("Achats et ventes épuisés", "No purchase or sale left")
	QuotaBrowse = say("Le catalogue reste consultable, la recherche aussi.", "The catalogue and the search still work.")
	QuotaBack   = say("Vous pouvez de nouveau acheter ou vendre.", "You can buy or sell again.")
)

// Taking an article off the market.
var (
	WithdrawTitle = say("Retirer de la vente", "Withdraw")
	WithdrawAsk   = say("« %s » ne sera plus à vendre. C'est gratuit, et définitif.", "“%s” will no longer be for sale. Free, and final.")
	WithdrawYes   = say("Retirer", "Withdraw")
	WithdrawDone  = say("« %s » est retiré de la vente.", "“%s” is withdrawn.")
)
