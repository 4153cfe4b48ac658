SELECT history.detach('index_component');
DROP TABLE index_component;
DROP FUNCTION index_component_tree();
