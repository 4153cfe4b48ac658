DROP TABLE ranking_weight, ranking_scheme;
DROP FUNCTION ranking_weight_sum();
DELETE FROM data_version WHERE noun = 'ranking';
