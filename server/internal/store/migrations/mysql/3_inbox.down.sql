DROP TABLE IF EXISTS mesures, communiques, boites, nouvelles;
