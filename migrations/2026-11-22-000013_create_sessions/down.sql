DROP TABLE sign_in_throttle;
DROP TABLE refresh_token;
DROP TABLE session;
DROP TABLE recovery_code;
DROP TABLE second_factor;
DROP TABLE password_reset;
DROP TABLE password;
