SELECT history.detach('ranking_weight');
SELECT history.detach('ranking_scheme');
