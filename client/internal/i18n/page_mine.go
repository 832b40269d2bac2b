package i18n

// My sales and purchases.
var (
	MineTitle    = say("Mes ventes et mes achats", "My sales and purchases")
	MineOnSale   = say("En vente %s", "For sale %s")
	MineSold     = say("Vendus %s", "Sold %s")
	MineBought   = say("Achetés %s", "Bought %s")
	MineNoSale   = say("Vous n'avez rien en vente.", "You have nothing for sale.")
	MineSellOne  = say("3 pour vendre un article.", "3 to sell an item.")
	MineNoSold   = say("Rien n'est encore vendu.", "Nothing sold yet.")
	MineWait     = say("Une vente s'annonce ici et dans les messages.", "A sale shows here and in the messages.")
	MineNoBought = say("Vous n'avez encore rien acheté.", "You have not bought anything yet.")
	MineBrowse   = say("2 pour parcourir le catalogue.", "2 to browse the catalogue.")
	MineBuyer    = say("Acheteur : %s", "Buyer: %s")
	MineSeller   = say("Vendeur : %s", "Seller: %s")
	MineTotal    = say("Total : %s", "Total: %s")
	ColState     = say("État", "State")
	ColDate      = say("Date", "Date")
	ColOther     = say("Avec", "With")
)
