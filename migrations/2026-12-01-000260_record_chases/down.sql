SELECT history.drop_views();
SELECT history.detach('chase');
DROP TABLE chase;
