package linemode

import (
	"os"
	"strings"
	"testing"

	"etuservices/client/internal/api"
	"etuservices/client/internal/link/linktest"
	"etuservices/client/internal/prompt"
)

// pipe runs the line mode on typed lines against a scripted server and gives
// what it said.
func pipe(t *testing.T, typed string, script linktest.Script) string {
	t.Helper()
	in, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	if _, err := w.WriteString(typed); err != nil {
		t.Fatal(err)
	}
	_ = w.Close() // the end of the input
	var out strings.Builder
	Run(t.Context(), Options{
		API:   api.Options{Addr: "essai:1", Dial: linktest.Pipe(t, script)},
		Login: "prof", Password: "motdepasse", Prompt: prompt.New(in, &out), Out: &out,
	})
	return strings.ReplaceAll(out.String(), "\u00a0", " ")
}

// as logs somebody in and goes on with pairs of request and reply.
func as(role string, pairs ...[]string) linktest.Script {
	return func(c *linktest.Conn) {
		c.Say(linktest.Greeting)
		c.Expect("AUTH prof :motdepasse", "+OK PASSOK login=prof role="+role+" utilise=1 max=10 reste=9 retour=0 visites=1 jeton=j")
		c.Expect("QUOTA", "+OK QUOTA lignes=0")
		for _, p := range pairs {
			if !c.Expect(p[0], p[1:]...) {
				return
			}
		}
		c.Hold()
	}
}

func TestOrdersLineByLine(t *testing.T) {
	out := pipe(t, strings.Join([]string{
		"bloquer bob annonces en double", "expulser bob minutes=10 on se calme", "expulser bob minutes=dix non",
		"debloquer bob", "raz bob", "annonce minutes=3 : ce soir", "nouveaumdp bob", "celui du tableau",
		"supprimer bob parti", "inscriptions", "inscriptions fermées", "inscriptions ferme", "comptes du", "suite", "sessions", "",
	}, "\n"), as(
		"admin",
		[]string{"BLOQUER bob :annonces en double", "+OK BLOQUER login=bob"},
		[]string{"EXPULSER bob minutes=10 :on se calme", "+OK EXPULSER login=bob"},
		[]string{"DEBLOQUER bob", "+OK DEBLOQUER login=bob"},
		[]string{"RAZ bob", "+OK RAZ login=bob"},
		[]string{"ANNONCE :minutes=3 : ce soir", "+OK ANNONCE"},
		[]string{"NOUVEAUMDP bob :celui du tableau", "+OK NOUVEAUMDP login=bob"},
		[]string{"SUPPRIMER bob :parti", "-ERR INTERDIT"},
		[]string{"INSCRIPTIONS", "+OK INSCRIPTIONS etat=ouvertes"},
		[]string{"INSCRIPTIONS fermees", "+OK INSCRIPTIONS etat=fermees"},
		[]string{"COMPTES q=du n=20", "| login=dora prenom=Dora nom=Durand email=d@u.fr role=admin etat=actif", "+OK COMPTES lignes=1 suite=dora"},
		[]string{"COMPTES q=du n=20 apres=dora", "+OK COMPTES lignes=0"},
		[]string{"SESSIONS", "| serveur=s1 login=dora adresse=10.0.0.7 depuis=2020-01-01T00:00:00Z", "+OK SESSIONS lignes=1"},
	))
	for _, want := range []string{
		"bob est bloqué.", "bob est expulsé.", "Minutes : de 1 à 10080", "bob est débloqué.", "Quotas remis à zéro : bob.",
		"Annonce faite.", "Nouveau mot de passe pour bob", "Cela ne vous est pas permis.", "Inscriptions ouvertes.",
		"Inscriptions fermées.", "Tapez « inscriptions ouvertes »", "dora : Dora Durand, d@u.fr, actif, administration.",
		"Aucun compte ne correspond.", "dora sur s1, depuis l'adresse 10.0.0.7",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestLiveLineByLine(t *testing.T) {
	stats := "! STATS periode=1 connexions=21 utilisateurs=18 commandes_s=13.20 connexions_min=6 ventes=4 achats=5 refus=9 " +
		"refus_quota=6 refus_echec=2 ventes_min=4 achats_min=7 p50_ms=0.40 p99_ms=3.10 serveurs=2 suiveurs=1 perdus=0"
	out := pipe(t, "direct\n", as("admin",
		[]string{"SUIVRE periode=1", "+OK SUIVRE periode=1", "! STATS periode=1 connexions=99", stats},
		[]string{"STOP", "+OK STOP"}))
	for _, want := range []string{"18 utilisateurs présents, 21 connexions ouvertes, 2 serveurs.", "13,2 commandes par seconde", "9 refus dont 6 par quota"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestStudentHearsOfNoOrder(t *testing.T) {
	out := pipe(t, "bloquer bob pour voir\naide\n", as("etudiant"))
	if !strings.Contains(out, "Commande inconnue : bloquer") || strings.Contains(out, "debloquer") {
		t.Error(out)
	}
}

// TestPipeAnswersNoQuestion: a reason that is missing is not taken from the next command.
func TestPipeAnswersNoQuestion(t *testing.T) {
	out := pipe(t, "bloquer bob\npresents\n", as(
		"admin",
		[]string{"BLOQUER bob :", "-ERR INVALIDE champ=raison :Raison : 1 à 200 caractères."},
		[]string{"NB", "+OK NB connexions=1 utilisateurs=1"},
	))
	if !strings.Contains(out, "Raison : 1 à 200 caractères.") || !strings.Contains(out, "1 connexion ouverte") {
		t.Errorf("%s", out)
	}
}

// TestOwnArticleIsNotBought: the server would count the call.
func TestOwnArticleIsNotBought(t *testing.T) {
	out := pipe(t, "acheter #7\n", as(
		"etudiant",
		[]string{"ARTICLE 7", "+OK ARTICLE id=7 categorie=livre prix=4.50 vendeur=prof etat=en_vente publie=2020-01-01T00:00:00Z titre=Réseaux"},
	))
	if !strings.Contains(out, "C'est votre propre article") {
		t.Errorf("%s", out)
	}
}
