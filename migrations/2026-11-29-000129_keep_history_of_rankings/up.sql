-- Whoever asks what was known is ranked by the rules of then.
SELECT history.attach('ranking_scheme');
SELECT history.attach('ranking_weight');
