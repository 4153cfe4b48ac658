DROP TRIGGER reporting_assignment_tally_deleted ON reporting_assignment;
DROP TRIGGER reporting_assignment_tally_changed ON reporting_assignment;
DROP TRIGGER reporting_assignment_tally_new ON reporting_assignment;
DROP TRIGGER measurement_tally_deleted ON measurement;
DROP TRIGGER measurement_tally_changed ON measurement;
DROP TRIGGER measurement_tally_new ON measurement;
DROP FUNCTION tallies_follow_assignments();
DROP FUNCTION answer_tally_follow_figures();
