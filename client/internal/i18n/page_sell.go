package i18n

// The selling form.
var (
	SellTitle    = say("Vendre un article", "Sell an item")
	SellCategory = say("Type", "Category")
	SellName     = say("Titre", "Title")
	SellNameHint = say("ce que les autres verront dans le catalogue", "what others will see in the catalogue")
	SellPrice    = say("Prix", "Price")
	SellPriceIn  = say("0,00 à 9999,99 € ; virgule ou point", "€0.00 to €9999.99")
	SellText     = say("Description", "Description")
	SellTextHint = say("facultatif : état, lieu de remise…", "optional: condition, where to meet…")
	SellPreview  = say("Aperçu", "Preview")
	SellCost     = say("Une vente est comptée", "A sale is counted")
	SellYes      = say("Mettre en vente · compté", "Put up for sale · counted")
	SellClear    = say("Effacer", "Clear")
	SellOffline  = say("Le serveur ne répond pas. La vente sera faite à son retour, une seule fois.",
		"The server does not answer. The sale will be made when it is back, once only.")
	SellNote    = say("Vous avez mis en vente « %s » (%s).", "You put “%s” up for sale (%s).")
	SellDraft   = say("brouillon conservé", "draft kept")
	SellNoTitle = say("titre", "title")
	DoSell      = say("mettre en vente", "put up for sale")
)
