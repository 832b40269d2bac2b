package i18n

// My sales and purchases.
var (
	MineTitle    = say("Mes annonces", "My items")
	MineOnSale   = say("En vente", "For sale")
	MineSold     = say("Vendus", "Sold")
	MineBought   = say("Achetés", "Bought")
	MineNoSale   = say("Vous n'avez rien en vente.", "You have nothing for sale.")
	MineSellOne  = say("3 pour vendre un article.", "3 to sell an item.")
	MineNoSold   = say("Rien n'est encore vendu.", "Nothing sold yet.")
	MineWait     = say("Une vente s'annonce ici et dans les messages.", "A sale shows here and in the messages.")
	MineNoBought = say("Vous n'avez encore rien acheté.", "You have not bought anything yet.")
	MineBrowse   = say("2 pour parcourir le catalogue.", "2 to browse the catalogue.")
	MineSoldOn   = say("Vendu", "Sold")
	MineBoughtOn = say("Acheté", "Bought")
	MineContact  = say("Contact", "Contact")
	ColState     = say("État", "State")
)
