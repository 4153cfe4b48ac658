DROP TABLE recommendation_document;
DROP TABLE recommendation_answer;
DROP TABLE recommendation_recipient;
DROP TABLE recommendation;
