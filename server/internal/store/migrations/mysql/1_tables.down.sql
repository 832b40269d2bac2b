DROP TABLE IF EXISTS jetons, refs, appels, connexions, mots, articles, utilisateurs;
