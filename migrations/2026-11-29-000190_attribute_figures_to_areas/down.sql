SELECT history.drop_views();
DROP FUNCTION area_figure, area_sources, area_sources_after, area_sources_before, area_moved;
SELECT history.detach('succession_weight');
DROP TABLE succession_weight;
DROP FUNCTION succession_weights_are_whole;
